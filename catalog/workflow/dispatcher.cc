#include "catalog/workflow/dispatcher.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "catalog/governance/read.h"
#include "catalog/governance/times.h"
#include "catalog/workflow/records.h"
#include "catalog/workflow/retry.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "nave/event/v1/event.pb.h"
#include "store/transaction.h"

namespace nave::catalog {
namespace {

using store::Table;
using store::Transaction;

constexpr size_t kMaxWorkScan = 1000000;
constexpr std::array<std::string_view, 4> kRequests = {kLaunchRequested, kUpdateRequested,
                                                       kTerminateRequested, kRedriveRequested};

bool IsRequest(const store::StoredEvent& event) {
  return std::find(kRequests.begin(), kRequests.end(), event.type) != kRequests.end();
}

bool AsksForWork(const store::Change& change) {
  return std::any_of(change.events.begin(), change.events.end(), IsRequest);
}

absl::StatusOr<store::Revision> ReadCursor(store::Reader& reader) {
  NAVE_ASSIGN_OR_RETURN(auto entry, reader.Get(Table::kCursors, kWorkflowConsumer));
  if (!entry.has_value()) return 0;
  store::v1::Cursor cursor;
  if (!cursor.ParseFromString(entry->value)) {
    return absl::DataLossError("the cursor of the workflow is malformed; restore a backup");
  }
  return cursor.revision();
}

void PutCursor(Transaction& transaction, store::Revision revision) {
  store::v1::Cursor cursor;
  cursor.set_revision(revision);
  transaction.Put(Table::kCursors, kWorkflowConsumer, cursor.SerializeAsString());
}

// Lets the workers have the operation, unless they have it already or it has ended.
absl::Status Admit(Transaction& transaction, absl::Time now, const std::string& operation,
                   std::vector<std::string>* admitted) {
  NAVE_ASSIGN_OR_RETURN(auto item, FindWork(transaction, operation));
  if (!item.has_value() || item->has_not_before()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(auto found, FindOperation(transaction, operation));
  if (!found.has_value() || found->state() != v1::Operation::RUNNING) return absl::OkStatus();
  SetTime(now, item->mutable_not_before());
  SetTime(now + kStepTimeout, item->mutable_deadline());
  PutWork(transaction, *item);
  admitted->push_back(operation);
  return absl::OkStatus();
}

// An event names the provisioned product, which names the operation that works on it.
absl::Status AdmitFor(Transaction& transaction, absl::Time now, const store::StoredEvent& stored,
                      std::vector<std::string>* admitted) {
  event::v1::Event event;
  if (!event.ParseFromString(stored.bytes)) {
    log::Error("an event of the log is malformed and is passed over", {{"type", stored.type}});
    return absl::OkStatus();
  }
  NAVE_ASSIGN_OR_RETURN(auto product, Find<v1::ProvisionedProduct>(transaction, event.subject()));
  if (!product.has_value()) return absl::OkStatus();
  return Admit(transaction, now, product->operation(), admitted);
}

absl::StatusOr<std::vector<store::v1::WorkItem>> AllWork(store::Reader& reader) {
  NAVE_ASSIGN_OR_RETURN(auto entries, reader.Scan(Table::kWork, "", "", kMaxWorkScan));
  std::vector<store::v1::WorkItem> items(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!items[i].ParseFromString(entries[i].value)) {
      return absl::DataLossError(
          absl::StrCat("the work item '", entries[i].key, "' is malformed; restore a backup"));
    }
  }
  return items;
}

}  // namespace

absl::StatusOr<store::Revision> Dispatcher::Cursor() {
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  return ReadCursor(*snapshot);
}

absl::StatusOr<std::vector<std::string>> Dispatcher::Apply(
    const std::vector<store::Change>& changes) {
  std::vector<std::string> admitted;
  if (changes.empty()) return admitted;
  const store::Revision last = changes.back().revision;
  const bool asked = std::any_of(changes.begin(), changes.end(), AsksForWork);
  auto work = [&](Transaction& transaction) -> absl::Status {
    admitted.clear();
    NAVE_ASSIGN_OR_RETURN(store::Revision cursor, ReadCursor(transaction));
    // Moving the cursor is a change of its own, to which the log leads again: without work it moves
    // rarely.
    if (last <= cursor || (!asked && last - cursor < kMaxCursorLag)) return absl::OkStatus();
    for (const store::Change& change : changes) {
      if (change.revision <= cursor) continue;
      for (const store::StoredEvent& event : change.events) {
        if (!IsRequest(event)) continue;
        NAVE_RETURN_IF_ERROR(AdmitFor(transaction, clock_.Now(), event, &admitted));
      }
    }
    PutCursor(transaction, last);
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(store::RunTransaction(store_, work).status());
  return admitted;
}

absl::StatusOr<std::vector<std::string>> Dispatcher::ListAgain() {
  std::vector<std::string> admitted;
  auto work = [&](Transaction& transaction) -> absl::Status {
    admitted.clear();
    NAVE_ASSIGN_OR_RETURN(auto items, AllWork(transaction));
    for (const store::v1::WorkItem& item : items) {
      NAVE_RETURN_IF_ERROR(Admit(transaction, clock_.Now(), item.operation(), &admitted));
    }
    PutCursor(transaction, transaction.revision());
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(store::RunTransaction(store_, work).status());
  return admitted;
}

absl::StatusOr<std::vector<std::string>> Dispatcher::Admitted() {
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  NAVE_ASSIGN_OR_RETURN(auto items, AllWork(*snapshot));
  std::vector<std::string> operations;
  for (const store::v1::WorkItem& item : items) {
    if (!item.has_not_before()) continue;
    NAVE_ASSIGN_OR_RETURN(auto found, FindOperation(*snapshot, item.operation()));
    if (found.has_value() && found->state() == v1::Operation::RUNNING) {
      operations.push_back(item.operation());
    }
  }
  return operations;
}

}  // namespace nave::catalog
