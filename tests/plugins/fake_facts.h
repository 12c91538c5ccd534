// Facts that a test makes up, and the input of a plan for them.
#ifndef NAVE_TESTS_PLUGINS_FAKE_FACTS_H_
#define NAVE_TESTS_PLUGINS_FAKE_FACTS_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catalog/product.h"

namespace nave::plugins {

class FakeFacts final : public catalog::Facts {
 public:
  void AddVpc(const std::string& name, const std::vector<std::string>& resolver_addresses = {});
  void AddZone(const std::string& name, const std::string& domain_name);
  // Shared with the accounts; `shared_with` may be empty.
  void AddRule(const std::string& name, const std::string& domain_name,
               const std::set<std::string>& shared_with);
  // From now on every question fails.
  void Break(const absl::Status& status) { broken_ = status; }

  absl::StatusOr<std::vector<dns::v1::Rule>> RulesSharedWith(
      const std::string& account) const override;
  absl::StatusOr<std::optional<dns::v1::Rule>> FindRule(const std::string& name,
                                                        const std::string& account) const override;
  absl::StatusOr<std::optional<dns::v1::Zone>> FindZone(const std::string& name) const override;
  absl::StatusOr<std::optional<governance::v1::Vpc>> FindVpc(
      const std::string& name) const override;
  std::vector<std::string> OwnResources() const override { return {}; }

 private:
  absl::Status broken_;
  std::map<std::string, governance::v1::Vpc> vpcs_;
  std::map<std::string, dns::v1::Zone> zones_;
  std::map<std::string, std::pair<dns::v1::Rule, std::set<std::string>>> rules_;
};

// A launch of `accounts/spoke1/provisionedProducts/out`. `facts` outlives the input.
catalog::PlanInput InputWith(const FakeFacts& facts, const catalog::Values& parameters,
                             const catalog::Values& settings = {});

// The names of what a plan holds, in order.
std::vector<std::string> ResourcesOf(const catalog::Plan& plan);
// The values of an output; empty when it is not there.
std::vector<std::string> OutputOf(const catalog::Plan& plan, const std::string& key);
// The message of the error that a plan must have.
std::string ErrorOf(const absl::StatusOr<catalog::Plan>& plan);

}  // namespace nave::plugins

#endif  // NAVE_TESTS_PLUGINS_FAKE_FACTS_H_
