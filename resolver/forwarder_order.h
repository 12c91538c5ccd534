// In which order the targets of a group are asked, and from where (data-plane.md section 3).
// Functions; on the thread of the health table.
#ifndef NAVE_RESOLVER_FORWARDER_ORDER_H_
#define NAVE_RESOLVER_FORWARDER_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "lib/net/address.h"
#include "resolver/forwarder.h"
#include "resolver/target_group.h"
#include "resolver/upstream_health.h"

namespace nave::resolver {

// Targets by their indices in the group.
using TargetOrder = absl::InlinedVector<uint8_t, 8>;

// All targets: those that are up by priority, of one priority at random by weight or the fastest
// first, as the policy says; then in the same way those that are down, for when all else failed.
// Notes that these were wanted. At most kMaxTargetsPerGroup.
TargetOrder OrderTargets(const TargetGroup& group, HealthTable* health, absl::Time now);

// The same order for people: by weight the heaviest first, with what is known of each.
std::vector<TargetStatus> DescribeTargets(const TargetGroup& group, const HealthTable& health,
                                          absl::Time now);

// The `turn`-th of the sources that can reach `target`, around and around; nothing when there is
// none. REQUIRES: !group.sources.empty().
std::optional<net::IpAddress> ChooseSource(const TargetGroup& group, const Target& target,
                                           size_t turn);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_FORWARDER_ORDER_H_
