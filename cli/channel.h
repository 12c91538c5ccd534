// The control plane of a context over gRPC, with hints for people at a shell. For one thread.
#ifndef NAVE_CLI_CHANNEL_H_
#define NAVE_CLI_CHANNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "cli/control_plane.h"
#include "client/channel.h"

namespace nave::cli {

using client::Target;

// Connects with the first call. A usage error when the target lacks a part, or the CA's file cannot
// be read. Calls that do not reach a server are UNAVAILABLE and name it.
absl::StatusOr<std::unique_ptr<ControlPlane>> OpenChannel(const Target& target);

}  // namespace nave::cli

#endif  // NAVE_CLI_CHANNEL_H_
