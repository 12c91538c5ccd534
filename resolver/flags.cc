#include "resolver/flags.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"
#include "resolver/resolver_server.h"

namespace nave::resolver {
namespace {

constexpr int kUsageExit = 2;
constexpr int kMaxTcpConnections = 65536;
// RFC 7828 counts tenths of seconds in 16 bits.
constexpr int kMaxTcpIdleSeconds = 6553;
// RFC 8767 section 4 suggests one to three days.
constexpr int kMaxStaleSeconds = 7 * 86400;
// More would keep a name from moving.
constexpr uint32_t kMaxTtlMinSeconds = 3600;
constexpr char kDescription[] =
    "Answers DNS queries for one or more VPCs, from a control plane or from a snapshot file.";
constexpr char kExamples[] =
    "Examples:\n"
    "  nave-resolver --snapshot lab.json --workers 2\n"
    "  nave-resolver --control-plane 192.0.2.10:7443 --node r1 --vpc accounts/spoke1/vpcs/main \\\n"
    "      --ca ca.crt --token-file r1.token --state-dir /var/lib/nave-resolver\n"
    "SIGHUP reads the snapshot file again; SIGTERM ends.";

struct Texts {
  std::string metrics_address;
  std::vector<std::string> rate_exempt;
  std::string log_level = "info";
  std::string log_format = "text";
};

// How clients are met.
void AddClientFlags(CLI::App* app, Flags* flags, Texts* texts) {
  app->add_option("--tcp-connections", flags->tcp_connections,
                  "TCP connections of clients, for each worker")
      ->check(CLI::Range(1, kMaxTcpConnections))
      ->capture_default_str();
  app->add_option("--tcp-connections-per-client", flags->tcp_connections_per_client,
                  "Of these, of one address")
      ->check(CLI::Range(1, kMaxTcpConnections))
      ->capture_default_str();
  app->add_option("--tcp-idle-timeout", flags->tcp_idle_seconds,
                  "Seconds that a TCP connection may be without a query")
      ->check(CLI::Range(1, kMaxTcpIdleSeconds))
      ->capture_default_str();
  app->add_option("--cookie-secret-file", flags->cookie_secret_file,
                  "File with the secret of DNS cookies, shared by servers of one address; read "
                  "again at SIGHUP; default: a secret of this process");
  app->add_flag("--require-cookies", flags->require_cookies,
                "Over UDP, answer only clients that show a cookie");
  app->add_option("--client-rate", flags->rate_limits.queries_per_client,
                  "Queries a second that one client may ask, of each worker; 0: no limit")
      ->capture_default_str();
  app->add_option("--vpc-rate", flags->rate_limits.queries_per_vpc, "The same for one VPC")
      ->capture_default_str();
  app->add_option("--answer-rate", flags->rate_limits.answers_per_client,
                  "Times a second that one client is told the same over UDP without a cookie")
      ->capture_default_str();
  app->add_option("--rate-exempt", texts->rate_exempt,
                  "Network that has no such limits; may be repeated; loopback never has");
  app->add_flag("--hide-identity", flags->hide_identity,
                "Do not tell the node's id (NSID, id.server, hostname.bind)");
  app->add_flag("--hide-version", flags->hide_version,
                "Do not tell the version (version.server, version.bind)");
}

void AddFlags(CLI::App* app, Flags* flags, Texts* texts) {
  app->add_option("--snapshot", flags->snapshot, "Serve this snapshot file, without control plane");
  app->add_option("--control-plane", flags->stream.control_plane, "host:port of naved");
  app->add_option("--node", flags->stream.node, "This node's id, such as r1");
  app->add_option("--vpc", flags->stream.vpcs,
                  "Serve this VPC, such as accounts/spoke1/vpcs/main; may be repeated; default: "
                  "every VPC that has a listener");
  app->add_option("--ca", flags->stream.ca_file, "The control plane's CA certificate (PEM)");
  app->add_option("--token-file", flags->stream.token_file, "File with this node's token");
  app->add_option("--state-dir", flags->stream.state_dir, "Directory of the last state");
  app->add_option("--workers", flags->workers, "Threads that answer")
      ->check(CLI::Range(1, ResolverServer::kMaxWorkers))
      ->capture_default_str();
  app->add_option("--cache-mib", flags->cache_mib, "Cache of each worker, in MiB")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  app->add_option(
         "--serve-stale", flags->serve_stale_seconds,
         "Seconds that an answer may be used after its TTL while no target answers; 0: none")
      ->check(CLI::Range(0, kMaxStaleSeconds))
      ->capture_default_str();
  app->add_flag("--no-prefetch", flags->no_prefetch,
                "Do not ask for popular answers again before their TTL ends");
  app->add_option("--cache-ttl-min", flags->ttl_bounds.min,
                  "Seconds that an answer is kept at least, whatever its TTL")
      ->check(CLI::Range(0u, kMaxTtlMinSeconds))
      ->capture_default_str();
  app->add_option("--cache-ttl-max", flags->ttl_bounds.max, "Seconds that it is kept at most")
      ->check(CLI::Range(1u, kMaxTtlSeconds))
      ->capture_default_str();
  app->add_option("--cache-negative-ttl-max", flags->ttl_bounds.negative_max,
                  "The same where the answer is that there is none")
      ->check(CLI::Range(0u, kMaxNegativeTtlSeconds))
      ->capture_default_str();
  AddClientFlags(app, flags, texts);
  app->add_option("--metrics-address", texts->metrics_address,
                  "address:port of /metrics and /healthz (plain HTTP); default: none");
  app->add_option("--log-level", texts->log_level, "debug, info, warning or error")
      ->capture_default_str();
  app->add_option("--log-format", texts->log_format, "text or json")->capture_default_str();
  app->add_flag("--check", flags->check, "Check the snapshot file and end");
  app->set_version_flag("--version", kVersion);
}

// The flag stands before what is wrong with its value.
absl::Status Named(absl::string_view flag, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", status.message()));
}

absl::Status CheckVpcs(const std::vector<std::string>& vpcs) {
  for (const std::string& vpc : vpcs) {
    const std::vector<std::string> parts = absl::StrSplit(vpc, '/');
    if (parts.size() != 4 || parts[0] != "accounts" || parts[2] != "vpcs") {
      return absl::InvalidArgumentError(
          absl::StrCat("--vpc: '", vpc, "' has not the form accounts/ACCOUNT/vpcs/VPC"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckSource(const Flags& flags) {
  if (flags.snapshot.empty() == flags.stream.control_plane.empty()) {
    return absl::InvalidArgumentError("give one of --snapshot and --control-plane");
  }
  if (!flags.snapshot.empty()) return absl::OkStatus();
  if (flags.check) return absl::InvalidArgumentError("--check needs --snapshot");
  const StreamOptions& stream = flags.stream;
  if (stream.node.empty() || stream.ca_file.empty() || stream.token_file.empty() ||
      stream.state_dir.empty()) {
    return absl::InvalidArgumentError(
        "--control-plane needs --node, --ca, --token-file and --state-dir");
  }
  return absl::OkStatus();
}

absl::Status Finish(const Texts& texts, Flags* flags) {
  flags->stream.version = kVersion;
  NAVE_RETURN_IF_ERROR(Named("--log-level", log::ParseLevel(texts.log_level, &flags->log_level)));
  NAVE_RETURN_IF_ERROR(Named("--log-format", log::ParseForm(texts.log_format, &flags->log_form)));
  if (!texts.metrics_address.empty()) {
    const auto address = net::Endpoint::Parse(texts.metrics_address);
    NAVE_RETURN_IF_ERROR(Named("--metrics-address", address.status()));
    flags->metrics_address = *address;
  }
  for (const std::string& text : texts.rate_exempt) {
    const auto network = net::Prefix::Parse(text);
    NAVE_RETURN_IF_ERROR(Named("--rate-exempt", network.status()));
    flags->rate_limits.exempt.push_back(*network);
  }
  if (flags->ttl_bounds.min > flags->ttl_bounds.max) {
    return absl::InvalidArgumentError(absl::StrCat("--cache-ttl-min ", flags->ttl_bounds.min,
                                                   " is above --cache-ttl-max ",
                                                   flags->ttl_bounds.max));
  }
  NAVE_RETURN_IF_ERROR(CheckVpcs(flags->stream.vpcs));
  return CheckSource(*flags);
}

}  // namespace

std::optional<int> ParseFlags(int argc, char** argv, Flags* flags) {
  CLI::App app(kDescription, "nave-resolver");
  app.footer(kExamples);
  Texts texts;
  AddFlags(&app, flags, &texts);
  // CLI11 reports by exceptions; they end here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // help and version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::cerr << "nave-resolver: " << error.what() << "; see --help\n";
    return kUsageExit;
  }
  const absl::Status status = Finish(texts, flags);
  if (status.ok()) return std::nullopt;
  std::cerr << "nave-resolver: " << status.message() << "; see --help\n";
  return kUsageExit;
}

}  // namespace nave::resolver
