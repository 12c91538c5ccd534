#include "resolver/resolver_server.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace nave::resolver {

absl::StatusOr<std::unique_ptr<ResolverServer>> ResolverServer::Start(
    const Clock* clock, int worker_count, const WorkerOptions& options) {
  if (worker_count < 1 || worker_count > kMaxWorkers) {
    return absl::InvalidArgumentError(
        absl::StrCat("the number of workers must be 1 to ", kMaxWorkers));
  }
  WorkerOptions shared = options;
  // One for all workers: which of them gets a client's next query is not known.
  if (shared.cookie_secrets.secrets.empty()) shared.cookie_secrets = RandomCookieSecrets();
  auto server = absl::WrapUnique(new ResolverServer(clock, options.metrics));
  absl::MutexLock lock(&server->mutex_);
  for (int i = 0; i < worker_count; ++i) {
    NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Worker> worker, Worker::Start(clock, shared));
    server->workers_.push_back(std::move(worker));
  }
  return server;
}

ResolverServer::ResolverServer(const Clock* clock, ResolverMetrics* metrics)
    : clock_(clock), metrics_(metrics) {}

ResolverServer::~ResolverServer() { Stop(); }

absl::Status ResolverServer::Serve(const State& state) {
  absl::MutexLock lock(&mutex_);
  const absl::Time begin = clock_->Now();
  absl::StatusOr<std::shared_ptr<const Snapshot>> snapshot = compiler_.Compile(state);
  if (!snapshot.ok()) {
    if (metrics_ != nullptr) metrics_->CountRefused();
    log::Error("state refused, the one before stays",
               {{"revision", absl::StrCat(state.revision)},
                {"reason", std::string(snapshot.status().message())}});
    return snapshot.status();
  }
  const absl::Status status = Distribute(*snapshot);
  // A listener that could not be bound is not served, but everything else now is.
  if (!absl::IsDeadlineExceeded(status)) served_revision_.store((*snapshot)->revision());
  if (metrics_ != nullptr) metrics_->SetSnapshot(**snapshot);
  log::Info(absl::StrCat("resolver: serving revision ", (*snapshot)->revision()),
            {{"listeners", absl::StrCat((*snapshot)->listeners().size())},
             {"views", absl::StrCat((*snapshot)->view_count())},
             {"zones", absl::StrCat((*snapshot)->zone_count())},
             {"rules", absl::StrCat((*snapshot)->rule_count())},
             {"took", absl::FormatDuration(clock_->Now() - begin)}});
  return status;
}

absl::Status ResolverServer::Distribute(const std::shared_ptr<const Snapshot>& snapshot) {
  Worker::BoundEndpoints bound;
  for (const auto& listener : snapshot->listeners()) {
    auto old = bound_.find(listener->endpoint());
    if (old != bound_.end()) bound.insert(*old);
  }
  absl::Status status;
  // One after the other: the first decides the port of a listener with port 0.
  for (const auto& worker : workers_) status.Update(worker->Serve(snapshot, &bound));
  bound_ = std::move(bound);
  if (!status.ok()) {
    log::Error("not all of the state is served", {{"reason", std::string(status.message())}});
  }
  return status;
}

absl::Status ResolverServer::SetCookies(const CookieSecrets& secrets) {
  absl::MutexLock lock(&mutex_);
  absl::Status status;
  for (const auto& worker : workers_) status.Update(worker->SetCookies(secrets));
  return status;
}

absl::StatusOr<v1::NodeReply> ResolverServer::Answer(const v1::NodeRequest& request) {
  v1::NodeReply reply;
  switch (request.request_case()) {
    case v1::NodeRequest::kExplain: {
      NAVE_ASSIGN_OR_RETURN(*reply.mutable_explanation(), Explain(request.explain()));
      return reply;
    }
    case v1::NodeRequest::kFlushCache: {
      NAVE_ASSIGN_OR_RETURN(const int64_t replies, FlushCache(request.flush_cache()));
      reply.mutable_cache_flushed()->set_replies(replies);
      return reply;
    }
    case v1::NodeRequest::kListCacheUse: {
      NAVE_ASSIGN_OR_RETURN(*reply.mutable_cache_uses(), ListCacheUse(request.list_cache_use()));
      return reply;
    }
    default:
      return absl::InvalidArgumentError("this resolver is too old for what is asked; upgrade it");
  }
}

absl::StatusOr<int64_t> ResolverServer::FlushCache(const v1::CacheSelector& selector) {
  absl::MutexLock lock(&mutex_);
  if (workers_.empty()) return absl::UnavailableError("the resolver is stopping");
  int64_t replies = 0;
  // All of them, though one may not: the less is left of what should go.
  absl::Status status;
  for (const auto& worker : workers_) {
    const absl::StatusOr<int64_t> flushed = worker->FlushCache(selector);
    if (flushed.ok()) replies += *flushed;
    status.Update(flushed.status());
  }
  if (!status.ok()) return status;
  return replies;
}

absl::StatusOr<v1::CacheUses> ResolverServer::ListCacheUse(const v1::ListCacheUse& request) {
  absl::MutexLock lock(&mutex_);
  CacheReport report;
  for (const auto& worker : workers_) {
    NAVE_RETURN_IF_ERROR(worker->ReportCacheUse(request.view(), &report));
  }
  v1::CacheUses uses;
  for (v1::CacheUse& use : MostAsked(report)) *uses.add_uses() = std::move(use);
  return uses;
}

absl::StatusOr<v1::Explanation> ResolverServer::Explain(const v1::Question& question) {
  absl::MutexLock lock(&mutex_);
  if (workers_.empty()) return absl::UnavailableError("the resolver is stopping");
  absl::StatusOr<v1::Explanation> first = workers_[0]->Explain(question);
  if (!first.ok() || first->complete()) return first;
  // Each worker has a cache of its own, and who explains wants to see what there is.
  for (size_t i = 1; i < workers_.size(); ++i) {
    absl::StatusOr<v1::Explanation> other = workers_[i]->Explain(question);
    if (other.ok() && other->complete()) return other;
  }
  return first;
}

absl::StatusOr<net::Endpoint> ResolverServer::BoundEndpoint(const net::Endpoint& listener) const {
  absl::MutexLock lock(&mutex_);
  auto found = bound_.find(listener);
  if (found == bound_.end()) {
    return absl::NotFoundError(absl::StrCat("no listener ", listener.ToString()));
  }
  return found->second;
}

std::vector<net::Endpoint> ResolverServer::BoundEndpoints() const {
  absl::MutexLock lock(&mutex_);
  std::vector<net::Endpoint> endpoints;
  for (const auto& [listener, bound] : bound_) endpoints.push_back(bound);
  std::sort(endpoints.begin(), endpoints.end());
  return endpoints;
}

void ResolverServer::Stop() {
  absl::MutexLock lock(&mutex_);
  for (const auto& worker : workers_) worker->Stop();
  workers_.clear();
}

}  // namespace nave::resolver
