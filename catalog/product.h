// What a product plugin is (product.md section 4): pure computation. The workflow gives it
// parameters, settings and facts; it answers with what it wants to exist, as data. It never writes,
// and never learns where the facts come from. A plugin must be callable from several threads at
// once.
#ifndef NAVE_CATALOG_PRODUCT_H_
#define NAVE_CATALOG_PRODUCT_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::catalog {

// More resources than this in one plan are refused.
inline constexpr size_t kMaxPlannedResources = 1000;

// A parameter or setting by its key; most have one value.
using Values = std::map<std::string, std::vector<std::string>>;

struct ParameterSpec {
  std::string key;
  std::string description;  // one sentence, for people
  bool required = false;
  bool list = false;  // several values
};

// What a launch may give, and what the platform team may set in a version. A key that stands in
// both is a parameter until the version sets it; required then means that one of the two gives it.
struct ParameterSchema {
  std::vector<ParameterSpec> parameters;
  std::vector<ParameterSpec> settings;
};

// What is so at the moment of the plan. Errors are those of the store, and are passed on as they
// are.
class Facts {
 public:
  virtual ~Facts() = default;
  // The rules that others share with the account, in the order of their names.
  virtual absl::StatusOr<std::vector<dns::v1::Rule>> RulesSharedWith(
      const std::string& account) const = 0;
  // The rule, if it exists and is of the account or shared with it.
  virtual absl::StatusOr<std::optional<dns::v1::Rule>> FindRule(
      const std::string& name, const std::string& account) const = 0;
  virtual absl::StatusOr<std::optional<dns::v1::Zone>> FindZone(const std::string& name) const = 0;
  virtual absl::StatusOr<std::optional<governance::v1::Vpc>> FindVpc(
      const std::string& name) const = 0;
  // The names of what the provisioned product has made so far.
  virtual std::vector<std::string> OwnResources() const = 0;
};

struct PlanInput {
  std::string provisioned_product;  // its resource name
  std::string account;              // such as `accounts/spoke1`
  Values parameters;
  Values settings;
  const Facts* facts = nullptr;  // not null; valid during the call
};

// Something that shall exist, complete with its name. Rule associations and zones belong to the
// account of the launch; a zone association may be of any zone, and then needs the consents that
// governance asks for.
struct PlannedResource {
  std::variant<dns::v1::RuleAssociation, dns::v1::Zone, dns::v1::ZoneAssociation> resource;
  std::string text;  // for people, such as `corp.example.com. on accounts/spoke1/vpcs/main`
  // Whether the product consents with its launch role, beside the account of the launch.
  bool act_by_launch_role = false;
};

struct Output {
  std::string key;
  std::vector<std::string> values;
};

// The whole of what shall exist, in the order in which it is made, and what the user is told.
struct Plan {
  std::vector<PlannedResource> resources;
  std::vector<Output> outputs;
};

// Errors: INVALID_ARGUMENT for parameters and settings (say which, and what to do), and those of
// the facts. Any other error counts as a fault of the plugin.
class Product {
 public:
  virtual ~Product() = default;
  // How a Product resource names the plugin, such as `outbound`.
  virtual std::string name() const = 0;
  // Unknown keys, missing ones and single values are checked against it before the calls below.
  virtual ParameterSchema schema() const = 0;
  // Checks the form of a version's settings, without facts.
  virtual absl::Status Validate(const Values& settings) const = 0;
  // What shall exist for these parameters. The same input gives the same plan.
  virtual absl::StatusOr<Plan> MakePlan(const PlanInput& input) const = 0;
};

using ProductList = std::vector<std::unique_ptr<Product>>;

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PRODUCT_H_
