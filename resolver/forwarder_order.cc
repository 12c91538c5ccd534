#include "resolver/forwarder_order.h"

#include <algorithm>
#include <tuple>

#include "lib/base/random.h"

namespace nave::resolver {
namespace {

struct Place {
  bool down;
  uint32_t priority;
  uint32_t weight;
  // By which the fastest is chosen, where it is; else zero for all.
  absl::Duration expected;
  uint8_t index;

  friend bool operator<(const Place& a, const Place& b) {
    return std::tie(a.down, a.priority) < std::tie(b.down, b.priority);
  }
};

// Draws without putting back: the chance to be next is by weight among those that are left.
void ShuffleByWeight(Place* begin, Place* end) {
  uint64_t total = 0;
  for (const Place* at = begin; at != end; ++at) total += at->weight;
  for (; end - begin > 1; ++begin) {
    uint64_t drawn = RandomUint64() % total;
    Place* chosen = begin;
    while (drawn >= chosen->weight) drawn -= (chosen++)->weight;
    total -= chosen->weight;
    std::swap(*begin, *chosen);
  }
}

bool ByLatency(const Place& a, const Place& b) { return a.expected < b.expected; }

bool IsByLatency(const TargetGroup& group) {
  return group.policy.selection == ForwardingPolicy::Selection::kLatency;
}

// In the order of the group.
std::vector<Place> PlacesOf(const TargetGroup& group, const HealthTable& health, absl::Time now) {
  const size_t count = std::min(group.targets.size(), kMaxTargetsPerGroup);
  std::vector<Place> places;
  places.reserve(count);
  const bool by_latency = IsByLatency(group);
  for (size_t i = 0; i < count; ++i) {
    const Target& target = group.targets[i];
    const TargetHealth* known = health.Find(target.endpoint);
    places.push_back(
        {known != nullptr && known->is_down(), target.priority, std::max(target.weight, 1u),
         by_latency && known != nullptr ? known->ExpectedRoundTrip(now) : absl::ZeroDuration(),
         static_cast<uint8_t>(i)});
  }
  return places;
}

TargetStatus DescribeTarget(const Target& target, const TargetHealth* known,
                            const ForwardingPolicy& policy, absl::Time now) {
  TargetStatus status;
  status.target = target;
  if (known == nullptr) return status;
  status.round_trip = known->round_trip();
  status.failures = known->failures();
  status.retry_in = known->RetryIn(now);
  if (policy.hedge_percentile > 0) {
    status.hedge_after = known->HedgeDelay(policy.hedge_percentile);
  }
  if (known->is_down()) {
    status.health = TargetStatus::Health::kDown;
  } else if (status.round_trip > absl::ZeroDuration()) {
    status.health = TargetStatus::Health::kUp;
  }
  return status;
}

}  // namespace

TargetOrder OrderTargets(const TargetGroup& group, HealthTable* health, absl::Time now) {
  if (group.targets.size() == 1) return {0};
  std::vector<Place> places = PlacesOf(group, *health, now);
  std::stable_sort(places.begin(), places.end());
  for (auto begin = places.begin(); begin != places.end();) {
    const auto end = std::upper_bound(begin, places.end(), *begin);
    if (IsByLatency(group)) {
      std::stable_sort(begin, end, ByLatency);
    } else {
      ShuffleByWeight(&*begin, &*begin + (end - begin));
    }
    begin = end;
  }
  TargetOrder order;
  order.reserve(places.size());
  for (const Place& place : places) {
    order.push_back(place.index);
    if (place.down) health->Get(group.targets[place.index].endpoint)->OnWanted(now);
  }
  return order;
}

std::vector<TargetStatus> DescribeTargets(const TargetGroup& group, const HealthTable& health,
                                          absl::Time now) {
  std::vector<Place> places = PlacesOf(group, health, now);
  const bool by_latency = IsByLatency(group);
  std::stable_sort(places.begin(), places.end(), [by_latency](const Place& a, const Place& b) {
    if (a < b || b < a) return a < b;
    return by_latency ? ByLatency(a, b) : a.weight > b.weight;
  });
  std::vector<TargetStatus> targets;
  for (const Place& place : places) {
    const Target& target = group.targets[place.index];
    targets.push_back(DescribeTarget(target, health.Find(target.endpoint), group.policy, now));
  }
  return targets;
}

std::optional<net::IpAddress> ChooseSource(const TargetGroup& group, const Target& target,
                                           size_t turn) {
  const bool v4 = target.endpoint.address.is_v4();
  const size_t usable =
      std::count_if(group.sources.begin(), group.sources.end(),
                    [v4](const net::IpAddress& source) { return source.is_v4() == v4; });
  if (usable == 0) return std::nullopt;
  size_t left = turn % usable;
  for (const net::IpAddress& source : group.sources) {
    if (source.is_v4() == v4 && left-- == 0) return source;
  }
  return std::nullopt;
}

}  // namespace nave::resolver
