#include "catalog/governance/rule_graph.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catalog/errors.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "lib/net/address.h"
#include "lib/net/endpoint.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::Rule;
using Vpcs = std::set<std::string>;

constexpr uint16_t kDnsPort = 53;

absl::StatusOr<std::string> VpcAt(store::Reader& reader, const std::string& listener) {
  if (TypeOfName(listener)->type == "Vpc") return listener;
  NAVE_ASSIGN_OR_RETURN(auto endpoint, ReadResource<dns::v1::Endpoint>(reader, listener));
  return endpoint.vpc();
}

// The VPCs in whose views a rule's targets answer.
absl::StatusOr<Vpcs> TargetsOf(store::Reader& reader, const Rule& rule) {
  Vpcs vpcs;
  if (rule.kind() != Rule::FORWARD) return vpcs;
  for (const dns::v1::Target& target : rule.targets()) {
    if (!target.inbound_endpoint().empty()) {
      NAVE_ASSIGN_OR_RETURN(std::string vpc, VpcAt(reader, target.inbound_endpoint()));
      vpcs.insert(vpc);
      continue;
    }
    NAVE_ASSIGN_OR_RETURN(net::IpAddress address, net::IpAddress::Parse(target.address()));
    const uint16_t port = target.port() == 0 ? kDnsPort : target.port();
    NAVE_ASSIGN_OR_RETURN(auto listeners, FindByIndex(reader, kListenerIndex,
                                                      net::Endpoint{address, port}.ToString()));
    for (const std::string& listener : listeners) {
      NAVE_ASSIGN_OR_RETURN(std::string vpc, VpcAt(reader, listener));
      vpcs.insert(vpc);
    }
  }
  return vpcs;
}

// The rule of a VPC for exactly this domain name, unless it is disabled.
absl::StatusOr<std::optional<Rule>> RuleAt(store::Reader& reader, const std::string& vpc,
                                           const std::string& domain_name) {
  NAVE_ASSIGN_OR_RETURN(std::string association,
                        FindOnVpc(reader, kVpcRuleIndex, vpc, domain_name));
  if (association.empty()) return std::nullopt;
  NAVE_ASSIGN_OR_RETURN(auto found, ReadResource<dns::v1::RuleAssociation>(reader, association));
  NAVE_ASSIGN_OR_RETURN(Rule rule, ReadResource<Rule>(reader, found.rule()));
  if (rule.disabled()) return std::nullopt;
  return rule;
}

// Where a VPC's decision for a name leads: the longest suffix decides, a rule before a zone of the
// same name.
absl::StatusOr<Vpcs> Next(store::Reader& reader, const std::string& vpc, const std::string& name) {
  for (const std::string& suffix : SelfAndAbove(name)) {
    NAVE_ASSIGN_OR_RETURN(std::optional<Rule> rule, RuleAt(reader, vpc, suffix));
    if (rule.has_value()) return TargetsOf(reader, *rule);
    NAVE_ASSIGN_OR_RETURN(std::string zone, FindOnVpc(reader, kVpcZoneIndex, vpc, suffix));
    if (!zone.empty()) return Vpcs();
  }
  return Vpcs();
}

// Every name at which some VPC that can be reached decides anew; between them nothing changes.
absl::StatusOr<std::set<std::string>> NamesToTry(store::Reader& reader, const std::string& start,
                                                 const std::string& domain_name) {
  std::set<std::string> names = {domain_name};
  Vpcs seen = {start};
  std::deque<std::string> queue = {start};
  while (!queue.empty() && seen.size() < kMaxLoopVpcs && names.size() < kMaxLoopNames) {
    std::string vpc = queue.front();
    queue.pop_front();
    NAVE_ASSIGN_OR_RETURN(auto domains, DomainNamesOnVpc(reader, kVpcRuleIndex, vpc));
    for (const std::string& domain : domains) {
      const bool below = IsAtOrBelow(domain, domain_name);
      if (!below && !IsAtOrBelow(domain_name, domain)) continue;
      if (below) names.insert(domain);
      NAVE_ASSIGN_OR_RETURN(std::optional<Rule> rule, RuleAt(reader, vpc, domain));
      if (!rule.has_value()) continue;
      NAVE_ASSIGN_OR_RETURN(Vpcs targets, TargetsOf(reader, *rule));
      for (const std::string& target : targets) {
        if (seen.insert(target).second) queue.push_back(target);
      }
    }
  }
  return names;
}

absl::Status WalkName(store::Reader& reader, const std::string& start, const std::string& name) {
  Vpcs seen;
  std::deque<std::vector<std::string>> paths = {{start}};
  while (!paths.empty() && seen.size() < kMaxLoopVpcs) {
    std::vector<std::string> path = paths.front();
    paths.pop_front();
    NAVE_ASSIGN_OR_RETURN(Vpcs next, Next(reader, path.back(), name));
    for (const std::string& vpc : next) {
      std::vector<std::string> longer = path;
      longer.push_back(vpc);
      if (vpc == start) {
        std::string way = absl::StrJoin(longer, " -> ");
        return Error(
            api::v1::RULE_LOOP,
            absl::StrCat(
                "a query for ", name, " would come back to where it came from: ", way,
                "; take a rule of the way off its VPC, or carve the name out with a SYSTEM rule"),
            {{"vpc", start}, {"domain_name", name}, {"path", way}});
      }
      if (seen.insert(vpc).second) paths.push_back(std::move(longer));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckLoops(store::Reader& reader, const std::string& vpc,
                        const std::string& domain_name) {
  NAVE_ASSIGN_OR_RETURN(auto names, NamesToTry(reader, vpc, domain_name));
  for (const std::string& name : names) NAVE_RETURN_IF_ERROR(WalkName(reader, vpc, name));
  return absl::OkStatus();
}

absl::Status CheckAllLoops(store::Reader& reader, const std::string& vpc) {
  NAVE_ASSIGN_OR_RETURN(auto domains, DomainNamesOnVpc(reader, kVpcRuleIndex, vpc));
  for (const std::string& domain : domains) {
    NAVE_RETURN_IF_ERROR(CheckLoops(reader, vpc, domain));
  }
  return absl::OkStatus();
}

}  // namespace nave::catalog
