// Rules: what a rule may hold, and that no change of it closes a loop.
#include "absl/strings/str_cat.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/rule_graph.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::Endpoint;
using dns::v1::Rule;

constexpr int kMax16Bits = 65535;
// Below it a hedge would be the rule, and the 100th percentile is the slowest reply ever.
constexpr int kMinHedgePercentile = 50;
constexpr int kMaxHedgePercentile = 99;

absl::Status CheckEndpoint(const Change& change, const std::string& field, const std::string& name,
                           Endpoint::Direction direction) {
  NAVE_RETURN_IF_ERROR(RequireSameAccount(After<Rule>(change).name(), field, name));
  NAVE_ASSIGN_OR_RETURN(auto endpoint, ReadResource<Endpoint>(change.transaction, name));
  if (endpoint.direction() == direction) return absl::OkStatus();
  return FieldError(field,
                    absl::StrCat("'", name, "' is not ", Endpoint::Direction_Name(direction)));
}

absl::Status CheckRange(const std::string& field, int value) {
  if (value >= 0 && value <= kMax16Bits) return absl::OkStatus();
  return FieldError(field, absl::StrCat(value, " is not in 0 to ", kMax16Bits));
}

absl::Status CheckTarget(const Change& change, int index) {
  const dns::v1::Target& target = After<Rule>(change).targets(index);
  const std::string field = absl::StrCat("targets[", index, "]");
  if (target.address().empty() == target.inbound_endpoint().empty()) {
    return FieldError(field, "needs either an address or an inbound endpoint");
  }
  NAVE_RETURN_IF_ERROR(CheckRange(field + ".port", target.port()));
  NAVE_RETURN_IF_ERROR(CheckRange(field + ".priority", target.priority()));
  NAVE_RETURN_IF_ERROR(CheckRange(field + ".weight", target.weight()));
  if (target.inbound_endpoint().empty()) return absl::OkStatus();
  if (target.port() != 0) return FieldError(field + ".port", "comes from the inbound endpoint");
  return CheckEndpoint(change, field + ".inbound_endpoint", target.inbound_endpoint(),
                       Endpoint::INBOUND);
}

absl::Status CheckPolicy(const resolver::v1::ForwardingPolicy& policy) {
  const int percentile = policy.hedge_percentile();
  if (percentile == 0 || (percentile >= kMinHedgePercentile && percentile <= kMaxHedgePercentile)) {
    return absl::OkStatus();
  }
  return FieldError("policy.hedge_percentile",
                    absl::StrCat(percentile, " is neither 0 (off) nor in ", kMinHedgePercentile,
                                 " to ", kMaxHedgePercentile));
}

absl::Status BeforeWrite(const Change& change) {
  const Rule& rule = After<Rule>(change);
  if (rule.kind() != Rule::FORWARD) {
    if (!rule.targets().empty()) return FieldError("targets", "only a FORWARD rule has targets");
    if (!rule.outbound_endpoint().empty()) {
      return FieldError("outbound_endpoint", "only a FORWARD rule forwards from an endpoint");
    }
    if (rule.has_policy()) return FieldError("policy", "only a FORWARD rule has targets to use");
    return absl::OkStatus();
  }
  if (rule.targets().empty())
    return FieldError("targets", "a FORWARD rule needs at least one target");
  for (int i = 0; i < rule.targets_size(); ++i) NAVE_RETURN_IF_ERROR(CheckTarget(change, i));
  NAVE_RETURN_IF_ERROR(CheckPolicy(rule.policy()));
  if (rule.outbound_endpoint().empty()) return absl::OkStatus();
  return CheckEndpoint(change, "outbound_endpoint", rule.outbound_endpoint(), Endpoint::OUTBOUND);
}

absl::Status AfterWrite(const Change& change) {
  if (change.creating()) return absl::OkStatus();
  const Rule& rule = After<Rule>(change);
  NAVE_ASSIGN_OR_RETURN(auto names,
                        ReferrersOf(change.transaction, rule.name(), "RuleAssociation"));
  std::vector<std::string> vpcs;
  for (const std::string& name : names) {
    NAVE_ASSIGN_OR_RETURN(auto association,
                          ReadResource<dns::v1::RuleAssociation>(change.transaction, name));
    vpcs.push_back(association.vpc());
  }
  return CheckLoops(change.transaction, vpcs, rule.domain_name());
}

}  // namespace

Hooks RuleHooks() { return {BeforeWrite, AfterWrite, nullptr, nullptr}; }

}  // namespace nave::catalog
