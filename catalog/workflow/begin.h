// The beginning of an operation: what the one transaction writes that makes it exist. For the
// transaction's thread.
#ifndef NAVE_CATALOG_WORKFLOW_BEGIN_H_
#define NAVE_CATALOG_WORKFLOW_BEGIN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "catalog/workflow/parameters.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "nave/store/v1/record.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

struct Beginning {
  v1::Operation::Kind kind = v1::Operation::KIND_UNSPECIFIED;
  std::string principal;
  // As it stands until the operation ends; its state and operation are set here.
  v1::ProvisionedProduct product;
  std::vector<store::v1::StepRecord> steps;
  // What the product gets when the operation succeeds.
  ParameterList parameters, outputs;
  std::string version;
  bool delete_foreign_records = false;
};

// Writes the operation with its steps WAITING, the provisioned product UNDER_CHANGE, the work item,
// the history's row and the event by which the reconciler learns of it.
absl::StatusOr<v1::Operation> BeginOperation(store::Transaction& transaction, absl::Time now,
                                             Beginning beginning);

// The event that asks for an operation of the kind.
const char* RequestedEvent(v1::Operation::Kind kind);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_BEGIN_H_
