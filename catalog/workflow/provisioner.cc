#include "catalog/workflow/provisioner.h"

#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/fields.h"
#include "catalog/governance/idempotency.h"
#include "catalog/resource_name.h"
#include "catalog/workflow/begin.h"
#include "catalog/workflow/launch_rights.h"
#include "catalog/workflow/planner.h"
#include "catalog/workflow/records.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

using store::Transaction;
using v1::ChangeProductResponse;
using v1::ProvisionedProduct;
using Work = absl::FunctionRef<absl::Status(Transaction&, absl::Time, ChangeProductResponse*)>;

// What every change of a product has: one result for one request id, and no effect of a dry run.
absl::StatusOr<ChangeProductResponse> Mutate(store::Store& store, const Clock& clock,
                                             const Caller& caller,
                                             const google::protobuf::Message& request,
                                             const api::v1::Mutation& mutation, Work work) {
  ChangeProductResponse response;
  bool replayed = false;
  auto once = [&](Transaction& transaction) -> absl::Status {
    response.Clear();
    NAVE_ASSIGN_OR_RETURN(replayed,
                          FindRequest(transaction, caller.principal, request, mutation, &response));
    if (replayed) return absl::OkStatus();
    const absl::Time now = clock.Now();
    NAVE_RETURN_IF_ERROR(work(transaction, now, &response));
    if (mutation.validate_only()) return absl::OkStatus();
    RecordRequest(transaction, caller.principal, request, mutation, response, now);
    return absl::OkStatus();
  };
  NAVE_ASSIGN_OR_RETURN(store::Revision revision, store::RunTransaction(store, once));
  if (!replayed) StampRevision(revision, &response);
  return response;
}

absl::Status CheckTarget(ProvisionedProduct* target) {
  NAVE_RETURN_IF_ERROR(CheckName(*TypeOf(ProvisionedProduct::descriptor()), target->name()));
  ClearOutputFields(target);
  return CheckFields(target);
}

absl::StatusOr<ProvisionedProduct> FindForChange(Transaction& transaction, const std::string& name,
                                                 const std::string& etag) {
  NAVE_ASSIGN_OR_RETURN(auto product, ReadResource<ProvisionedProduct>(transaction, name));
  if (!etag.empty() && etag != product.metadata().etag()) {
    return Error(api::v1::STALE_ETAG,
                 absl::StrCat("'", name, "' has changed meanwhile; read it again"),
                 {{"resource", name}, {"etag", product.metadata().etag()}});
  }
  if (product.state() == ProvisionedProduct::UNDER_CHANGE) {
    return Error(api::v1::UNDER_CHANGE,
                 absl::StrCat("'", name, "' is being changed by '", product.operation(),
                              "'; wait for it to end"),
                 {{"resource", name}, {"operation", product.operation()}});
  }
  return product;
}

// Which product, by which version, with which rights.
struct Chosen {
  v1::ProductVersion version;
  v1::Product product;
  std::string portfolio;
};

absl::StatusOr<Chosen> Choose(Transaction& transaction, const Caller& caller,
                              const std::string& version, const std::string& account) {
  Chosen chosen;
  NAVE_ASSIGN_OR_RETURN(chosen.version, ResolveVersion(transaction, version));
  NAVE_ASSIGN_OR_RETURN(chosen.product,
                        ReadResource<v1::Product>(transaction, ParentOf(chosen.version.name())));
  NAVE_ASSIGN_OR_RETURN(chosen.portfolio, FindPortfolio(transaction, chosen.product.name(),
                                                        caller.principal, account));
  return chosen;
}

void AddChanges(const Difference& difference, const Wanted& wanted,
                ChangeProductResponse* response) {
  for (v1::PlannedChange& change : ChangesOf(difference)) {
    auto text = wanted.texts.find(change.resource());
    if (text != wanted.texts.end()) change.set_text(text->second);
    *response->add_changes() = std::move(change);
  }
}

absl::Status RefuseReplacement(const Difference& difference) {
  if (difference.replaces.empty()) return absl::OkStatus();
  const store::v1::Intent& intent = difference.replaces[0];
  return Error(
      api::v1::IMMUTABLE_FIELD,
      absl::StrCat(
          "'", intent.name(),
          "' would have to be replaced, which an update does not do; terminate the product "
          "and launch it again"),
      {{"resource", intent.name()}});
}

}  // namespace

absl::StatusOr<ChangeProductResponse> Provisioner::Launch(const Caller& caller,
                                                          const v1::LaunchProductRequest& request) {
  auto work = [&](Transaction& transaction, absl::Time now,
                  ChangeProductResponse* response) -> absl::Status {
    ProvisionedProduct target = request.provisioned_product();
    NAVE_RETURN_IF_ERROR(CheckTarget(&target));
    const std::string account = AccountOf(target.name());
    NAVE_RETURN_IF_ERROR(Require(transaction, caller, api::v1::LAUNCH, target.name()));
    NAVE_RETURN_IF_ERROR(RequireLaunchAccount(transaction, account));
    NAVE_ASSIGN_OR_RETURN(Chosen chosen, Choose(transaction, caller, target.version(), account));
    NAVE_RETURN_IF_ERROR(RequireLaunchable(chosen.version));
    NAVE_ASSIGN_OR_RETURN(bool exists, Exists(transaction, target.name()));
    if (exists) {
      return Error(
          api::v1::ALREADY_EXISTS,
          absl::StrCat("'", target.name(), "' exists already; update it, or take another name"),
          {{"resource", target.name()}});
    }
    NAVE_ASSIGN_OR_RETURN(Wanted wanted, ComputeWanted(transaction, products_, chosen.product,
                                                       chosen.version, target, {}));
    Difference difference = Compare({}, wanted.intents);
    AddChanges(difference, wanted, response);
    Beginning beginning;
    beginning.steps = StepsOf(difference);
    NAVE_RETURN_IF_ERROR(
        TryOut(transaction.snapshot(),
               ActorFor(caller.principal, target.name(), chosen.product.launch_role(), now),
               beginning.steps));
    if (request.mutation().validate_only()) return absl::OkStatus();
    target.set_version(chosen.version.name());
    target.set_portfolio(chosen.portfolio);
    target.set_launched_by(caller.principal);
    beginning.kind = v1::Operation::LAUNCH;
    beginning.principal = caller.principal;
    beginning.parameters = target.parameters();
    beginning.outputs = wanted.outputs;
    beginning.version = target.version();
    beginning.product = std::move(target);
    NAVE_ASSIGN_OR_RETURN(*response->mutable_operation(),
                          BeginOperation(transaction, now, std::move(beginning)));
    return absl::OkStatus();
  };
  return Mutate(store_, clock_, caller, request, request.mutation(), work);
}

absl::StatusOr<ChangeProductResponse> Provisioner::Update(
    const Caller& caller, const v1::UpdateProvisionedProductRequest& request) {
  auto work = [&](Transaction& transaction, absl::Time now,
                  ChangeProductResponse* response) -> absl::Status {
    const ProvisionedProduct& asked = request.provisioned_product();
    NAVE_RETURN_IF_ERROR(CheckName(*TypeOf(ProvisionedProduct::descriptor()), asked.name()));
    NAVE_RETURN_IF_ERROR(Require(transaction, caller, api::v1::LAUNCH, asked.name()));
    NAVE_ASSIGN_OR_RETURN(ProvisionedProduct stored,
                          FindForChange(transaction, asked.name(), asked.metadata().etag()));
    const std::string account = AccountOf(stored.name());
    NAVE_RETURN_IF_ERROR(RequireLaunchAccount(transaction, account));
    ProvisionedProduct target = stored;
    *target.mutable_parameters() = asked.parameters();
    if (!asked.version().empty()) target.set_version(asked.version());
    NAVE_RETURN_IF_ERROR(CheckFields(&target));
    NAVE_ASSIGN_OR_RETURN(Chosen chosen, Choose(transaction, caller, target.version(), account));
    target.set_version(chosen.version.name());
    if (ParentOf(target.version()) != ParentOf(stored.version())) {
      return FieldError("provisioned_product.version",
                        absl::StrCat("'", target.version(), "' is of another product than '",
                                     stored.version(), "'; launch that instead"));
    }
    NAVE_RETURN_IF_ERROR(target.version() == stored.version() ? RequireUpdatable(chosen.version)
                                                              : RequireLaunchable(chosen.version));
    NAVE_ASSIGN_OR_RETURN(store::v1::IntentSet made, ReadIntents(transaction, stored.name()));
    NAVE_ASSIGN_OR_RETURN(Wanted wanted, ComputeWanted(transaction, products_, chosen.product,
                                                       chosen.version, target, made));
    Difference difference = Compare({made.intents().begin(), made.intents().end()}, wanted.intents);
    AddChanges(difference, wanted, response);
    if (request.mutation().validate_only() && !difference.replaces.empty()) return absl::OkStatus();
    NAVE_RETURN_IF_ERROR(RefuseReplacement(difference));
    Beginning beginning;
    beginning.steps = StepsOf(difference);
    NAVE_RETURN_IF_ERROR(
        TryOut(transaction.snapshot(),
               ActorFor(caller.principal, target.name(), chosen.product.launch_role(), now),
               beginning.steps));
    if (request.mutation().validate_only()) return absl::OkStatus();
    beginning.kind = v1::Operation::UPDATE;
    beginning.principal = caller.principal;
    beginning.parameters = target.parameters();
    beginning.outputs = wanted.outputs;
    beginning.version = target.version();
    beginning.product = std::move(stored);
    NAVE_ASSIGN_OR_RETURN(*response->mutable_operation(),
                          BeginOperation(transaction, now, std::move(beginning)));
    return absl::OkStatus();
  };
  return Mutate(store_, clock_, caller, request, request.mutation(), work);
}

absl::StatusOr<ChangeProductResponse> Provisioner::Terminate(
    const Caller& caller, const v1::TerminateProvisionedProductRequest& request) {
  auto work = [&](Transaction& transaction, absl::Time now,
                  ChangeProductResponse* response) -> absl::Status {
    NAVE_RETURN_IF_ERROR(CheckName(*TypeOf(ProvisionedProduct::descriptor()), request.name()));
    NAVE_RETURN_IF_ERROR(Require(transaction, caller, api::v1::LAUNCH, request.name()));
    NAVE_ASSIGN_OR_RETURN(ProvisionedProduct stored,
                          FindForChange(transaction, request.name(), request.etag()));
    NAVE_ASSIGN_OR_RETURN(store::v1::IntentSet made, ReadIntents(transaction, stored.name()));
    Difference difference = Compare({made.intents().begin(), made.intents().end()}, {});
    AddChanges(difference, {}, response);
    Beginning beginning;
    beginning.steps = StepsOf(difference);
    Actor actor = ActorFor(caller.principal, stored.name(), "", now);
    actor.delete_foreign_records = request.delete_foreign_records();
    NAVE_RETURN_IF_ERROR(TryOut(transaction.snapshot(), actor, beginning.steps));
    if (request.mutation().validate_only()) return absl::OkStatus();
    beginning.kind = v1::Operation::TERMINATE;
    beginning.principal = caller.principal;
    beginning.delete_foreign_records = request.delete_foreign_records();
    beginning.product = std::move(stored);
    NAVE_ASSIGN_OR_RETURN(*response->mutable_operation(),
                          BeginOperation(transaction, now, std::move(beginning)));
    return absl::OkStatus();
  };
  return Mutate(store_, clock_, caller, request, request.mutation(), work);
}

}  // namespace nave::catalog
