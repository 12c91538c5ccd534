#include "resolver/object_compiler.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/dns/name.h"
#include "lib/dns/type.h"

namespace nave::resolver {
namespace {

constexpr uint16_t kDnsPort = 53;

absl::StatusOr<dns::RRset> CompileRRset(const v1::RRset& rrset) {
  dns::RRset compiled;
  NAVE_ASSIGN_OR_RETURN(compiled.owner, dns::Name::FromText(rrset.owner()));
  const std::optional<dns::RRType> type = dns::RRTypeFromText(rrset.type());
  if (!type.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(rrset.owner(), ": '", rrset.type(), "' is not an rrtype"));
  }
  compiled.type = *type;
  compiled.ttl = std::min(rrset.ttl(), dns::kMaxTtlSeconds);
  for (const std::string& rdata : rrset.rdata()) {
    const absl::Status added = compiled.AddText(rdata);
    if (!added.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(rrset.owner(), " ", rrset.type(), ": ", std::string(added.message())));
    }
  }
  return compiled;
}

absl::StatusOr<Target> CompileTarget(const v1::Target& target) {
  Target compiled;
  NAVE_ASSIGN_OR_RETURN(compiled.endpoint.address, net::IpAddress::Parse(target.address()));
  if (target.port() > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("port ", target.port(), " is above 65535"));
  }
  compiled.endpoint.port = target.port() == 0 ? kDnsPort : static_cast<uint16_t>(target.port());
  compiled.transport = target.transport() == v1::Target::TCP ? Transport::kTcp : Transport::kUdp;
  compiled.priority = target.priority();
  compiled.weight = std::max<uint32_t>(target.weight(), 1);
  return compiled;
}

absl::StatusOr<ForwardingPolicy> CompilePolicy(const v1::ForwardingPolicy& policy) {
  using OnError = ForwardingPolicy::OnError;
  const auto on_error = [](v1::ForwardingPolicy::OnError given, OnError otherwise) {
    if (given == v1::ForwardingPolicy::NEXT_TARGET) return OnError::kNextTarget;
    return given == v1::ForwardingPolicy::ANSWER ? OnError::kAnswer : otherwise;
  };
  ForwardingPolicy compiled;
  if (policy.selection() == v1::ForwardingPolicy::LATENCY) {
    compiled.selection = ForwardingPolicy::Selection::kLatency;
  }
  compiled.on_servfail = on_error(policy.on_servfail(), compiled.on_servfail);
  compiled.on_refused = on_error(policy.on_refused(), compiled.on_refused);
  compiled.on_nxdomain = on_error(policy.on_nxdomain(), compiled.on_nxdomain);
  if (policy.on_all_down() == v1::ForwardingPolicy::FAIL) {
    compiled.on_all_down = ForwardingPolicy::OnAllDown::kFail;
  }
  const int percentile = policy.hedge_percentile();
  if (percentile != 0 && (percentile < ForwardingPolicy::kMinHedgePercentile ||
                          percentile > ForwardingPolicy::kMaxHedgePercentile)) {
    return absl::InvalidArgumentError(
        absl::StrCat("hedge_percentile ", percentile, " is neither 0 nor in 50 to 99"));
  }
  compiled.hedge_percentile = static_cast<uint8_t>(percentile);
  return compiled;
}

// All of a group that can change an answer, or how it is come by.
std::string Fingerprint(const TargetGroup& group) {
  std::string text;
  for (const Target& target : group.targets) {
    absl::StrAppend(&text, target.endpoint.ToString(), "/", static_cast<int>(target.transport), "/",
                    target.priority, "/", target.weight, " ");
  }
  for (const net::IpAddress& source : group.sources) {
    absl::StrAppend(&text, "from ", source.ToString(), " ");
  }
  const ForwardingPolicy& policy = group.policy;
  const auto number = [](auto value) { return static_cast<int>(value); };
  absl::StrAppend(&text, "by ", number(policy.selection), number(policy.on_servfail),
                  number(policy.on_refused), number(policy.on_nxdomain), number(policy.on_all_down),
                  number(policy.hedge_percentile));
  return text;
}

std::shared_ptr<const TargetGroup> Seal(TargetGroup group, Interner* groups) {
  std::stable_sort(group.targets.begin(), group.targets.end(),
                   [](const Target& a, const Target& b) { return a.priority < b.priority; });
  group.id = groups->Id(Fingerprint(group));
  return std::make_shared<const TargetGroup>(std::move(group));
}

absl::StatusOr<std::shared_ptr<const TargetGroup>> CompileGroup(const v1::Rule& rule,
                                                                const dns::Name& domain_name,
                                                                Interner* groups) {
  TargetGroup group;
  group.name = rule.name();
  group.domain_name = domain_name;
  NAVE_ASSIGN_OR_RETURN(group.policy, CompilePolicy(rule.policy()));
  if (rule.targets().empty()) {
    return absl::InvalidArgumentError("a FORWARD rule needs a target");
  }
  if (rule.targets_size() > static_cast<int>(kMaxTargetsPerGroup) ||
      rule.source_addresses_size() > static_cast<int>(kMaxSourcesPerGroup)) {
    return absl::InvalidArgumentError(absl::StrCat("at most ", kMaxTargetsPerGroup, " targets and ",
                                                   kMaxSourcesPerGroup, " source addresses"));
  }
  for (const v1::Target& target : rule.targets()) {
    NAVE_ASSIGN_OR_RETURN(Target compiled, CompileTarget(target));
    group.targets.push_back(compiled);
  }
  for (const std::string& source : rule.source_addresses()) {
    NAVE_ASSIGN_OR_RETURN(net::IpAddress address, net::IpAddress::Parse(source));
    group.sources.push_back(address);
  }
  return Seal(std::move(group), groups);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Zone>> CompileZone(const v1::Zone& zone) {
  NAVE_ASSIGN_OR_RETURN(dns::Name apex, dns::Name::FromText(zone.apex()));
  std::vector<dns::RRset> rrsets;
  rrsets.reserve(zone.rrsets_size());
  for (const v1::RRset& rrset : zone.rrsets()) {
    NAVE_ASSIGN_OR_RETURN(dns::RRset compiled, CompileRRset(rrset));
    rrsets.push_back(std::move(compiled));
  }
  return Zone::Make(zone.name(), apex, std::move(rrsets), zone.fallback_on_nxdomain());
}

absl::StatusOr<std::shared_ptr<const Rule>> CompileRule(const v1::Rule& rule, Interner* groups) {
  auto compiled = std::make_shared<Rule>();
  compiled->name = rule.name();
  NAVE_ASSIGN_OR_RETURN(compiled->domain_name, dns::Name::FromText(rule.domain_name()));
  switch (rule.kind()) {
    case v1::Rule::FORWARD: {
      compiled->kind = Rule::Kind::kForward;
      NAVE_ASSIGN_OR_RETURN(compiled->group, CompileGroup(rule, compiled->domain_name, groups));
      break;
    }
    case v1::Rule::SYSTEM:
      compiled->kind = Rule::Kind::kSystem;
      break;
    case v1::Rule::RECURSIVE:
      compiled->kind = Rule::Kind::kRecursive;
      break;
    default:
      return absl::InvalidArgumentError("the kind must be FORWARD, SYSTEM or RECURSIVE");
  }
  return std::shared_ptr<const Rule>(std::move(compiled));
}

absl::StatusOr<std::vector<net::Prefix>> CompileNetworks(const v1::View& view) {
  std::vector<net::Prefix> networks;
  for (const std::string& text : view.networks()) {
    NAVE_ASSIGN_OR_RETURN(net::Prefix network, net::Prefix::Parse(text));
    networks.push_back(network);
  }
  return networks;
}

absl::StatusOr<std::shared_ptr<const TargetGroup>> CompileRecursive(const v1::View& view,
                                                                    Interner* groups) {
  if (view.recursive_resolvers().empty()) return std::shared_ptr<const TargetGroup>();
  if (view.recursive_resolvers_size() > static_cast<int>(kMaxTargetsPerGroup)) {
    return absl::InvalidArgumentError(
        absl::StrCat("at most ", kMaxTargetsPerGroup, " recursive resolvers"));
  }
  TargetGroup group;
  group.name = absl::StrCat(view.name(), " recursive");
  for (int i = 0; i < view.recursive_resolvers_size(); ++i) {
    Target target;
    NAVE_ASSIGN_OR_RETURN(target.endpoint,
                          net::Endpoint::Parse(view.recursive_resolvers(i), kDnsPort));
    target.priority = static_cast<uint32_t>(i);
    group.targets.push_back(target);
  }
  return Seal(std::move(group), groups);
}

}  // namespace nave::resolver
