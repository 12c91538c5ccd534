// Who may launch what where, and with which version. Functions over a reader; any thread.
#ifndef NAVE_CATALOG_WORKFLOW_LAUNCH_RIGHTS_H_
#define NAVE_CATALOG_WORKFLOW_LAUNCH_RIGHTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "store/store.h"

namespace nave::catalog {

// The first portfolio, by name, that has the product and lets the principal launch in the account.
// LAUNCH_NOT_GRANTED.
absl::StatusOr<std::string> FindPortfolio(store::Reader& reader, const std::string& product,
                                          const std::string& principal, const std::string& account);

// The version that `name` means: itself, or a product's newest ACTIVE one. NOT_FOUND,
// VERSION_NOT_ACTIVE, INVALID_FIELD. The state of a version that is named is not checked.
absl::StatusOr<v1::ProductVersion> ResolveVersion(store::Reader& reader, const std::string& name);
// VERSION_NOT_ACTIVE unless it can be launched.
absl::Status RequireLaunchable(const v1::ProductVersion& version);
// VERSION_NOT_ACTIVE when what was launched with it can only be terminated.
absl::Status RequireUpdatable(const v1::ProductVersion& version);

// NOT_FOUND, ACCOUNT_NOT_ACTIVE.
absl::Status RequireLaunchAccount(store::Reader& reader, const std::string& account);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_LAUNCH_RIGHTS_H_
