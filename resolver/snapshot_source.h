// Where the state comes from (a file, or the stream of the control plane) and where it goes (the
// workers): the seam between the two (data-plane.md section 4).
#ifndef NAVE_RESOLVER_SNAPSHOT_SOURCE_H_
#define NAVE_RESOLVER_SNAPSHOT_SOURCE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nave/resolver/v1/stream.pb.h"
#include "resolver/state.h"

namespace nave::resolver {

// What a source gives its state to. Any thread; calls are serialized.
class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;

  // Compiles `state`, hands it to every worker, and returns when each of them answers by it: then
  // the revision may be acknowledged. INVALID_ARGUMENT says what cannot be served, and the old
  // state stays; UNAVAILABLE or PERMISSION_DENIED when a new listener's address cannot be bound,
  // and everything else is served; DEADLINE_EXCEEDED when a worker does not take it in time.
  virtual absl::Status Serve(const State& state) = 0;

  // What is wanted of this node beside its state. INVALID_ARGUMENT for a malformed request or one
  // that is not known here, NOT_FOUND for an unknown view.
  virtual absl::StatusOr<v1::NodeReply> Answer(const v1::NodeRequest& request) = 0;

  // The revision of the last Serve that succeeded; 0 before.
  virtual int64_t served_revision() const = 0;
};

class SnapshotSource {
 public:
  virtual ~SnapshotSource() = default;

  // Begins to give states to `sink`, which must outlive the source. A source that has a state at
  // once (a file, the last state on disk) gives it before it returns. An error means that it never
  // will have one.
  virtual absl::Status Start(SnapshotSink* sink) = 0;
  // Reads again, if that is what the source does (SIGHUP). An error leaves the served state.
  virtual absl::Status Reload() = 0;
  // No call to the sink begins after this has returned.
  virtual void Stop() = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SNAPSHOT_SOURCE_H_
