// Events as callers see them: following the log with what they may read, and putting in what
// happened outside (control-plane.md sections 1 and 3). Thread-safe.
#ifndef NAVE_SERVER_EVENT_LOG_H_
#define NAVE_SERVER_EVENT_LOG_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/caller.h"
#include "lib/base/clock.h"
#include "nave/event/v1/event.pb.h"
#include "store/store.h"

namespace nave::server {

// Commits taken from the log at once.
inline constexpr size_t kMaxChangesInBatch = 256;
// A watcher hears at least this often how far it is.
inline constexpr absl::Duration kProgressInterval = absl::Seconds(10);
// Types of our own begin so; nobody else may use them.
inline constexpr char kOwnTypePrefix[] = "nave.";

class EventLog {
 public:
  // Both outlive this.
  EventLog(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Sends what is in the log after the revision asked for, and then what comes, one response for
  // each commit with something in it, and progress in between; the first response says where the
  // watch begins. Ends with OK when `send` returns false, and with the error of `alive`, which is
  // asked at least every kPoll. COMPACTED.
  absl::Status Watch(const catalog::Caller& caller, const event::v1::WatchEventsRequest& request,
                     absl::FunctionRef<bool(const event::v1::WatchEventsResponse&)> send,
                     absl::FunctionRef<absl::Status()> alive) const;

  // Puts an event from outside into the log. Source and id say which it is: the first of them is
  // kept, and returned again. INVALID_FIELD.
  absl::StatusOr<event::v1::Event> Publish(const catalog::Caller& caller,
                                           const event::v1::Event& event);

 private:
  absl::StatusOr<std::unique_ptr<store::Watcher>> Open(int64_t after, store::Revision* begin) const;
  absl::StatusOr<event::v1::WatchEventsResponse> Select(
      const catalog::Caller& caller, const event::v1::WatchEventsRequest& request,
      const store::Change& change) const;

  store::Store& store_;
  const Clock& clock_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_EVENT_LOG_H_
