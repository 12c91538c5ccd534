#include "catalog/workflow/operations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "catalog/errors.h"
#include "catalog/governance/access.h"
#include "catalog/governance/query.h"
#include "catalog/workflow/paging.h"
#include "catalog/workflow/records.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

// Between two looks at an operation: short at first, since most end soon.
constexpr absl::Duration kFirstLook = absl::Milliseconds(2);
constexpr absl::Duration kLastLook = absl::Milliseconds(50);

absl::StatusOr<bool> MayRead(store::Reader& reader, const Caller& caller,
                             const v1::Operation& operation) {
  if (operation.principal() == caller.principal) return true;
  return CanRead(reader, caller, operation.provisioned_product());
}

absl::StatusOr<v1::Operation> ReadFor(store::Store& store, const Caller& caller,
                                      const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store.Read());
  NAVE_ASSIGN_OR_RETURN(auto operation, FindOperation(*snapshot, name));
  if (!operation.has_value()) return NotFoundError(name);
  NAVE_ASSIGN_OR_RETURN(bool may, MayRead(*snapshot, caller, *operation));
  if (!may) return NotFoundError(name);
  return *std::move(operation);
}

absl::StatusOr<absl::Duration> TimeoutOf(const v1::WaitOperationRequest& request) {
  if (!request.has_timeout()) return kDefaultOperationWait;
  const absl::Duration timeout =
      absl::Seconds(request.timeout().seconds()) + absl::Nanoseconds(request.timeout().nanos());
  if (timeout < absl::ZeroDuration()) return FieldError("timeout", "is negative");
  return std::min(timeout, kMaxOperationWait);
}

bool IsAwaited(const v1::Operation& operation, const v1::WaitOperationRequest& request) {
  if (operation.state() != v1::Operation::RUNNING) return true;
  return request.after_revision() > 0 && operation.metadata().revision() > request.after_revision();
}

}  // namespace

absl::StatusOr<v1::Operation> Operations::Get(const Caller& caller, const std::string& name) {
  return ReadFor(store_, caller, name);
}

absl::StatusOr<v1::ListOperationsResponse> Operations::List(const Caller& caller,
                                                            const api::v1::ListRequest& request) {
  NAVE_ASSIGN_OR_RETURN(Filter filter,
                        Filter::Parse(request.filter(), v1::Operation::descriptor()));
  NAVE_ASSIGN_OR_RETURN(auto snapshot, store_.Read());
  v1::ListOperationsResponse response;
  response.set_revision(snapshot->revision());
  auto show = [&](const store::Entry& entry) -> absl::StatusOr<bool> {
    NAVE_ASSIGN_OR_RETURN(v1::Operation operation, OperationFromEntry(entry));
    if (!filter.Matches(operation)) return false;
    NAVE_ASSIGN_OR_RETURN(bool may, MayRead(*snapshot, caller, operation));
    if (may) *response.add_operations() = std::move(operation);
    return may;
  };
  PageRequest page{store::Table::kOperations, "operations/", request.page_size(),
                   request.page_token()};
  NAVE_ASSIGN_OR_RETURN(*response.mutable_next_page_token(), ReadPage(*snapshot, page, show));
  return response;
}

absl::StatusOr<v1::Operation> Operations::Wait(const Caller& caller,
                                               const v1::WaitOperationRequest& request,
                                               absl::FunctionRef<bool()> cancelled) {
  NAVE_ASSIGN_OR_RETURN(absl::Duration timeout, TimeoutOf(request));
  const absl::Time deadline = clock_.Now() + timeout;
  absl::Mutex mutex;
  absl::CondVar never;  // nobody signals it: the store is looked at again
  for (absl::Duration look = kFirstLook;; look = std::min(2 * look, kLastLook)) {
    NAVE_ASSIGN_OR_RETURN(v1::Operation operation, ReadFor(store_, caller, request.name()));
    const absl::Time now = clock_.Now();
    if (IsAwaited(operation, request) || now >= deadline || cancelled()) return operation;
    absl::MutexLock lock(&mutex);
    clock_.WaitUntil(never, mutex, std::min(deadline, now + look));
  }
}

}  // namespace nave::catalog
