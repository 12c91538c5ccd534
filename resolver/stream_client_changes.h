// Puts the messages of the stream together into a State (proto/nave/resolver/v1/stream.proto).
// Objects that no message names stay the same objects. One thread at a time.
#ifndef NAVE_RESOLVER_STREAM_CLIENT_CHANGES_H_
#define NAVE_RESOLVER_STREAM_CLIENT_CHANGES_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "nave/resolver/v1/stream.pb.h"
#include "resolver/state.h"

namespace nave::resolver {

class StreamChanges {
 public:
  // Objects of a kind.
  static constexpr size_t kMaxObjects = 4u << 20;

  // Changes will be to `state`.
  explicit StreamChanges(State state) : state_(std::move(state)) {}

  // Takes reset, listener, view, zone, zone_change, rule or removed. INVALID_ARGUMENT for what
  // cannot be right (a change of a zone that was never sent, an object without name), and
  // RESOURCE_EXHAUSTED above a bound: the state is of no use then.
  absl::Status Apply(v1::ControlMessage message);
  // The state with all changes, at `revision`. Valid until the next Apply.
  const State& Complete(int64_t revision);

 private:
  // A zone that is being changed, RRset by RRset; read once for a group of changes.
  struct ZoneEdit {
    v1::Zone zone;
    absl::flat_hash_map<std::string, int> places;  // Of the RRsets, by owner and type.
  };

  absl::Status ApplyZoneChange(v1::ZoneChange change);
  absl::Status ApplyRemoved(const v1::Removed& removed);
  ZoneEdit* EditZone(const std::string& name);

  State state_;
  absl::flat_hash_map<std::string, ZoneEdit> edits_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STREAM_CLIENT_CHANGES_H_
