// How a plugin and the process that launched it find each other: the environment says what is
// wanted, one line on stdout says where to connect. Functions; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_HANDSHAKE_H_
#define NAVE_TERRAFORM_PROTOCOL_HANDSHAKE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nave::terraform {

inline constexpr int kCoreProtocol = 1;
inline constexpr int kPluginProtocol = 6;

// What configurations call this provider: a private address, for installations from a directory.
inline constexpr char kProviderAddress[] = "nave.internal/nave/nave";

// What the launching process wants.
struct Launch {
  // Its certificate, PEM; empty: no TLS.
  std::string client_certificate;
  // Where to put the socket; empty: where temporary files are.
  std::string socket_dir;
  // It wants to hear whether connections are shared.
  bool asks_multiplexing = false;
};

// Reads the environment by `get`, which gives an empty text for what is not set.
// FAILED_PRECONDITION when nobody launched this as a plugin, or protocol 6 is not spoken there.
absl::StatusOr<Launch> ReadLaunch(const std::function<std::string(const char*)>& get);

// The line, with its end. `certificate_der` is the server's, empty without TLS.
std::string HandshakeLine(const Launch& launch, const std::string& socket,
                          absl::string_view certificate_der);

// TF_REATTACH_PROVIDERS for a provider that was started by hand.
std::string ReattachLine(const std::string& address, int pid, const std::string& socket);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_HANDSHAKE_H_
