// The workers as one: compiles a state, hands it to each of them, and knows when all answer by it
// (data-plane.md sections 1 and 4). Thread-safe.
#ifndef NAVE_RESOLVER_RESOLVER_SERVER_H_
#define NAVE_RESOLVER_RESOLVER_SERVER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/clock.h"
#include "resolver/snapshot_compiler.h"
#include "resolver/snapshot_source.h"
#include "resolver/worker.h"

namespace nave::resolver {

class ResolverServer : public SnapshotSink {
 public:
  static constexpr int kMaxWorkers = 256;

  // Starts the workers, which answer nothing yet. INVALID_ARGUMENT unless 1 <= worker_count <=
  // kMaxWorkers. `clock` must outlive the server.
  static absl::StatusOr<std::unique_ptr<ResolverServer>> Start(const Clock* clock, int worker_count,
                                                               const WorkerOptions& options);
  ~ResolverServer() override;

  absl::Status Serve(const State& state) override;
  absl::StatusOr<v1::NodeReply> Answer(const v1::NodeRequest& request) override;
  int64_t served_revision() const override { return served_revision_.load(); }

  // Walks through a question without asking a target: by the first worker that knows the whole
  // answer, else by the first of all. Errors as Answer.
  absl::StatusOr<v1::Explanation> Explain(const v1::Question& question);
  // Of all workers; when it returns, each answers as if it had never had the replies. How many.
  absl::StatusOr<int64_t> FlushCache(const v1::CacheSelector& selector);
  absl::StatusOr<v1::CacheUses> ListCacheUse(const v1::ListCacheUse& request);

  // Where the listener with this address really is: another port if it has port 0. NOT_FOUND if it
  // is not served.
  absl::StatusOr<net::Endpoint> BoundEndpoint(const net::Endpoint& listener) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // All of them, in order.
  std::vector<net::Endpoint> BoundEndpoints() const ABSL_LOCKS_EXCLUDED(mutex_);
  // From now on cookies are made and judged by these.
  absl::Status SetCookies(const CookieSecrets& secrets) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the workers. No call after this.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  ResolverServer(const Clock* clock, ResolverMetrics* metrics);
  absl::Status Distribute(const std::shared_ptr<const Snapshot>& snapshot)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock* const clock_;
  ResolverMetrics* const metrics_;
  std::atomic<int64_t> served_revision_{0};
  mutable absl::Mutex mutex_;
  SnapshotCompiler compiler_ ABSL_GUARDED_BY(mutex_);
  Worker::BoundEndpoints bound_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Worker>> workers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_RESOLVER_SERVER_H_
