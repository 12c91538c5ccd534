// Launch, update and termination of products: checks, plans, and the one transaction that begins an
// operation (control-plane.md section 3). The reconciler does the rest. Thread-safe.
#ifndef NAVE_CATALOG_WORKFLOW_PROVISIONER_H_
#define NAVE_CATALOG_WORKFLOW_PROVISIONER_H_

#include "absl/status/statusor.h"
#include "catalog/caller.h"
#include "catalog/product.h"
#include "lib/base/clock.h"
#include "nave/api/v1/common.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "store/store.h"

namespace nave::catalog {

class Provisioner {
 public:
  // All outlive the provisioner.
  Provisioner(store::Store& store, const Clock& clock, const ProductList& products)
      : store_(store), clock_(clock), products_(products) {}

  // Every mutation: the same request id and body give the first response again (REQUEST_ID_REUSED
  // for another body); `validate_only` gives the plan and begins nothing. The plan was tried out
  // against the rules of governance: what it would be refused for, the call is refused for.

  // LAUNCH_NOT_GRANTED, VERSION_NOT_ACTIVE, INVALID_PARAMETER, ALREADY_EXISTS, ACCOUNT_NOT_ACTIVE,
  // PERMISSION_DENIED.
  absl::StatusOr<v1::ChangeProductResponse> Launch(const Caller& caller,
                                                   const v1::LaunchProductRequest& request);
  // As Launch, and UNDER_CHANGE, STALE_ETAG, IMMUTABLE_FIELD when something would have to be
  // replaced. An empty `version` keeps the version.
  absl::StatusOr<v1::ChangeProductResponse> Update(
      const Caller& caller, const v1::UpdateProvisionedProductRequest& request);
  // UNDER_CHANGE, STALE_ETAG, FOREIGN_RECORDS, IN_USE. Needs no access grant any more: the LAUNCH
  // right is enough.
  absl::StatusOr<v1::ChangeProductResponse> Terminate(
      const Caller& caller, const v1::TerminateProvisionedProductRequest& request);

  // NOT_FOUND also when the caller may not read it.
  absl::StatusOr<v1::ProvisionedProduct> Get(const Caller& caller, const std::string& name);
  absl::StatusOr<v1::ListProvisionedProductsResponse> List(const Caller& caller,
                                                           const api::v1::ListRequest& request);
  // Oldest first; also of a product that is gone.
  absl::StatusOr<v1::ListHistoryResponse> ListHistory(const Caller& caller,
                                                      const v1::ListHistoryRequest& request);

 private:
  store::Store& store_;
  const Clock& clock_;
  const ProductList& products_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_PROVISIONER_H_
