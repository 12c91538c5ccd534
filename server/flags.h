// The command line of `naved` (docs/reference/flags.md). Pure: nothing is opened or changed. For
// the main thread.
#ifndef NAVE_SERVER_FLAGS_H_
#define NAVE_SERVER_FLAGS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/log.h"
#include "lib/net/endpoint.h"

namespace nave::server {

inline constexpr char kDefaultListen[] = "127.0.0.1:7443";
inline constexpr size_t kMaxListeners = 16;
inline constexpr size_t kMaxTlsNames = 64;

struct Flags {
  std::string data_dir;
  // Where the API is served; port 0 lets the system choose.
  std::vector<net::Endpoint> listen;
  // Where /metrics and /healthz are served over plain HTTP; nothing when absent.
  std::optional<net::Endpoint> metrics;
  // The user's own certificate, key and CA, PEM files; all empty: made in the data directory.
  std::string tls_certificate, tls_key, tls_ca;
  // More names and addresses for which the certificate is good.
  std::vector<std::string> tls_names;
  log::Level log_level = log::Level::kInfo;
  log::Form log_form = log::Form::kText;
  // Validates what can be validated without starting, and ends.
  bool check = false;
};

// What the command line asked for.
struct ParsedFlags {
  Flags flags;
  // Set when the program is to print this and end well: --help and --version.
  std::optional<std::string> text;
};

// Reads the command line. INVALID_ARGUMENT says what is wrong with it.
absl::StatusOr<ParsedFlags> ParseFlags(int argc, const char* const* argv);

// The version of this program.
std::string Version();

}  // namespace nave::server

#endif  // NAVE_SERVER_FLAGS_H_
