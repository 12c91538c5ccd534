#include "store/transaction.h"

#include <algorithm>

#include "lib/base/status_macros.h"

namespace nave::store {
namespace {

// Tells whether a key lies in [start, end), an empty end standing for the table's end.
bool Covers(std::string_view start, std::string_view end, std::string_view key) {
  return start <= key && (end.empty() || key < end);
}

}  // namespace

Transaction::Transaction(std::unique_ptr<Snapshot> snapshot)
    : owned_(std::move(snapshot)), snapshot_(owned_.get()), revision_(snapshot_->revision()) {}

Transaction::Transaction(Snapshot& snapshot)
    : snapshot_(&snapshot), revision_(snapshot.revision()) {}

Revision Transaction::revision() const { return revision_; }

absl::StatusOr<std::optional<Entry>> Transaction::Get(Table table, std::string_view key) {
  auto written = writes_.find(Key(table, std::string(key)));
  if (written != writes_.end()) {
    if (!written->second.has_value()) return std::nullopt;
    return Entry{std::string(key), *written->second, 0, 0};
  }
  entries_.push_back({table, std::string(key), revision()});
  return snapshot_->Get(table, key);
}

absl::StatusOr<std::vector<Entry>> Transaction::Scan(Table table, std::string_view start,
                                                     std::string_view end, size_t limit) {
  // Deletions of our own hide entries, so that more must be read than is asked for.
  size_t hidden = 0;
  auto first = writes_.lower_bound(Key(table, std::string(start)));
  auto past = first;
  while (past != writes_.end() && past->first.first == table &&
         Covers(start, end, past->first.second)) {
    if (!past->second.has_value()) ++hidden;
    ++past;
  }
  size_t wanted = limit > SIZE_MAX - hidden ? SIZE_MAX : limit + hidden;
  NAVE_ASSIGN_OR_RETURN(std::vector<Entry> stored, snapshot_->Scan(table, start, end, wanted));
  bool complete = stored.size() < wanted;
  std::string read_end = complete ? std::string(end) : stored.back().key + '\0';
  ranges_.push_back({table, std::string(start), read_end, revision()});

  std::vector<Entry> merged;
  auto entry = stored.begin();
  while (merged.size() < limit && (entry != stored.end() || first != past)) {
    bool own = first != past && (entry == stored.end() || first->first.second <= entry->key);
    if (!own) {
      merged.push_back(std::move(*entry++));
      continue;
    }
    if (entry != stored.end() && entry->key == first->first.second) ++entry;
    if (first->second.has_value()) merged.push_back({first->first.second, *first->second, 0, 0});
    ++first;
  }
  return merged;
}

absl::StatusOr<std::vector<Entry>> ScanPrefix(Reader& reader, Table table, std::string_view prefix,
                                              size_t limit) {
  return reader.Scan(table, prefix, PrefixEnd(prefix), limit);
}

void Transaction::Put(Table table, std::string_view key, std::string_view value) {
  writes_[Key(table, std::string(key))] = std::string(value);
}

void Transaction::Delete(Table table, std::string_view key) {
  writes_[Key(table, std::string(key))] = std::nullopt;
}

void Transaction::Emit(StoredEvent event) { events_.push_back(std::move(event)); }

CommitRequest Transaction::TakeRequest() {
  CommitRequest request;
  request.entries = std::move(entries_);
  request.ranges = std::move(ranges_);
  request.events = std::move(events_);
  for (auto& [key, value] : writes_) {
    if (value.has_value()) {
      request.puts.push_back({key.first, key.second, std::move(*value)});
    } else {
      request.deletes.push_back({key.first, key.second});
    }
  }
  writes_.clear();
  // A commit must not wait for a snapshot that its own caller holds.
  snapshot_ = nullptr;
  owned_.reset();
  return request;
}

std::string PrefixEnd(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

absl::StatusOr<Revision> RunTransaction(Store& store,
                                        absl::FunctionRef<absl::Status(Transaction&)> work) {
  for (int attempt = 0; attempt < kMaxHopefulAttempts; ++attempt) {
    NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Snapshot> snapshot, store.Read());
    Transaction transaction(std::move(snapshot));
    NAVE_RETURN_IF_ERROR(work(transaction));
    if (!transaction.HasWrites()) return transaction.revision();
    CommitRequest request = transaction.TakeRequest();
    absl::StatusOr<Revision> committed = store.Commit(std::move(request));
    if (committed.ok() || !absl::IsAborted(committed.status())) return committed;
  }
  return store.CommitDecided(
      [&](std::unique_ptr<Snapshot> snapshot) -> absl::StatusOr<CommitRequest> {
        Transaction transaction(std::move(snapshot));
        NAVE_RETURN_IF_ERROR(work(transaction));
        return transaction.TakeRequest();
      });
}

}  // namespace nave::store
