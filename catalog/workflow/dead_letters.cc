#include "catalog/workflow/dead_letters.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/idempotency.h"
#include "catalog/governance/read.h"
#include "catalog/workflow/paging.h"
#include "catalog/workflow/records.h"
#include "lib/base/status_macros.h"
#include "nave/catalog/v1/provisioned_product.pb.h"

namespace nave::catalog {
namespace {

using event::v1::DeadLetter;
using store::Table;
using store::Transaction;
using v1::ProvisionedProduct;

absl::StatusOr<DeadLetter> FindLetter(store::Reader& reader, const Caller& caller,
                                      const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(auto entry, reader.Get(Table::kDeadLetters, name));
  if (!entry.has_value()) return NotFoundError(name);
  DeadLetter letter;
  NAVE_RETURN_IF_ERROR(FillFromEntry(*entry, &letter));
  NAVE_ASSIGN_OR_RETURN(
      bool may, Allows(reader, caller, api::v1::WRITE_NETWORK, letter.provisioned_product()));
  if (may) return letter;
  // Who may read it learns which right is missing; others learn nothing.
  NAVE_ASSIGN_OR_RETURN(bool reads, CanRead(reader, caller, letter.provisioned_product()));
  if (!reads) return NotFoundError(name);
  return Require(reader, caller, api::v1::WRITE_NETWORK, letter.provisioned_product());
}

// The product, if the letter's operation is still the last one that worked on it.
absl::StatusOr<ProvisionedProduct> FindUntouched(Transaction& transaction,
                                                 const DeadLetter& letter) {
  const std::string& name = letter.provisioned_product();
  NAVE_ASSIGN_OR_RETURN(auto product, ReadResource<ProvisionedProduct>(transaction, name));
  if (product.operation() == letter.operation()) return product;
  if (product.state() == ProvisionedProduct::UNDER_CHANGE) {
    return Error(api::v1::UNDER_CHANGE,
                 absl::StrCat("'", name, "' is being changed by '", product.operation(), "'"),
                 {{"resource", name}, {"operation", product.operation()}});
  }
  return Error(api::v1::IN_USE,
               absl::StrCat("'", name, "' was changed by '", product.operation(),
                            "' since; delete the dead letter instead"),
               {{"resource", name}, {"operation", product.operation()}});
}

absl::StatusOr<v1::Operation> Resume(Transaction& transaction, absl::Time now,
                                     const DeadLetter& letter) {
  NAVE_ASSIGN_OR_RETURN(auto operation, FindOperation(transaction, letter.operation()));
  NAVE_ASSIGN_OR_RETURN(auto item, FindWork(transaction, letter.operation()));
  if (!operation.has_value() || !item.has_value()) return NotFoundError(letter.operation());
  operation->set_state(v1::Operation::RUNNING);
  operation->clear_failing_step();
  operation->clear_error();
  operation->clear_reason();
  operation->clear_end_time();
  operation->mutable_steps(item->next_step())->set_state(v1::Step::WAITING);
  PutOperation(transaction, now, *operation);
  // The reconciler admits it as if it were new.
  item->set_attempts(0);
  item->clear_not_before();
  item->clear_deadline();
  PutWork(transaction, *item);
  return *std::move(operation);
}

}  // namespace

absl::StatusOr<event::v1::ListDeadLettersResponse> DeadLetters::List(
    const Caller& caller, const api::v1::ListRequest& request) {
  if (!request.filter().empty()) {
    return Error(api::v1::INVALID_QUERY, "dead letters take no filter; leave it out");
  }
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  event::v1::ListDeadLettersResponse response;
  response.set_revision(snapshot->revision());
  auto show = [&](const store::Entry& entry) -> absl::StatusOr<bool> {
    DeadLetter letter;
    NAVE_RETURN_IF_ERROR(FillFromEntry(entry, &letter));
    NAVE_ASSIGN_OR_RETURN(bool may,
                          Allows(*snapshot, caller, api::v1::READ, letter.provisioned_product()));
    if (may) *response.add_dead_letters() = std::move(letter);
    return may;
  };
  PageRequest page{Table::kDeadLetters, "deadLetters/", request.page_size(), request.page_token()};
  NAVE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadPage(*snapshot, page, show));
  return response;
}

absl::StatusOr<DeadLetter> DeadLetters::Redrive(
    const Caller& caller, const event::v1::RedriveDeadLetterRequest& request) {
  DeadLetter letter;
  auto work = [&](Transaction& transaction) -> absl::Status {
    letter.Clear();
    NAVE_ASSIGN_OR_RETURN(bool done, FindRequest(transaction, caller.principal, request,
                                                 request.mutation(), &letter));
    if (done) return absl::OkStatus();
    const absl::Time now = clock_.Now();
    NAVE_ASSIGN_OR_RETURN(letter, FindLetter(transaction, caller, request.name()));
    NAVE_ASSIGN_OR_RETURN(ProvisionedProduct product, FindUntouched(transaction, letter));
    if (request.mutation().validate_only()) return absl::OkStatus();
    NAVE_ASSIGN_OR_RETURN(v1::Operation operation, Resume(transaction, now, letter));
    product.set_state(ProvisionedProduct::UNDER_CHANGE);
    NAVE_RETURN_IF_ERROR(PutProduct(transaction, now, std::move(product)));
    transaction.Delete(Table::kDeadLetters, letter.name());
    AddHistory(transaction, now, operation, absl::StrCat("redriven by ", caller.principal), "");
    EmitEvent(transaction, now, operation, kRedriveRequested);
    RecordRequest(transaction, caller.principal, request, request.mutation(), letter, now);
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(store::RunTransaction(store_, work).status());
  return letter;
}

absl::StatusOr<api::v1::DeleteResponse> DeadLetters::Drop(const Caller& caller,
                                                          const api::v1::DeleteRequest& request) {
  api::v1::DeleteResponse response;
  bool replayed = false;
  auto work = [&](Transaction& transaction) -> absl::Status {
    NAVE_ASSIGN_OR_RETURN(replayed, FindRequest(transaction, caller.principal, request,
                                                request.mutation(), &response));
    if (replayed) return absl::OkStatus();
    NAVE_ASSIGN_OR_RETURN(DeadLetter letter, FindLetter(transaction, caller, request.name()));
    if (!request.etag().empty() && request.etag() != letter.metadata().etag()) {
      return Error(api::v1::STALE_ETAG,
                   absl::StrCat("'", letter.name(), "' has changed; read it again"),
                   {{"resource", letter.name()}, {"etag", letter.metadata().etag()}});
    }
    if (request.mutation().validate_only()) return absl::OkStatus();
    transaction.Delete(Table::kDeadLetters, letter.name());
    RemoveWork(transaction, letter.operation());
    RecordRequest(transaction, caller.principal, request, request.mutation(), response,
                  clock_.Now());
    return absl::OkStatus();
  };
  NAVE_ASSIGN_OR_RETURN(store::Revision revision, store::RunTransaction(store_, work));
  if (!replayed && !request.mutation().validate_only()) response.set_revision(revision);
  return response;
}

}  // namespace nave::catalog
