// Plans: asks the plugin, checks that it stays within its bounds, finds the difference to what is
// there, and tries the steps out, so that what governance would refuse later is refused now.
// Functions over a reader; any thread.
#ifndef NAVE_CATALOG_WORKFLOW_PLANNER_H_
#define NAVE_CATALOG_WORKFLOW_PLANNER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/governance/resources.h"
#include "catalog/product.h"
#include "catalog/workflow/intents.h"
#include "catalog/workflow/parameters.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "store/store.h"
#include "store/transaction.h"

namespace nave::catalog {

struct Wanted {
  Intents intents;
  std::map<std::string, std::string> texts;  // for people, by resource name
  ParameterList outputs;
};

// The plugin of that name; null when there is none.
const Product* FindPlugin(const ProductList& products, const std::string& name);

// What shall exist for the parameters of `target`. INVALID_PARAMETER, PLUGIN_FAILED, LIMIT_REACHED.
absl::StatusOr<Wanted> ComputeWanted(store::Reader& reader, const ProductList& products,
                                     const v1::Product& product, const v1::ProductVersion& version,
                                     const v1::ProvisionedProduct& target,
                                     const store::v1::IntentSet& made);

// Who takes the steps of a provisioned product: its launcher, by the product's rights.
Actor ActorFor(const std::string& principal, const std::string& provisioned_product,
               const std::string& launch_role, absl::Time now);

// Makes or takes away the resource of one step. A repetition of what was done is success.
absl::Status ApplyStep(store::Transaction& transaction, const Actor& actor,
                       const store::v1::StepRecord& step);

// Takes all steps on a copy of the state that nobody sees. The error of the first that fails.
absl::Status TryOut(store::Snapshot& state, const Actor& actor,
                    const std::vector<store::v1::StepRecord>& steps);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_PLANNER_H_
