// The command line of nave-resolver (docs/reference/flags.md). Values; any thread.
#ifndef NAVE_RESOLVER_FLAGS_H_
#define NAVE_RESOLVER_FLAGS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "lib/base/log.h"
#include "lib/net/endpoint.h"
#include "resolver/rate_limits.h"
#include "resolver/reply.h"
#include "resolver/stream_options.h"

namespace nave::resolver {

inline constexpr char kVersion[] = "0.1.0";

struct Flags {
  // One of the two is given.
  std::string snapshot;
  StreamOptions stream;

  int workers = 1;
  int cache_mib = 64;
  int serve_stale_seconds = 86400;
  bool no_prefetch = false;
  TtlBounds ttl_bounds;
  int tcp_connections = 1024;
  int tcp_connections_per_client = 64;
  int tcp_idle_seconds = 10;
  // Empty: a secret of the process.
  std::string cookie_secret_file;
  bool require_cookies = false;
  RateLimitOptions rate_limits;
  bool hide_identity = false;
  bool hide_version = false;
  std::optional<net::Endpoint> metrics_address;
  log::Level log_level = log::Level::kInfo;
  log::Form log_form = log::Form::kText;
  // Read the snapshot, say whether it can be served, and end.
  bool check = false;
};

// Nothing if the program should go on; else the exit code, after help, version or an error has been
// printed.
std::optional<int> ParseFlags(int argc, char** argv, Flags* flags);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_FLAGS_H_
