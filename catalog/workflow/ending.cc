#include "catalog/workflow/ending.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/ledgers.h"
#include "catalog/governance/names.h"
#include "catalog/governance/read.h"
#include "catalog/governance/times.h"
#include "catalog/resource_name.h"
#include "catalog/workflow/intents.h"
#include "catalog/workflow/records.h"
#include "lib/base/check.h"
#include "lib/base/status_macros.h"
#include "nave/event/v1/event.pb.h"

namespace nave::catalog {
namespace {

using store::v1::Intent;
using v1::ProvisionedProduct;

absl::Status LeftBehind(const std::string& product, const std::string& what) {
  return Error(
      api::v1::STEP_FAILED,
      absl::StrCat("'", product, "' would leave ", what, " behind; remove it, then redrive"),
      {{"resource", product}, {"left", what}});
}

absl::Status ProveResourceGone(store::Reader& reader, const std::string& product,
                               const Intent& intent) {
  NAVE_ASSIGN_OR_RETURN(auto resource, ResourceOf(intent));
  std::unique_ptr<google::protobuf::Message> stored = NewMessage(resource->GetDescriptor());
  NAVE_ASSIGN_OR_RETURN(bool found, ReadInto(reader, intent.name(), stored.get()));
  if (!found || MetadataOf(*stored).owner() != product) return absl::OkStatus();
  return LeftBehind(product, absl::StrCat("'", intent.name(), "'"));
}

// The zone or rule of an association; empty for a zone.
absl::StatusOr<std::string> AssociatedOf(const Intent& intent) {
  NAVE_ASSIGN_OR_RETURN(auto resource, ResourceOf(intent));
  if (auto* rule = dynamic_cast<dns::v1::RuleAssociation*>(resource.get())) return rule->rule();
  if (intent.type() == "ZoneAssociation") return ParentOf(intent.name());
  return std::string();
}

absl::Status ProveRowsGone(store::Reader& reader, const std::string& product,
                           const Intent& intent) {
  NAVE_ASSIGN_OR_RETURN(std::string associated, AssociatedOf(intent));
  if (associated.empty()) {
    NAVE_ASSIGN_OR_RETURN(auto row,
                          FindAccountRow(reader, AccountOf(intent.name()), intent.name()));
    if (!row.has_value() || row->how() != product) return absl::OkStatus();
    return LeftBehind(product, absl::StrCat("the account ledger's row of '", intent.name(), "'"));
  }
  NAVE_ASSIGN_OR_RETURN(auto row, FindVpcRow(reader, associated, VpcOf(intent)));
  if (!row.has_value() || row->product() != product) return absl::OkStatus();
  return LeftBehind(product, absl::StrCat("the VPC ledger's row of '", intent.name(), "'"));
}

// The last step waits; it is done with the operation.
void MarkServed(const ServedState& state, absl::Time now, v1::Operation* operation) {
  v1::Step* last = operation->mutable_steps(operation->steps_size() - 1);
  last->set_state(v1::Step::DONE);
  last->set_attempts(last->attempts() + 1);
  last->clear_last_error();
  operation->set_state(v1::Operation::SUCCEEDED);
  operation->clear_retry_time();
  operation->set_served_revision(state.served_revision);
  operation->clear_conditions();
  for (const std::string& vpc : state.unserved_vpcs) {
    operation->add_conditions(absl::StrCat("no live node serves '", vpc, "'"));
  }
  SetTime(now, operation->mutable_end_time());
}

absl::Status FinishProduct(store::Transaction& transaction, absl::Time now,
                           const v1::Operation& operation, const store::v1::WorkItem& item) {
  const std::string& name = operation.provisioned_product();
  if (operation.kind() == v1::Operation::TERMINATE) {
    NAVE_RETURN_IF_ERROR(ProveNothingLeft(transaction, name, item));
    return RemoveProduct(transaction, name);
  }
  NAVE_ASSIGN_OR_RETURN(auto product, ReadResource<ProvisionedProduct>(transaction, name));
  *product.mutable_parameters() = item.parameters();
  *product.mutable_outputs() = item.outputs();
  product.set_version(item.version());
  product.set_state(ProvisionedProduct::AVAILABLE);
  return PutProduct(transaction, now, std::move(product));
}

void PutDeadLetter(store::Transaction& transaction, absl::Time now,
                   const v1::Operation& operation) {
  event::v1::DeadLetter letter;
  letter.set_name(DeadLetterName(operation.name()));
  SetTime(now, letter.mutable_metadata()->mutable_create_time());
  SetTime(now, letter.mutable_metadata()->mutable_update_time());
  letter.set_operation(operation.name());
  letter.set_provisioned_product(operation.provisioned_product());
  letter.set_step(operation.failing_step());
  letter.set_attempts(operation.steps(operation.failing_step() - 1).attempts());
  letter.set_error(operation.error());
  transaction.Put(store::Table::kDeadLetters, letter.name(), letter.SerializeAsString());
}

absl::Status MarkProductFailed(store::Transaction& transaction, absl::Time now,
                               const v1::Operation& operation) {
  NAVE_ASSIGN_OR_RETURN(
      auto product, ReadResource<ProvisionedProduct>(transaction, operation.provisioned_product()));
  product.set_state(operation.kind() == v1::Operation::UPDATE ? ProvisionedProduct::TAINTED
                                                              : ProvisionedProduct::ERROR);
  return PutProduct(transaction, now, std::move(product));
}

}  // namespace

std::string DeadLetterName(const std::string& operation) {
  return absl::StrCat("deadLetters/", IdOf(operation));
}

absl::Status ProveNothingLeft(store::Reader& reader, const std::string& product,
                              const store::v1::WorkItem& item) {
  NAVE_ASSIGN_OR_RETURN(store::v1::IntentSet made, ReadIntents(reader, product));
  if (!made.intents().empty()) {
    return LeftBehind(product, absl::StrCat("'", made.intents(0).name(), "'"));
  }
  for (const store::v1::StepRecord& step : item.steps()) {
    if (!step.has_intent()) continue;
    NAVE_RETURN_IF_ERROR(ProveResourceGone(reader, product, step.intent()));
    NAVE_RETURN_IF_ERROR(ProveRowsGone(reader, product, step.intent()));
  }
  return absl::OkStatus();
}

absl::Status Succeed(store::Transaction& transaction, absl::Time now, v1::Operation operation,
                     const store::v1::WorkItem& item, const ServedState& state) {
  NAVE_RETURN_IF_ERROR(FinishProduct(transaction, now, operation, item));
  MarkServed(state, now, &operation);
  RemoveWork(transaction, operation.name());
  PutOperation(transaction, now, operation);
  AddHistory(transaction, now, operation, "succeeded", "");
  EmitEvent(transaction, now, operation, kSucceeded);
  return absl::OkStatus();
}

absl::Status GiveUp(store::Transaction& transaction, absl::Time now, v1::Operation operation,
                    const store::v1::WorkItem& item, const absl::Status& error) {
  NAVE_CHECK(item.next_step() < operation.steps_size());
  v1::Step* step = operation.mutable_steps(item.next_step());
  step->set_state(v1::Step::FAILED);
  operation.set_state(v1::Operation::FAILED);
  operation.set_failing_step(step->id());
  operation.set_error(std::string(error.message()));
  const Reason reason = ReasonOf(error);
  operation.set_reason(reason == api::v1::REASON_UNSPECIFIED ? api::v1::STEP_FAILED : reason);
  operation.clear_retry_time();
  SetTime(now, operation.mutable_end_time());
  PutOperation(transaction, now, operation);
  PutWork(transaction, item);
  NAVE_RETURN_IF_ERROR(MarkProductFailed(transaction, now, operation));
  PutDeadLetter(transaction, now, operation);
  AddHistory(transaction, now, operation,
             absl::StrCat("step ", step->id(), " gave up: ", error.message()), step->resource());
  EmitEvent(transaction, now, operation, kFailed);
  return absl::OkStatus();
}

}  // namespace nave::catalog
