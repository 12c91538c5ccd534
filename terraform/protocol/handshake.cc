#include "terraform/protocol/handshake.h"

#include <algorithm>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nave::terraform {
namespace {

// Proof that it was launched as a plugin and not by a person; fixed by Terraform.
constexpr char kCookieName[] = "TF_PLUGIN_MAGIC_COOKIE";
constexpr char kCookie[] = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

// The reader of the line takes the standard alphabet without padding, and nothing else.
std::string Base64(absl::string_view bytes) {
  std::string text = absl::Base64Escape(bytes);
  while (absl::EndsWith(text, "=")) text.pop_back();
  return text;
}

}  // namespace

absl::StatusOr<Launch> ReadLaunch(const std::function<std::string(const char*)>& get) {
  if (get(kCookieName) != kCookie) {
    return absl::FailedPreconditionError(
        "this is a Terraform provider: terraform and tofu start it by themselves. See "
        "terraform/README.md; --debug starts it by hand");
  }
  const std::vector<std::string> versions =
      absl::StrSplit(get("PLUGIN_PROTOCOL_VERSIONS"), ',', absl::SkipWhitespace());
  const std::string wanted = absl::StrCat(kPluginProtocol);
  if (!versions.empty() && std::find(versions.begin(), versions.end(), wanted) == versions.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("plugin protocol ", wanted, " is needed, and offered are ",
                     get("PLUGIN_PROTOCOL_VERSIONS"), "; take Terraform 1.0 or later"));
  }
  Launch launch;
  launch.client_certificate = get("PLUGIN_CLIENT_CERT");
  launch.socket_dir = get("PLUGIN_UNIX_SOCKET_DIR");
  launch.asks_multiplexing = !get("PLUGIN_MULTIPLEX_GRPC").empty();
  return launch;
}

std::string HandshakeLine(const Launch& launch, const std::string& socket,
                          absl::string_view certificate_der) {
  std::string line = absl::StrCat(kCoreProtocol, "|", kPluginProtocol, "|unix|", socket, "|grpc|",
                                  Base64(certificate_der));
  if (launch.asks_multiplexing) absl::StrAppend(&line, "|false");
  return absl::StrCat(line, "\n");
}

std::string ReattachLine(const std::string& address, int pid, const std::string& socket) {
  return absl::StrCat(
      "TF_REATTACH_PROVIDERS='{\"", address,
      "\":{\"Protocol\":\"grpc\",\"ProtocolVersion\":", kPluginProtocol, ",\"Pid\":", pid,
      ",\"Test\":true,\"Addr\":{\"Network\":\"unix\",\"String\":\"", socket, "\"}}}'\n");
}

}  // namespace nave::terraform
