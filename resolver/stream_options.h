// How a resolver reaches its control plane, and the source that does (data-plane.md section 4).
#ifndef NAVE_RESOLVER_STREAM_OPTIONS_H_
#define NAVE_RESOLVER_STREAM_OPTIONS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/clock.h"
#include "lib/base/metrics.h"
#include "resolver/snapshot_source.h"

namespace nave::resolver {

struct StreamOptions {
  std::string control_plane;  // `host:port`.
  std::string node;
  std::vector<std::string> vpcs;  // Resource names; empty: every VPC that has a listener.
  std::string ca_file;            // PEM.
  std::string token_file;
  std::string state_dir;  // For the last state; made if it is not there.
  std::string version;    // Of the program.
};

// The source that streams from `naved` and keeps the last state on disk. It serves that state
// first, when there is one. INVALID_ARGUMENT or NOT_FOUND for options that cannot work. `clock` and
// `registry` must outlive it.
absl::StatusOr<std::unique_ptr<SnapshotSource>> NewStreamSource(const StreamOptions& options,
                                                                const Clock* clock,
                                                                metrics::Registry* registry);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STREAM_OPTIONS_H_
