// The graph of rules, endpoints and zones over the VPCs: whether a query that a rule forwards would
// come back to where it came from (product.md section 5). For the thread of the reader.
#ifndef NAVE_CATALOG_GOVERNANCE_RULE_GRAPH_H_
#define NAVE_CATALOG_GOVERNANCE_RULE_GRAPH_H_

#include <string>

#include "absl/status/status.h"
#include "store/store.h"

namespace nave::catalog {

// More VPCs than this behind one rule are not followed.
inline constexpr size_t kMaxLoopVpcs = 1000;
// More names than this below one rule are not tried.
inline constexpr size_t kMaxLoopNames = 1000;

// RULE_LOOP when a query from the VPC for a name at or below `domain_name` would be forwarded
// through inbound endpoints (or to addresses that a VPC's resolvers answer at) back to the VPC.
absl::Status CheckLoops(store::Reader& reader, const std::string& vpc,
                        const std::string& domain_name);

// The same for every rule on the VPC: for a change that gives the VPC another address to be found
// at.
absl::Status CheckAllLoops(store::Reader& reader, const std::string& vpc);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_RULE_GRAPH_H_
