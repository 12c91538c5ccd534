// Finds out whether targets that are down are back, so that no client's question has to
// (data-plane.md section 3, "targets"): once a back-off is over, the target is asked for the SOA of
// the rule's suffix. Any reply of it will do. On the thread of one worker.
#ifndef NAVE_RESOLVER_TARGET_PROBER_H_
#define NAVE_RESOLVER_TARGET_PROBER_H_

#include <cstddef>
#include <functional>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "resolver/forwarder.h"
#include "resolver/upstream_health.h"

namespace nave::resolver {

class TargetProber {
 public:
  // Targets under probe. One more counts as up again, and is judged anew.
  static constexpr size_t kMaxTargets = 1024;
  // A target that no question wanted for so long is probed no more, and counts as up again.
  static constexpr absl::Duration kIdleLife = absl::Minutes(2);

  // Asks the one target of `group`; as Upstream::Forward.
  using Ask = std::function<void(const dns::Question& question,
                                 std::shared_ptr<const TargetGroup> group, ForwardCallback done)>;

  // All of them must outlive the prober.
  TargetProber(net::EventLoop* loop, HealthTable* health, UpstreamStats* stats, Ask ask)
      : loop_(loop), health_(health), stats_(stats), ask_(std::move(ask)) {}
  ~TargetProber();
  TargetProber(const TargetProber&) = delete;
  TargetProber& operator=(const TargetProber&) = delete;

  // Probes this target of `group`, as the group would ask it, until it is up. Nothing if it is
  // under probe. REQUIRES: it is down.
  void Watch(const TargetGroup& group, size_t target);

  size_t size() const { return watched_.size(); }

 private:
  struct Watched {
    // Of one target.
    std::shared_ptr<const TargetGroup> group;
    net::EventLoop::TimerId timer = net::EventLoop::kNoTimer;
  };

  void Schedule(const net::Endpoint& target, absl::Duration delay);
  void OnTimer(const net::Endpoint& target);
  void OnProbed(const net::Endpoint& target, const ForwardResult& result);

  net::EventLoop* const loop_;
  HealthTable* const health_;
  UpstreamStats* const stats_;
  const Ask ask_;
  absl::flat_hash_map<net::Endpoint, Watched> watched_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_TARGET_PROBER_H_
