// How a rule uses its targets (`ForwardingPolicy` of resolver/v1, compiled).
#ifndef NAVE_RESOLVER_FORWARDING_POLICY_H_
#define NAVE_RESOLVER_FORWARDING_POLICY_H_

#include <cstdint>

namespace nave::resolver {

struct ForwardingPolicy {
  enum class Selection : uint8_t { kWeight, kLatency };
  enum class OnError : uint8_t { kNextTarget, kAnswer };
  enum class OnAllDown : uint8_t { kAsk, kFail };

  // Of targets with one priority.
  Selection selection = Selection::kWeight;
  OnError on_servfail = OnError::kNextTarget;
  OnError on_refused = OnError::kNextTarget;
  OnError on_nxdomain = OnError::kAnswer;
  OnAllDown on_all_down = OnAllDown::kAsk;
  // Of a target's round-trip times, after which the next one is asked as well; 0: never.
  uint8_t hedge_percentile = 0;

  static constexpr uint8_t kMinHedgePercentile = 50;
  static constexpr uint8_t kMaxHedgePercentile = 99;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_FORWARDING_POLICY_H_
