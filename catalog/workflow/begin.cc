#include "catalog/workflow/begin.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "catalog/governance/times.h"
#include "catalog/workflow/records.h"
#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

std::string ActionOf(const store::v1::StepRecord& step) {
  switch (step.action()) {
    case store::v1::StepRecord::CREATE:
      return absl::StrCat("create ", step.intent().type());
    case store::v1::StepRecord::DELETE:
      return absl::StrCat("delete ", step.intent().type());
    default:
      return "wait until served";
  }
}

v1::Operation NewOperation(absl::Time now, const Beginning& beginning) {
  v1::Operation operation;
  operation.set_name(absl::StrCat("operations/", NewId(absl::ToUnixMillis(now))));
  SetTime(now, operation.mutable_metadata()->mutable_create_time());
  SetTime(now, operation.mutable_metadata()->mutable_update_time());
  operation.set_kind(beginning.kind);
  operation.set_state(v1::Operation::RUNNING);
  operation.set_provisioned_product(beginning.product.name());
  operation.set_principal(beginning.principal);
  for (const store::v1::StepRecord& record : beginning.steps) {
    v1::Step* step = operation.add_steps();
    step->set_id(operation.steps_size());
    step->set_action(ActionOf(record));
    step->set_resource(record.intent().name());
    step->set_state(v1::Step::WAITING);
  }
  return operation;
}

store::v1::WorkItem WorkOf(const v1::Operation& operation, const Beginning& beginning) {
  store::v1::WorkItem item;
  item.set_operation(operation.name());
  item.mutable_steps()->Assign(beginning.steps.begin(), beginning.steps.end());
  *item.mutable_parameters() = beginning.parameters;
  *item.mutable_outputs() = beginning.outputs;
  item.set_version(beginning.version);
  item.set_delete_foreign_records(beginning.delete_foreign_records);
  return item;
}

}  // namespace

const char* RequestedEvent(v1::Operation::Kind kind) {
  switch (kind) {
    case v1::Operation::LAUNCH:
      return kLaunchRequested;
    case v1::Operation::UPDATE:
      return kUpdateRequested;
    default:
      NAVE_CHECK(kind == v1::Operation::TERMINATE);
      return kTerminateRequested;
  }
}

absl::StatusOr<v1::Operation> BeginOperation(store::Transaction& transaction, absl::Time now,
                                             Beginning beginning) {
  v1::Operation operation = NewOperation(now, beginning);
  PutOperation(transaction, now, operation);
  PutWork(transaction, WorkOf(operation, beginning));
  beginning.product.set_state(v1::ProvisionedProduct::UNDER_CHANGE);
  beginning.product.set_operation(operation.name());
  NAVE_RETURN_IF_ERROR(PutProduct(transaction, now, beginning.product));
  AddHistory(transaction, now, operation, "begun", "");
  EmitEvent(transaction, now, operation, RequestedEvent(beginning.kind));
  return operation;
}

}  // namespace nave::catalog
