#include "catalog/workflow/facts.h"

#include <map>

#include "catalog/governance/access.h"
#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "lib/base/status_macros.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/organizational_unit.pb.h"
#include "nave/governance/v1/share.pb.h"

namespace nave::catalog {
namespace {

// Whom a share may name so that it reaches the account: itself, the units above it, the
// organization.
absl::StatusOr<std::vector<std::string>> PrincipalsAbove(store::Reader& reader,
                                                         const std::string& account) {
  std::vector<std::string> principals = {account};
  NAVE_ASSIGN_OR_RETURN(auto found, Find<governance::v1::Account>(reader, account));
  std::string unit = found.has_value() ? found->organizational_unit() : "";
  for (int depth = 0; depth < kMaxUnitDepth && !unit.empty(); ++depth) {
    principals.push_back(unit);
    NAVE_ASSIGN_OR_RETURN(auto above, Find<governance::v1::OrganizationalUnit>(reader, unit));
    unit = above.has_value() ? above->parent_unit() : "";
  }
  principals.push_back(kOrganization);
  return principals;
}

bool IsRule(const std::string& name) {
  const ResourceType* type = TypeOfName(name);
  return type != nullptr && type->type == "Rule";
}

}  // namespace

absl::StatusOr<std::vector<dns::v1::Rule>> StoreFacts::RulesSharedWith(
    const std::string& account) const {
  std::map<std::string, dns::v1::Rule> rules;
  NAVE_ASSIGN_OR_RETURN(std::vector<std::string> principals, PrincipalsAbove(reader_, account));
  for (const std::string& principal : principals) {
    NAVE_ASSIGN_OR_RETURN(std::vector<std::string> shares,
                          ReferrersOf(reader_, principal, "Share"));
    for (const std::string& name : shares) {
      NAVE_ASSIGN_OR_RETURN(auto share, Find<governance::v1::Share>(reader_, name));
      if (!share.has_value() || !IsRule(share->resource())) continue;
      // What the account itself shares is not shared with it.
      if (AccountOf(share->resource()) == account || rules.count(share->resource()) > 0) continue;
      NAVE_ASSIGN_OR_RETURN(auto rule, Find<dns::v1::Rule>(reader_, share->resource()));
      if (rule.has_value()) rules[rule->name()] = std::move(*rule);
    }
  }
  std::vector<dns::v1::Rule> list;
  for (auto& [name, rule] : rules) list.push_back(std::move(rule));
  return list;
}

absl::StatusOr<std::optional<dns::v1::Rule>> StoreFacts::FindRule(
    const std::string& name, const std::string& account) const {
  NAVE_ASSIGN_OR_RETURN(auto rule, Find<dns::v1::Rule>(reader_, name));
  if (!rule.has_value() || AccountOf(name) == account) return rule;
  NAVE_ASSIGN_OR_RETURN(bool shared, IsShared(reader_, name, account, nullptr));
  if (!shared) rule.reset();
  return rule;
}

absl::StatusOr<std::optional<dns::v1::Zone>> StoreFacts::FindZone(const std::string& name) const {
  return Find<dns::v1::Zone>(reader_, name);
}

absl::StatusOr<std::optional<governance::v1::Vpc>> StoreFacts::FindVpc(
    const std::string& name) const {
  return Find<governance::v1::Vpc>(reader_, name);
}

std::vector<std::string> StoreFacts::OwnResources() const {
  std::vector<std::string> names;
  for (const store::v1::Intent& intent : made_.intents()) names.push_back(intent.name());
  return names;
}

}  // namespace nave::catalog
