// Whom a rule asks, and from where: compiled once, shared by every view that the rule acts on
// (data-plane.md sections 2 and 3). Immutable; any thread.
#ifndef NAVE_RESOLVER_TARGET_GROUP_H_
#define NAVE_RESOLVER_TARGET_GROUP_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/dns/name.h"
#include "lib/net/address.h"
#include "lib/net/endpoint.h"
#include "resolver/forwarding_policy.h"

namespace nave::resolver {

// Targets of one rule, and addresses to ask from.
inline constexpr size_t kMaxTargetsPerGroup = 32;
inline constexpr size_t kMaxSourcesPerGroup = 16;

enum class Transport : uint8_t { kUdp, kTcp };

struct Target {
  net::Endpoint endpoint;
  // kUdp falls back to TCP when the answer is truncated.
  Transport transport = Transport::kUdp;
  // Lower is asked first; of equal priority, by the group's policy.
  uint32_t priority = 0;
  uint32_t weight = 1;

  friend bool operator==(const Target& a, const Target& b) {
    return a.endpoint == b.endpoint && a.transport == b.transport && a.priority == b.priority &&
           a.weight == b.weight;
  }
};

struct TargetGroup {
  // Two groups with one id ask the same targets in the same way from the same sources; an id is
  // never used again for others. It is the cache's scope.
  uint64_t id = 0;
  // The resource name of the rule, or of the view for its recursive resolvers: for people.
  std::string name;
  // What is asked of them lies below it.
  dns::Name domain_name;
  // By priority.
  std::vector<Target> targets;
  // Addresses to ask from; empty leaves it to the system.
  std::vector<net::IpAddress> sources;
  ForwardingPolicy policy;
  // False for a delegation that is followed: the question goes out with RD=0.
  bool recursion_desired = true;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_TARGET_GROUP_H_
