#include "tests/plugins/fake_facts.h"

#include <gtest/gtest.h>

namespace nave::plugins {
namespace {

constexpr char kAccount[] = "accounts/spoke1";

template <typename Map>
auto FindIn(const Map& map, const std::string& name) -> std::optional<typename Map::mapped_type> {
  const auto found = map.find(name);
  if (found == map.end()) return std::nullopt;
  return found->second;
}

}  // namespace

void FakeFacts::AddVpc(const std::string& name,
                       const std::vector<std::string>& resolver_addresses) {
  governance::v1::Vpc& vpc = vpcs_[name];
  vpc.set_name(name);
  *vpc.mutable_resolver_addresses() = {resolver_addresses.begin(), resolver_addresses.end()};
}

void FakeFacts::AddZone(const std::string& name, const std::string& domain_name) {
  zones_[name].set_name(name);
  zones_[name].set_domain_name(domain_name);
}

void FakeFacts::AddRule(const std::string& name, const std::string& domain_name,
                        const std::set<std::string>& shared_with) {
  auto& [rule, accounts] = rules_[name];
  rule.set_name(name);
  rule.set_domain_name(domain_name);
  accounts = shared_with;
}

absl::StatusOr<std::vector<dns::v1::Rule>> FakeFacts::RulesSharedWith(
    const std::string& account) const {
  if (!broken_.ok()) return broken_;
  std::vector<dns::v1::Rule> rules;
  for (const auto& [name, rule] : rules_) {
    if (rule.second.count(account) > 0) rules.push_back(rule.first);
  }
  return rules;
}

absl::StatusOr<std::optional<dns::v1::Rule>> FakeFacts::FindRule(const std::string& name,
                                                                 const std::string& account) const {
  if (!broken_.ok()) return broken_;
  const auto found = rules_.find(name);
  if (found == rules_.end()) return std::nullopt;
  const bool own = name.compare(0, account.size() + 1, account + "/") == 0;
  if (!own && found->second.second.count(account) == 0) return std::nullopt;
  return found->second.first;
}

absl::StatusOr<std::optional<dns::v1::Zone>> FakeFacts::FindZone(const std::string& name) const {
  if (!broken_.ok()) return broken_;
  return FindIn(zones_, name);
}

absl::StatusOr<std::optional<governance::v1::Vpc>> FakeFacts::FindVpc(
    const std::string& name) const {
  if (!broken_.ok()) return broken_;
  return FindIn(vpcs_, name);
}

catalog::PlanInput InputWith(const FakeFacts& facts, const catalog::Values& parameters,
                             const catalog::Values& settings) {
  catalog::PlanInput input;
  input.account = kAccount;
  input.provisioned_product = std::string(kAccount) + "/provisionedProducts/out";
  input.parameters = parameters;
  input.settings = settings;
  input.facts = &facts;
  return input;
}

std::vector<std::string> ResourcesOf(const catalog::Plan& plan) {
  std::vector<std::string> names;
  for (const catalog::PlannedResource& planned : plan.resources) {
    names.push_back(
        std::visit([](const auto& resource) { return resource.name(); }, planned.resource));
  }
  return names;
}

std::vector<std::string> OutputOf(const catalog::Plan& plan, const std::string& key) {
  for (const catalog::Output& output : plan.outputs) {
    if (output.key == key) return output.values;
  }
  return {};
}

std::string ErrorOf(const absl::StatusOr<catalog::Plan>& plan) {
  EXPECT_TRUE(absl::IsInvalidArgument(plan.status())) << plan.status();
  return std::string(plan.status().message());
}

}  // namespace nave::plugins
