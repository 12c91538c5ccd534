#include "server/event_log.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "lib/base/status_macros.h"
#include "server/stopping.h"
#include "store/transaction.h"

namespace nave::server {
namespace {

using event::v1::Event;
using event::v1::WatchEventsRequest;
using event::v1::WatchEventsResponse;

constexpr int64_t kFromOldest = -1;

absl::Status CheckEvent(const Event& event) {
  if (event.id().empty())
    return catalog::FieldError("event.id", "is missing; give each event an id of its own");
  if (event.source().empty())
    return catalog::FieldError("event.source", "is missing; say who tells it");
  if (event.type().empty())
    return catalog::FieldError("event.type", "is missing; say what happened");
  // NUL parts the key below.
  if (absl::StrContains(event.source(), '\0'))
    return catalog::FieldError("event.source", "holds a NUL character");
  if (absl::StartsWith(event.type(), kOwnTypePrefix)) {
    return catalog::FieldError("event.type", absl::StrCat("types that begin with '", kOwnTypePrefix,
                                                          "' are for the control plane itself"));
  }
  return absl::OkStatus();
}

std::string KeyOf(const Event& event) {
  return absl::StrCat(event.source(), absl::string_view("\0", 1), event.id());
}

absl::Status Compacted(int64_t after) {
  return catalog::Error(
      api::v1::COMPACTED,
      absl::StrCat("events after revision ", after,
                   " are no longer kept, or are still to come; watch from -1 or 0"),
      {{"revision", absl::StrCat(after)}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<store::Watcher>> EventLog::Open(int64_t after,
                                                               store::Revision* begin) const {
  if (after < kFromOldest) return catalog::FieldError("after_revision", "is -1, 0 or a revision");
  const store::Revision now = store_.current_revision();
  *begin = after == 0 ? now : after == kFromOldest ? 0 : after;
  absl::StatusOr<std::unique_ptr<store::Watcher>> watcher = store_.Watch(*begin);
  if (watcher.ok() || !absl::IsOutOfRange(watcher.status())) return watcher;
  if (after != kFromOldest) return Compacted(after);
  // The oldest that is kept lies between: what is compacted is a prefix. At most 63 tries.
  store::Revision compacted = 0, kept = now;
  while (kept - compacted > 1) {
    const store::Revision middle = compacted + (kept - compacted) / 2;
    (store_.Watch(middle).ok() ? kept : compacted) = middle;
  }
  *begin = kept;
  return store_.Watch(kept);
}

absl::StatusOr<WatchEventsResponse> EventLog::Select(const catalog::Caller& caller,
                                                     const WatchEventsRequest& request,
                                                     const store::Change& change) const {
  WatchEventsResponse response;
  response.set_progress_revision(change.revision);
  std::unique_ptr<store::Snapshot> snapshot;
  for (const store::StoredEvent& stored : change.events) {
    if (!absl::StartsWith(stored.type, request.type_prefix())) continue;
    Event event;
    if (!event.ParseFromString(stored.bytes)) {
      return absl::DataLossError(
          absl::StrCat("the event at revision ", change.revision, " is malformed"));
    }
    if (!absl::StartsWith(event.subject(), request.subject_prefix())) continue;
    if (snapshot == nullptr) {
      NAVE_ASSIGN_OR_RETURN(snapshot, store_.Read());
    }
    NAVE_ASSIGN_OR_RETURN(const bool may_read,
                          catalog::CanRead(*snapshot, caller, event.subject()));
    if (!may_read) continue;
    event.set_revision(change.revision);
    *response.add_events() = std::move(event);
  }
  return response;
}

absl::Status EventLog::Watch(const catalog::Caller& caller, const WatchEventsRequest& request,
                             absl::FunctionRef<bool(const WatchEventsResponse&)> send,
                             absl::FunctionRef<absl::Status()> alive) const {
  WatchEventsResponse progress;
  store::Revision begin = 0;
  NAVE_ASSIGN_OR_RETURN(const std::unique_ptr<store::Watcher> watcher,
                        Open(request.after_revision(), &begin));
  progress.set_progress_revision(begin);
  if (!send(progress)) return absl::OkStatus();
  absl::Time last_sent = clock_.Now();
  // Ends when the caller goes away, the credential ends or the server stops: `alive` and `send` say
  // so.
  while (true) {
    NAVE_RETURN_IF_ERROR(alive());
    absl::StatusOr<std::vector<store::Change>> changes =
        watcher->Next(clock_.Now() + kPoll, kMaxChangesInBatch);
    if (absl::IsOutOfRange(changes.status())) return Compacted(progress.progress_revision());
    NAVE_RETURN_IF_ERROR(changes.status());
    for (const store::Change& change : *changes) {
      progress.set_progress_revision(change.revision);
      NAVE_ASSIGN_OR_RETURN(const WatchEventsResponse response, Select(caller, request, change));
      if (response.events().empty()) continue;
      if (!send(response)) return absl::OkStatus();
      last_sent = clock_.Now();
    }
    if (clock_.Now() - last_sent < kProgressInterval) continue;
    if (!send(progress)) return absl::OkStatus();
    last_sent = clock_.Now();
  }
}

absl::StatusOr<Event> EventLog::Publish(const catalog::Caller& caller, const Event& given) {
  NAVE_RETURN_IF_ERROR(CheckEvent(given));
  const std::string key = KeyOf(given);
  Event result;
  bool known = false;
  const auto put = [&](store::Transaction& transaction) -> absl::Status {
    NAVE_ASSIGN_OR_RETURN(const auto entry, transaction.Get(store::Table::kExternalEvents, key));
    known = entry.has_value();
    if (known) {
      if (!result.ParseFromString(entry->value))
        return absl::DataLossError("an external event is malformed");
      result.set_revision(entry->create_revision);
      return absl::OkStatus();
    }
    result = given;
    result.clear_revision();
    result.set_principal(caller.principal);
    if (!result.has_time()) {
      const absl::Time now = clock_.Now();
      result.mutable_time()->set_seconds(absl::ToUnixSeconds(now));
      result.mutable_time()->set_nanos(static_cast<int32_t>((absl::ToUnixNanos(now) % 1000000000)));
    }
    transaction.Put(store::Table::kExternalEvents, key, result.SerializeAsString());
    transaction.Emit({result.type(), result.SerializeAsString()});
    return absl::OkStatus();
  };
  NAVE_ASSIGN_OR_RETURN(const store::Revision revision, store::RunTransaction(store_, put));
  if (!known) result.set_revision(revision);
  return result;
}

}  // namespace nave::server
