// The objects of `resolver/v1` that a source holds, before they are compiled: what is served is
// always the compilation of one State (data-plane.md sections 1 and 4).
//
// Objects are shared and immutable: a source that changes one puts a new object in its place. The
// compiler knows by the pointer what did not change. A copy is cheap, for it shares all but what is
// changed; values; any thread.
#ifndef NAVE_RESOLVER_STATE_H_
#define NAVE_RESOLVER_STATE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "nave/resolver/v1/snapshot.pb.h"
#include "resolver/shared_map.h"

namespace nave::resolver {

// A zone as it is sent and written to disk: of all objects these are large, and as a message each
// would take ten times the memory.
class StoredZone {
 public:
  explicit StoredZone(const v1::Zone& zone) : octets_(zone.SerializeAsString()) {}
  // REQUIRES: `octets` are a serialized v1::Zone.
  explicit StoredZone(std::string octets) : octets_(std::move(octets)) {}

  v1::Zone Read() const;
  const std::string& octets() const { return octets_; }

 private:
  std::string octets_;
};

struct State {
  int64_t revision = 0;
  // By address, and the others by resource name.
  SharedMap<std::shared_ptr<const v1::Listener>> listeners;
  SharedMap<std::shared_ptr<const v1::View>> views;
  SharedMap<std::shared_ptr<const StoredZone>> zones;
  SharedMap<std::shared_ptr<const v1::Rule>> rules;
};

// INVALID_ARGUMENT when two objects of a kind have one name.
absl::StatusOr<State> StateFromSnapshot(v1::Snapshot snapshot);
v1::Snapshot SnapshotFromState(const State& state);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STATE_H_
