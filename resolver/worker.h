// One thread that answers: its own event loop, sockets, cache and forwarder; no lock on the way of
// a query (data-plane.md section 1). Start, Serve, Explain and Stop from one other thread at a
// time.
#ifndef NAVE_RESOLVER_WORKER_H_
#define NAVE_RESOLVER_WORKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/net/event_loop.h"
#include "lib/net/tcp_pool.h"
#include "nave/resolver/v1/cache.pb.h"
#include "resolver/cache_report.h"
#include "resolver/cookies.h"
#include "resolver/forwarder.h"
#include "resolver/identity.h"
#include "resolver/listener_socket.h"
#include "resolver/query_handler.h"
#include "resolver/resolver_metrics.h"

namespace nave::resolver {

struct WorkerOptions {
  size_t cache_bytes_max = Cache::kDefaultMaxBytes;
  // For the explanations that name this node.
  std::string node_id;
  // What clients are told of this server.
  Identity identity;
  // None: a random secret of the process.
  CookieSecrets cookie_secrets;
  // For the times in cookies, which other servers of the secret read (RFC 9018 section 4.3).
  const Clock* time_of_day = &RealClock();
  bool require_cookies = false;
  // Of each worker.
  RateLimitOptions rate_limits;
  // RFC 8767; zero: no stale answers.
  absl::Duration stale_life = absl::Hours(24);
  bool prefetch = true;
  TtlBounds ttl_bounds;
  // Of each worker.
  net::TcpLimits tcp_limits;
  absl::Duration tcp_idle_timeout = absl::Seconds(10);
  UpstreamFactory upstream_factory;
  // May be null; must outlive the worker.
  ResolverMetrics* metrics = nullptr;
};

class Worker {
 public:
  // How long another thread waits for the worker to do what it is told.
  static constexpr absl::Duration kMaxTaskWait = absl::Seconds(10);

  // Which port a listener with port 0 got.
  using BoundEndpoints = absl::flat_hash_map<net::Endpoint, net::Endpoint>;

  // The thread runs when this returns. `clock` must outlive the worker.
  static absl::StatusOr<std::unique_ptr<Worker>> Start(const Clock* clock,
                                                       const WorkerOptions& options);
  // Stops.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Returns when the worker answers by `snapshot`: sockets of new listeners are open, of gone ones
  // closed. An address that cannot be bound is an error, but everything else is served. `bound` is
  // read and added to. DEADLINE_EXCEEDED after kMaxTaskWait.
  absl::Status Serve(std::shared_ptr<const Snapshot> snapshot, BoundEndpoints* bound);
  absl::StatusOr<v1::Explanation> Explain(const v1::Question& question);
  // Returns when this worker has forgotten the replies, with their number. NOT_FOUND for an unknown
  // view, INVALID_ARGUMENT for a malformed name.
  absl::StatusOr<int64_t> FlushCache(const v1::CacheSelector& selector);
  // Adds what this worker's cache was used for in a view; of all of them if the name is empty.
  absl::Status ReportCacheUse(const std::string& view, CacheReport* report);
  // From now on cookies are made and judged by these.
  absl::Status SetCookies(const CookieSecrets& secrets);
  // Ends the thread: what is under way is answered with SERVFAIL, what is written is sent.
  void Stop();

 private:
  Worker(const Clock* clock, const WorkerOptions& options);
  // Runs `task` on the worker's thread and returns when it has run.
  absl::Status RunAndWait(std::function<void()> task);
  absl::Status Apply(std::shared_ptr<const Snapshot> snapshot, BoundEndpoints* bound);
  void FlushSockets();
  void PublishStats();
  void PublishStatsAndAgain();

  const Clock* const clock_;
  const WorkerOptions options_;
  std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<const Clock> turn_clock_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<QueryHandler> handler_;
  ListenerSocket::FlushList flush_list_;
  net::TcpPool tcp_pool_;
  // By the listener's address as the snapshot gives it.
  absl::flat_hash_map<net::Endpoint, std::shared_ptr<ListenerSocket>> sockets_;
  QueryStats published_;
  net::TcpStats published_tcp_;
  UpstreamStats published_upstream_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_WORKER_H_
