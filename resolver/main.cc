// nave-resolver: answers DNS queries for one or more VPCs (data-plane.md).
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/metrics.h"
#include "lib/base/status_macros.h"
#include "resolver/file_source.h"
#include "resolver/flags.h"
#include "resolver/metrics_server.h"
#include "resolver/resolver_metrics.h"
#include "resolver/resolver_server.h"

namespace nave::resolver {
namespace {

// Blocks the signals that we handle in every thread to come; the descriptor reads them. -1 on
// error.
int OpenSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int number : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, number);
  if (pthread_sigmask(SIG_BLOCK, &signals, nullptr) != 0) return -1;
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

// The soft limit of descriptors is often 1024, less than the connections that we mean to hold.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

absl::Status ReadCookies(const Flags& flags, WorkerOptions* options) {
  if (flags.cookie_secret_file.empty()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(options->cookie_secrets, ReadCookieSecrets(flags.cookie_secret_file));
  return absl::OkStatus();
}

absl::Status ReloadCookies(const Flags& flags, ResolverServer* server) {
  if (flags.cookie_secret_file.empty()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(const CookieSecrets secrets, ReadCookieSecrets(flags.cookie_secret_file));
  return server->SetCookies(secrets);
}

void HandleSignal(int fd, const Flags& flags, ResolverServer* server, SnapshotSource* source,
                  net::EventLoop* loop) {
  signalfd_siginfo info;
  if (read(fd, &info, sizeof(info)) != sizeof(info)) return;
  if (info.ssi_signo != SIGHUP) {
    log::Info("nave-resolver: ending", {{"signal", absl::StrCat(info.ssi_signo)}});
    return loop->Stop();
  }
  const absl::Status cookies = ReloadCookies(flags, server);
  if (!cookies.ok()) {
    log::Error("reload of the cookie secrets failed, those before stay",
               {{"reason", std::string(cookies.message())}});
  }
  const absl::Status status = source->Reload();
  if (!status.ok()) {
    log::Error("reload failed, the state before stays",
               {{"reason", std::string(status.message())}});
  }
}

absl::StatusOr<std::unique_ptr<SnapshotSource>> MakeSource(const Flags& flags,
                                                           metrics::Registry* registry) {
  if (!flags.snapshot.empty()) return std::make_unique<FileSource>(flags.snapshot);
#ifdef NAVE_RESOLVER_STREAM
  return NewStreamSource(flags.stream, &SteadyClock(), registry);
#else
  static_cast<void>(registry);
  return absl::FailedPreconditionError(
      "this build serves snapshot files only: give --snapshot FILE instead of --control-plane");
#endif
}

void SayReady(const ResolverServer& server) {
  const std::vector<net::Endpoint> endpoints = server.BoundEndpoints();
  const std::string where =
      endpoints.empty() ? "no listener yet"
                        : absl::StrJoin(endpoints, " ", [](std::string* out, const auto& endpoint) {
                            absl::StrAppend(out, endpoint.ToString());
                          });
  std::cout << "nave-resolver: serving revision " << server.served_revision() << " on " << where
            << std::endl;
}

absl::Status Check(const Flags& flags) {
  WorkerOptions options;
  NAVE_RETURN_IF_ERROR(ReadCookies(flags, &options));
  NAVE_ASSIGN_OR_RETURN(const State state, ReadSnapshotFile(flags.snapshot));
  NAVE_ASSIGN_OR_RETURN(const auto snapshot, SnapshotCompiler().Compile(state));
  std::cout << "revision " << snapshot->revision() << ": " << snapshot->listeners().size()
            << " listeners, " << snapshot->view_count() << " views, " << snapshot->zone_count()
            << " zones, " << snapshot->rule_count() << " rules\n";
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags, int signal_fd) {
  metrics::Registry registry;
  ResolverMetrics metrics(&registry);
  WorkerOptions options;
  options.cache_bytes_max = static_cast<size_t>(flags.cache_mib) << 20;
  options.node_id = flags.stream.node;
  if (!flags.hide_identity) options.identity.node = flags.stream.node;
  if (!flags.hide_version) options.identity.version = absl::StrCat("nave-resolver ", kVersion);
  NAVE_RETURN_IF_ERROR(ReadCookies(flags, &options));
  options.require_cookies = flags.require_cookies;
  options.rate_limits = flags.rate_limits;
  options.stale_life = absl::Seconds(flags.serve_stale_seconds);
  options.prefetch = !flags.no_prefetch;
  options.ttl_bounds = flags.ttl_bounds;
  options.tcp_limits.max_connections = static_cast<size_t>(flags.tcp_connections);
  options.tcp_limits.max_connections_per_client =
      static_cast<size_t>(flags.tcp_connections_per_client);
  options.tcp_idle_timeout = absl::Seconds(flags.tcp_idle_seconds);
  options.upstream_factory = NewForwarder;
  options.metrics = &metrics;
  NAVE_ASSIGN_OR_RETURN(auto server, ResolverServer::Start(&SteadyClock(), flags.workers, options));
  NAVE_ASSIGN_OR_RETURN(auto loop, net::EventLoop::Create(&SteadyClock()));
  std::unique_ptr<MetricsServer> metrics_server;
  if (flags.metrics_address.has_value()) {
    NAVE_ASSIGN_OR_RETURN(metrics_server,
                          MetricsServer::Listen(loop.get(), *flags.metrics_address, &registry,
                                                [&] { return server->served_revision() > 0; }));
  }
  NAVE_ASSIGN_OR_RETURN(auto source, MakeSource(flags, &registry));
  NAVE_RETURN_IF_ERROR(source->Start(server.get()));
  NAVE_RETURN_IF_ERROR(loop->Watch(signal_fd, EPOLLIN, [&](uint32_t) {
    HandleSignal(signal_fd, flags, server.get(), source.get(), loop.get());
  }));
  SayReady(*server);
  loop->Run();
  source->Stop();
  server->Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace nave::resolver

// For jemalloc, which reads it at the start: memory that was freed goes back to the system though
// nothing happens any more, such as after a large state has been read.
extern "C" {
const char* malloc_conf = "background_thread:true";
}

int main(int argc, char** argv) {
  nave::resolver::Flags flags;
  if (const auto code = nave::resolver::ParseFlags(argc, argv, &flags)) return *code;
  nave::log::Configure(flags.log_level, flags.log_form);
  nave::resolver::RaiseDescriptorLimit();
  const int signal_fd = nave::resolver::OpenSignals();
  if (signal_fd < 0) {
    std::cerr << "nave-resolver: cannot set up signals\n";
    return 1;
  }
  const absl::Status status =
      flags.check ? nave::resolver::Check(flags) : nave::resolver::Run(flags, signal_fd);
  close(signal_fd);
  if (status.ok()) return 0;
  std::cerr << "nave-resolver: " << status.message() << "\n";
  return 1;
}
