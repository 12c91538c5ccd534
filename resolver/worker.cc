#include "resolver/worker.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "resolver/cache_selection.h"

namespace nave::resolver {
namespace {

constexpr absl::Duration kStatsInterval = absl::Seconds(1);

// The time of the loop's turn: a query need not ask the system for it.
class TurnClock final : public Clock {
 public:
  explicit TurnClock(const net::EventLoop* loop) : loop_(loop) {}
  absl::Time Now() const override { return loop_->now(); }
  bool WaitUntil(absl::CondVar& condition, absl::Mutex& mutex, absl::Time deadline) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) override {
    return loop_->clock()->WaitUntil(condition, mutex, deadline);
  }

 private:
  const net::EventLoop* const loop_;
};

// A task that another thread waits for. Shared: the waiter may give up first.
struct WaitedTask {
  absl::Mutex mutex;
  absl::CondVar done_changed;
  bool done ABSL_GUARDED_BY(mutex) = false;
  bool abandoned ABSL_GUARDED_BY(mutex) = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Worker>> Worker::Start(const Clock* clock,
                                                      const WorkerOptions& options) {
  auto worker = absl::WrapUnique(new Worker(clock, options));
  NAVE_ASSIGN_OR_RETURN(worker->loop_, net::EventLoop::Create(clock));
  NAVE_ASSIGN_OR_RETURN(worker->upstream_, options.upstream_factory(worker->loop_.get()));
  worker->turn_clock_ = std::make_unique<TurnClock>(worker->loop_.get());
  worker->handler_ = std::make_unique<QueryHandler>(
      worker->upstream_.get(), worker->turn_clock_.get(), options.cache_bytes_max, options.node_id);
  worker->handler_->SetIdentity(options.identity);
  worker->handler_->SetKeepalive(options.tcp_idle_timeout);
  worker->handler_->SetLimits(options.rate_limits);
  worker->handler_->SetStaleLife(options.stale_life);
  worker->handler_->SetPrefetch(options.prefetch);
  worker->handler_->SetTtlBounds(options.ttl_bounds);
  if (!options.cookie_secrets.secrets.empty()) {
    worker->handler_->SetCookies(options.cookie_secrets, options.time_of_day);
    if (options.require_cookies) worker->handler_->RequireCookies();
  }
  Worker* raw = worker.get();
  worker->loop_->SetTurnEnd([raw] { raw->FlushSockets(); });
  if (options.metrics != nullptr) {
    worker->loop_->RunAfter(kStatsInterval, [raw] { raw->PublishStatsAndAgain(); });
  }
  worker->thread_ = std::thread([raw] { raw->loop_->Run(); });
  return worker;
}

Worker::Worker(const Clock* clock, const WorkerOptions& options)
    : clock_(clock), options_(options), tcp_pool_(options.tcp_limits) {}

Worker::~Worker() { Stop(); }

void Worker::Stop() {
  if (stopped_) return;
  stopped_ = true;
  if (thread_.joinable()) {
    loop_->Stop();
    thread_.join();
    if (options_.metrics != nullptr) PublishStats();
  }
  // The forwarder calls back what is under way, so it goes first, then what it wrote is sent.
  upstream_.reset();
  FlushSockets();
  sockets_.clear();
  handler_.reset();
}

absl::Status Worker::RunAndWait(std::function<void()> task) {
  if (stopped_) return absl::UnavailableError("the worker has stopped");
  auto waited = std::make_shared<WaitedTask>();
  const bool posted = loop_->Post([waited, task = std::move(task)] {
    // Held while it runs: what the task refers to lives only as long as its waiter waits.
    absl::MutexLock lock(&waited->mutex);
    if (waited->abandoned) return;
    task();
    waited->done = true;
    waited->done_changed.Signal();
  });
  if (!posted) return absl::ResourceExhaustedError("the worker has too many tasks");
  const absl::Time deadline = clock_->Now() + kMaxTaskWait;
  absl::MutexLock lock(&waited->mutex);
  while (!waited->done) {
    if (!clock_->WaitUntil(waited->done_changed, waited->mutex, deadline) || waited->done) continue;
    waited->abandoned = true;
    return absl::DeadlineExceededError("the worker did not take the task in time");
  }
  return absl::OkStatus();
}

absl::Status Worker::Serve(std::shared_ptr<const Snapshot> snapshot, BoundEndpoints* bound) {
  absl::Status applied;
  NAVE_RETURN_IF_ERROR(RunAndWait([&] { applied = Apply(std::move(snapshot), bound); }));
  return applied;
}

absl::StatusOr<v1::Explanation> Worker::Explain(const v1::Question& question) {
  absl::StatusOr<v1::Explanation> explanation = absl::UnknownError("not asked");
  NAVE_RETURN_IF_ERROR(RunAndWait([&] { explanation = handler_->Explain(question); }));
  return explanation;
}

absl::StatusOr<int64_t> Worker::FlushCache(const v1::CacheSelector& selector) {
  absl::StatusOr<int64_t> replies = 0;
  NAVE_RETURN_IF_ERROR(RunAndWait([&] {
    const auto selection = CompileSelection(selector, *handler_->snapshot());
    if (!selection.ok()) {
      replies = selection.status();
      return;
    }
    replies = static_cast<int64_t>(
        handler_->FlushCache([&selection](const CacheKey& key, const Reply& reply) {
          return selection->Includes(key, reply);
        }));
  }));
  return replies;
}

absl::Status Worker::ReportCacheUse(const std::string& view, CacheReport* report) {
  absl::Status status;
  NAVE_RETURN_IF_ERROR(RunAndWait([&] {
    const Snapshot& snapshot = *handler_->snapshot();
    const absl::StatusOr<const View*> found = ViewNamed(view, snapshot);
    if (found.ok()) AddToReport(handler_->cache(), snapshot, *found, report);
    status = found.status();
  }));
  return status;
}

absl::Status Worker::SetCookies(const CookieSecrets& secrets) {
  return RunAndWait([&] { handler_->SetCookies(secrets, options_.time_of_day); });
}

absl::Status Worker::Apply(std::shared_ptr<const Snapshot> snapshot, BoundEndpoints* bound) {
  absl::Status status;
  absl::flat_hash_map<net::Endpoint, std::shared_ptr<ListenerSocket>> sockets;
  for (const auto& listener : snapshot->listeners()) {
    const net::Endpoint& endpoint = listener->endpoint();
    std::shared_ptr<ListenerSocket>& socket = sockets[endpoint];
    auto old = sockets_.find(endpoint);
    if (old != sockets_.end()) {
      socket = old->second;
    } else {
      const net::Endpoint& wanted = bound->try_emplace(endpoint, endpoint).first->second;
      net::TcpServerOptions tcp;
      tcp.pool = &tcp_pool_;
      tcp.connection.idle_timeout = options_.tcp_idle_timeout;
      auto opened = ListenerSocket::Open(loop_.get(), handler_.get(), wanted, tcp, &flush_list_);
      if (!opened.ok()) {
        status.Update(absl::Status(opened.status().code(),
                                   absl::StrCat("listener ", endpoint.ToString(), ": ",
                                                std::string(opened.status().message()))));
        sockets.erase(endpoint);
        continue;
      }
      socket = *std::move(opened);
    }
    (*bound)[endpoint] = socket->endpoint();
    socket->SetListener(listener.get());
  }
  // All in one turn of the loop: no query sees half of it.
  handler_->SetSnapshot(std::move(snapshot));
  sockets_ = std::move(sockets);
  return status;
}

void Worker::FlushSockets() {
  for (const std::weak_ptr<ListenerSocket>& weak : flush_list_) {
    if (const std::shared_ptr<ListenerSocket> socket = weak.lock()) socket->Flush();
  }
  flush_list_.clear();
}

void Worker::PublishStats() {
  const QueryStats& stats = handler_->stats();
  options_.metrics->Add(stats, published_);
  published_ = stats;
  const net::TcpStats tcp = tcp_pool_.stats();
  options_.metrics->AddTcp(tcp, published_tcp_);
  published_tcp_ = tcp;
  const UpstreamStats upstream = upstream_->stats();
  options_.metrics->AddUpstream(upstream, published_upstream_);
  published_upstream_ = upstream;
}

void Worker::PublishStatsAndAgain() {
  PublishStats();
  loop_->RunAfter(kStatsInterval, [this] { PublishStatsAndAgain(); });
}

}  // namespace nave::resolver
