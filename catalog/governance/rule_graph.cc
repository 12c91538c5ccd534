#include "catalog/governance/rule_graph.h"

#include <deque>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/forwarding.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

// How a node was reached first: from where, by what.
using Trail = std::map<std::string, Hop>;

// What can be reached from a node, and the names at which something on the way decides anew;
// between them nothing changes.
struct Reach {
  std::set<std::string> nodes;
  std::set<std::string> names;
  bool comes_back = false;
};

absl::Status AddReachOf(Forwarding& forwarding, const std::string& node, const std::string& start,
                        const std::string& domain_name, Reach* reach,
                        std::deque<std::string>* queue) {
  NAVE_ASSIGN_OR_RETURN(auto names, forwarding.DomainNamesOf(node, domain_name));
  if (names.size() > kMaxLoopNames) names.resize(kMaxLoopNames);
  names.push_back(domain_name);
  for (const std::string& name : names) {
    if (reach->names.size() < kMaxLoopNames) reach->names.insert(name);
    NAVE_ASSIGN_OR_RETURN(auto hops, forwarding.HopsFrom(node, name));
    for (const Hop& hop : hops) {
      reach->comes_back = reach->comes_back || hop.node == start;
      if (reach->nodes.size() < kMaxLoopNodes && reach->nodes.insert(hop.node).second) {
        queue->push_back(hop.node);
      }
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Reach> ReachOf(Forwarding& forwarding, const std::string& start,
                              const std::string& domain_name) {
  Reach reach;
  reach.nodes.insert(start);
  std::deque<std::string> queue = {start};
  while (!queue.empty()) {
    const std::string node = queue.front();
    queue.pop_front();
    NAVE_RETURN_IF_ERROR(AddReachOf(forwarding, node, start, domain_name, &reach, &queue));
  }
  return reach;
}

absl::Status LoopError(const std::string& start, const std::string& name, const Trail& trail,
                       const Hop& last) {
  std::string way = absl::StrCat(" -(", last.by, ")-> ", start);
  std::string node = last.node;
  // Ends at the start: each node's trail leads to one that was reached before it.
  while (node != start) {
    const Hop& hop = trail.at(node);
    way = absl::StrCat(" -(", hop.by, ")-> ", node, way);
    node = hop.node;
  }
  way = start + way;
  return Error(api::v1::RULE_LOOP,
               absl::StrCat("a query for ", name, " would come back to where it was before: ", way,
                            "; take a rule of the way off its VPC, or carve the name out with a "
                            "SYSTEM rule"),
               {{"resource", start}, {"domain_name", name}, {"path", way}});
}

absl::Status WalkName(Forwarding& forwarding, const std::string& start, const std::string& name) {
  Trail trail;
  std::deque<std::string> queue = {start};
  while (!queue.empty()) {
    const std::string node = queue.front();
    queue.pop_front();
    NAVE_ASSIGN_OR_RETURN(auto hops, forwarding.HopsFrom(node, name));
    for (const Hop& hop : hops) {
      if (hop.node == start) return LoopError(start, name, trail, {node, hop.by});
      if (trail.size() < kMaxLoopNodes && trail.try_emplace(hop.node, Hop{node, hop.by}).second) {
        queue.push_back(hop.node);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckLoops(store::Reader& reader, const std::vector<std::string>& nodes,
                        const std::string& domain_name) {
  Forwarding forwarding(reader);
  for (const std::string& node : nodes) {
    NAVE_ASSIGN_OR_RETURN(const Reach reach, ReachOf(forwarding, node, domain_name));
    if (!reach.comes_back) continue;
    for (const std::string& name : reach.names) {
      NAVE_RETURN_IF_ERROR(WalkName(forwarding, node, name));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAllLoops(store::Reader& reader, const std::string& node) {
  return CheckLoops(reader, {node}, ".");
}

}  // namespace nave::catalog
