// The graph of rules, endpoints, listeners, zones, recursive resolvers and declared name servers
// over the VPCs: whether a query would come back to where it was before (product.md section 5).
// Its nodes are VPCs and name servers, its edges the hops of forwarding.h, for each name.
//
// Every change that adds an edge is checked in its own transaction, from the node whose edges it
// adds: a loop that a change closes passes that node. So no loop is ever there that does not, and
// a search for a way back to the node is enough, also for a way that runs into a loop further on.
//
// Not looked at when planned, and bounded when queries run (the hop guard of the data plane): a
// chain of CNAMEs that leaves a zone and comes back asks a new question at each step; a delegation
// in a zone may name any address; a question for the DS of an apex is decided by the name above it
// (RFC 4035 section 3.1.4.1), which a hub and a spoke that forward parent and child to each other
// see differently; and what lies beyond the bounds below.
// For the thread of the reader.
#ifndef NAVE_CATALOG_GOVERNANCE_RULE_GRAPH_H_
#define NAVE_CATALOG_GOVERNANCE_RULE_GRAPH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "store/store.h"

namespace nave::catalog {

// More VPCs and name servers than this behind one change are not followed.
inline constexpr size_t kMaxLoopNodes = 1000;
// More names than this below one rule are not tried.
inline constexpr size_t kMaxLoopNames = 1000;

// RULE_LOOP when a query from one of the nodes (VPCs or name servers) for a name at or below
// `domain_name` would come back to it. The error's `path` names each node and what leads on.
absl::Status CheckLoops(store::Reader& reader, const std::vector<std::string>& nodes,
                        const std::string& domain_name);

// The same for every name: for a change of the addresses at which a node is found, or of a node's
// ways for all names.
absl::Status CheckAllLoops(store::Reader& reader, const std::string& node);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_RULE_GRAPH_H_
