#include "catalog/governance/forwarding.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "lib/net/address.h"
#include "lib/net/endpoint.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::NameServer;
using dns::v1::Rule;

constexpr uint16_t kDnsPort = 53;

bool IsNameServer(const std::string& node) { return TypeOfName(node)->type == "NameServer"; }

}  // namespace

absl::StatusOr<std::vector<Hop>> Forwarding::HopsFrom(const std::string& node,
                                                      const std::string& name) {
  return IsNameServer(node) ? HopsFromNameServer(node, name) : HopsFromVpc(node, name);
}

absl::StatusOr<std::vector<std::string>> Forwarding::DomainNamesOf(const std::string& node,
                                                                   const std::string& suffix) {
  std::vector<std::string> domains;
  if (IsNameServer(node)) {
    NAVE_ASSIGN_OR_RETURN(const NameServer* found, NameServerAt(node));
    for (const auto& forward : found->forwards()) domains.push_back(forward.domain_name());
  } else {
    // A zone decides anew too, but only takes names out of what a wider rule forwards: whatever
    // comes back for a name below it comes back for the names beside it.
    NAVE_ASSIGN_OR_RETURN(domains, DomainNamesOnVpc(reader_, kVpcRuleIndex, node));
  }
  const auto is_beside = [&](const std::string& name) { return !IsAtOrBelow(name, suffix); };
  domains.erase(std::remove_if(domains.begin(), domains.end(), is_beside), domains.end());
  return domains;
}

absl::StatusOr<const Forwarding::Match*> Forwarding::MatchAt(const std::string& vpc,
                                                             const std::string& domain_name) {
  auto [place, is_new] = matches_.try_emplace({vpc, domain_name});
  Match& match = place->second;
  if (!is_new) return &match;
  NAVE_ASSIGN_OR_RETURN(std::string name, FindOnVpc(reader_, kVpcRuleIndex, vpc, domain_name));
  if (!name.empty()) {
    NAVE_ASSIGN_OR_RETURN(auto association, ReadResource<dns::v1::RuleAssociation>(reader_, name));
    NAVE_ASSIGN_OR_RETURN(Rule rule, ReadResource<Rule>(reader_, association.rule()));
    if (!rule.disabled()) match.rule = std::move(rule);
  }
  NAVE_ASSIGN_OR_RETURN(name, FindOnVpc(reader_, kVpcZoneIndex, vpc, domain_name));
  if (!name.empty()) {
    NAVE_ASSIGN_OR_RETURN(auto zone, ReadResource<dns::v1::Zone>(reader_, ParentOf(name)));
    // For a name that such a zone does not have the VPC decides as if the zone were absent.
    match.zone = !zone.fallback_on_nxdomain();
  }
  return &match;
}

absl::StatusOr<std::vector<Hop>> Forwarding::HopsFromVpc(const std::string& vpc,
                                                         const std::string& name) {
  bool below_system = false;
  for (const std::string& suffix : SelfAndAbove(name)) {
    NAVE_ASSIGN_OR_RETURN(const Match* match, MatchAt(vpc, suffix));
    if (match->rule.has_value()) {
      const Rule::Kind kind = match->rule->kind();
      if (kind == Rule::RECURSIVE) return RecursiveHops(vpc);
      if (kind == Rule::FORWARD && !below_system) return HopsOfRule(*match->rule);
      below_system = below_system || kind == Rule::SYSTEM;
    }
    if (match->zone) return std::vector<Hop>();
  }
  return RecursiveHops(vpc);
}

absl::StatusOr<std::vector<Hop>> Forwarding::HopsOfRule(const Rule& rule) {
  auto [place, is_new] = hops_of_rules_.try_emplace(rule.name());
  if (!is_new) return place->second;
  const std::string by = absl::StrCat("rule ", rule.name());
  std::vector<Hop>& hops = place->second;
  for (const dns::v1::Target& target : rule.targets()) {
    if (!target.inbound_endpoint().empty()) {
      NAVE_RETURN_IF_ERROR(AddHopsTo(target.inbound_endpoint(), by, &hops));
      continue;
    }
    NAVE_ASSIGN_OR_RETURN(net::IpAddress address, net::IpAddress::Parse(target.address()));
    const auto port = target.port() == 0 ? kDnsPort : static_cast<uint16_t>(target.port());
    NAVE_RETURN_IF_ERROR(AddHopsAt(net::Endpoint{address, port}.ToString(), by, &hops));
  }
  return hops;
}

absl::StatusOr<std::vector<Hop>> Forwarding::RecursiveHops(const std::string& vpc) {
  auto [place, is_new] = recursive_hops_.try_emplace(vpc);
  if (!is_new) return place->second;
  NAVE_ASSIGN_OR_RETURN(auto found, ReadResource<governance::v1::Vpc>(reader_, vpc));
  for (const std::string& address : found.recursive_resolvers()) {
    NAVE_RETURN_IF_ERROR(
        AddHopsAt(address, absl::StrCat("recursive resolver ", address), &place->second));
  }
  return place->second;
}

absl::StatusOr<std::vector<Hop>> Forwarding::HopsFromNameServer(const std::string& name_server,
                                                                const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(const NameServer* found, NameServerAt(name_server));
  std::vector<Hop> hops;
  for (const std::string& suffix : SelfAndAbove(name)) {
    for (const dns::v1::NameServerForward& forward : found->forwards()) {
      if (forward.domain_name() != suffix) continue;
      const std::string by = absl::StrCat("its forward of ", suffix);
      if (!forward.inbound_endpoint().empty()) {
        NAVE_RETURN_IF_ERROR(AddHopsTo(forward.inbound_endpoint(), by, &hops));
      }
      for (const std::string& address : forward.addresses()) {
        NAVE_RETURN_IF_ERROR(AddHopsAt(address, by, &hops));
      }
      return hops;
    }
  }
  return hops;
}

absl::Status Forwarding::AddHopsAt(const std::string& address, const std::string& by,
                                   std::vector<Hop>* hops) {
  NAVE_ASSIGN_OR_RETURN(auto listeners, FindByIndex(reader_, kListenerIndex, address));
  for (const std::string& listener : listeners) {
    if (TypeOfName(listener)->type == "Vpc") {
      hops->push_back({listener, by});
    } else {
      NAVE_RETURN_IF_ERROR(AddHopsTo(listener, by, hops));
    }
  }
  NAVE_ASSIGN_OR_RETURN(auto name_servers, FindByIndex(reader_, kNameServerIndex, address));
  for (const std::string& name_server : name_servers) hops->push_back({name_server, by});
  return absl::OkStatus();
}

absl::Status Forwarding::AddHopsTo(const std::string& endpoint, const std::string& by,
                                   std::vector<Hop>* hops) {
  NAVE_ASSIGN_OR_RETURN(auto found, ReadResource<dns::v1::Endpoint>(reader_, endpoint));
  hops->push_back({found.vpc(), absl::StrCat(by, " by endpoint ", endpoint)});
  return absl::OkStatus();
}

absl::StatusOr<const NameServer*> Forwarding::NameServerAt(const std::string& name) {
  auto [place, is_new] = name_servers_.try_emplace(name);
  if (is_new) {
    NAVE_ASSIGN_OR_RETURN(place->second, ReadResource<NameServer>(reader_, name));
  }
  return &place->second;
}

}  // namespace nave::catalog
