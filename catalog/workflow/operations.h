// Reading operations, and waiting for their end. A caller sees the operations of the provisioned
// products that it may read, and its own. Thread-safe.
#ifndef NAVE_CATALOG_WORKFLOW_OPERATIONS_H_
#define NAVE_CATALOG_WORKFLOW_OPERATIONS_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "catalog/caller.h"
#include "lib/base/clock.h"
#include "nave/api/v1/common.pb.h"
#include "nave/catalog/v1/operation.pb.h"
#include "store/store.h"

namespace nave::catalog {

inline constexpr absl::Duration kDefaultOperationWait = absl::Seconds(30);
inline constexpr absl::Duration kMaxOperationWait = absl::Minutes(5);

class Operations {
 public:
  // Both outlive this.
  Operations(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // NOT_FOUND also when the caller may not read it.
  absl::StatusOr<v1::Operation> Get(const Caller& caller, const std::string& name);
  // In the order of time. The filter is as for resources.
  absl::StatusOr<v1::ListOperationsResponse> List(const Caller& caller,
                                                  const api::v1::ListRequest& request);
  // The operation at its end, at a later revision than asked, or as it is when the time is up: the
  // caller looks at its state. `cancelled` is asked now and then, at least once a second, and ends
  // the wait too.
  absl::StatusOr<v1::Operation> Wait(
      const Caller& caller, const v1::WaitOperationRequest& request,
      absl::FunctionRef<bool()> cancelled = [] { return false; });

 private:
  store::Store& store_;
  const Clock& clock_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_OPERATIONS_H_
