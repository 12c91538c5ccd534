#include "resolver/target_prober.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace nave::resolver {

TargetProber::~TargetProber() {
  for (const auto& [target, watched] : watched_) loop_->Cancel(watched.timer);
}

void TargetProber::Watch(const TargetGroup& group, size_t target) {
  const net::Endpoint& endpoint = group.targets[target].endpoint;
  if (watched_.contains(endpoint)) return;
  TargetHealth* const health = health_->Get(endpoint);
  if (watched_.size() >= kMaxTargets) return health->ForgetFailures();
  auto alone = std::make_shared<TargetGroup>(group);
  alone->targets = {group.targets[target]};
  alone->policy = ForwardingPolicy();
  watched_[endpoint].group = std::move(alone);
  Schedule(endpoint, health->RetryIn(loop_->now()));
}

void TargetProber::Schedule(const net::Endpoint& target, absl::Duration delay) {
  watched_[target].timer = loop_->RunAfter(delay, [this, target] { OnTimer(target); });
}

void TargetProber::OnTimer(const net::Endpoint& target) {
  Watched& watched = watched_[target];
  watched.timer = net::EventLoop::kNoTimer;
  TargetHealth* const health = health_->Find(target);
  const absl::Time now = loop_->now();
  if (health != nullptr && health->is_down()) {
    // A question that had nobody else to ask may have failed meanwhile.
    const absl::Duration wait = health->RetryIn(now);
    if (wait > absl::ZeroDuration()) return Schedule(target, wait);
    if (now - health->last_wanted() < kIdleLife) {
      ++stats_->probes;
      const dns::Question question{watched.group->domain_name, dns::RRType::kSoa,
                                   dns::RRClass::kIn};
      return ask_(question, watched.group,
                  [this, target](const ForwardResult& result) { OnProbed(target, result); });
    }
    health->ForgetFailures();
  }
  watched_.erase(target);
}

void TargetProber::OnProbed(const net::Endpoint& target, const ForwardResult& result) {
  if (absl::IsCancelled(result.status)) return;
  const TargetHealth* const health = std::as_const(*health_).Find(target);
  if (health == nullptr || !health->is_down()) {
    ++stats_->probes_answered;
    watched_.erase(target);
    return;
  }
  // At once would be again and again where the probe could not even leave.
  Schedule(target, std::max(health->RetryIn(loop_->now()), TargetHealth::kMinBackoff));
}

}  // namespace nave::resolver
