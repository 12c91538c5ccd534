#include "plugins/outbound/outbound.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "plugins/params.h"

namespace nave::plugins {
namespace {

constexpr char kVpc[] = "vpc";
constexpr char kRule[] = "rule";

// The rules that are named, or all that are shared with the account.
absl::StatusOr<std::vector<dns::v1::Rule>> RulesOf(const catalog::PlanInput& input) {
  std::vector<std::string> named = ValuesOf(input.parameters, kRule);
  if (named.empty()) return input.facts->RulesSharedWith(input.account);
  std::vector<dns::v1::Rule> rules;
  std::set<std::string> seen;
  for (const std::string& value : named) {
    NAVE_ASSIGN_OR_RETURN(std::string name, FullName(kRule, input.account, "rules", value));
    if (!seen.insert(name).second)
      return InvalidValue(kRule, absl::StrCat("'", name, "' stands there twice"));
    NAVE_ASSIGN_OR_RETURN(auto rule, input.facts->FindRule(name, input.account));
    if (!rule.has_value()) {
      return InvalidValue(kRule, absl::StrCat("there is no rule '", name, "' that ", input.account,
                                              " owns or that is shared with it"));
    }
    rules.push_back(std::move(*rule));
  }
  return rules;
}

catalog::PlannedResource Associate(const catalog::PlanInput& input, const std::string& vpc,
                                   const dns::v1::Rule& rule) {
  dns::v1::RuleAssociation association;
  association.set_name(absl::StrCat(input.account, "/ruleAssociations/",
                                    JoinIds({IdOf(input.provisioned_product), IdOf(vpc),
                                             IdOf(AccountOf(rule.name())), IdOf(rule.name())})));
  association.set_rule(rule.name());
  association.set_vpc(vpc);
  return {association, absl::StrCat(rule.domain_name(), " on ", vpc)};
}

}  // namespace

catalog::ParameterSchema Outbound::schema() const {
  return {
      {{kVpc, "the VPC of the account that shall use the rules", true, false},
       {kRule, "the rules to use; without it all that are shared with the account", false, true}},
      {}};
}

absl::Status Outbound::Validate(const catalog::Values&) const { return absl::OkStatus(); }

absl::StatusOr<catalog::Plan> Outbound::MakePlan(const catalog::PlanInput& input) const {
  NAVE_ASSIGN_OR_RETURN(std::string value, OneValue(input.parameters, kVpc));
  NAVE_ASSIGN_OR_RETURN(std::string vpc, CheckedVpc(input, kVpc, value, /*own=*/true));
  NAVE_ASSIGN_OR_RETURN(std::vector<dns::v1::Rule> rules, RulesOf(input));
  if (rules.empty()) {
    return InvalidValue(kRule, absl::StrCat("no rule is shared with ", input.account,
                                            "; ask the platform team for a share"));
  }
  catalog::Plan plan;
  std::vector<std::string> names;
  for (const dns::v1::Rule& rule : rules) {
    catalog::PlannedResource planned = Associate(input, vpc, rule);
    names.push_back(std::get<dns::v1::RuleAssociation>(planned.resource).name());
    plan.resources.push_back(std::move(planned));
  }
  plan.outputs = {{"rule_associations", names}};
  return plan;
}

}  // namespace nave::plugins
