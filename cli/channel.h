// The control plane over gRPC: TLS by the CA of the context, a bearer token, calls by the name of
// their method. For one thread.
#ifndef NAVE_CLI_CHANNEL_H_
#define NAVE_CLI_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cli/control_plane.h"

namespace nave::cli {

struct Target {
  std::string server;   // HOST:PORT
  std::string ca_path;  // the certificate of the server's CA, PEM
  std::string token;
};

// A large snapshot comes as one message.
inline constexpr int kMaxResponseBytes = 64 << 20;

// Connects with the first call. A usage error when the target lacks a part, or the CA's file cannot
// be read. Calls that do not reach a server are UNAVAILABLE and name it.
absl::StatusOr<std::unique_ptr<ControlPlane>> OpenChannel(const Target& target);

}  // namespace nave::cli

#endif  // NAVE_CLI_CHANNEL_H_
