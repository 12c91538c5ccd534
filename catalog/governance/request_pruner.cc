#include "catalog/governance/request_pruner.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catalog/governance/times.h"
#include "lib/base/check.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "nave/store/v1/record.pb.h"

namespace nave::catalog {
namespace {

// Records that are malformed are of no use to anybody.
bool IsPast(const store::Entry& entry, absl::Time before) {
  store::v1::RequestRecord record;
  return !record.ParseFromString(entry.value) || TimeOf(record.time()) < before;
}

}  // namespace

absl::StatusOr<size_t> PruneRequests(store::Store& store, absl::Time now) {
  const absl::Time before = now - kRequestLife;
  std::string start;
  size_t pruned = 0;
  // Ends with the table. A snapshot for each piece: a long one would keep old pages from being used
  // again.
  while (true) {
    std::vector<store::Entry> entries;
    {
      NAVE_ASSIGN_OR_RETURN(const auto snapshot, store.Read());
      NAVE_ASSIGN_OR_RETURN(entries,
                            snapshot->Scan(store::Table::kRequests, start, "", kMaxPrunedInCommit));
    }
    if (entries.empty()) return pruned;
    start = entries.back().key + '\0';
    // A record never changes, so that nothing needs to be compared.
    store::CommitRequest request;
    for (store::Entry& entry : entries) {
      if (IsPast(entry, before)) {
        request.deletes.push_back({store::Table::kRequests, std::move(entry.key)});
      }
    }
    pruned += request.deletes.size();
    if (!request.deletes.empty()) {
      NAVE_RETURN_IF_ERROR(store.Commit(std::move(request)).status());
    }
  }
}

void RequestPruner::Start() {
  NAVE_CHECK(!thread_.joinable());
  thread_ = std::thread([this] { Run(); });
}

void RequestPruner::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    stopped_.SignalAll();
  }
  if (thread_.joinable()) thread_.join();
}

void RequestPruner::Run() {
  while (true) {
    const absl::StatusOr<size_t> pruned = PruneRequests(store_, clock_.Now());
    if (!pruned.ok()) {
      log::Warning("old requests cannot be forgotten; it is tried again later",
                   {{"error", pruned.status().ToString()}});
    } else if (*pruned > 0) {
      log::Info("old requests are forgotten", {{"count", absl::StrCat(*pruned)}});
    }
    const absl::Time next = clock_.Now() + kPrunePeriod;
    absl::MutexLock lock(&mutex_);
    while (!stopping_ && !clock_.WaitUntil(stopped_, mutex_, next)) {
    }
    if (stopping_) return;
  }
}

}  // namespace nave::catalog
