// Who may do what, where: roles, scopes and their inheritance down the tree of units. Also the
// relations that let others in: shares and access grants. Functions over a reader; any thread.
#ifndef NAVE_CATALOG_GOVERNANCE_ACCESS_H_
#define NAVE_CATALOG_GOVERNANCE_ACCESS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/caller.h"
#include "nave/api/v1/annotations.pb.h"
#include "store/store.h"

namespace nave::catalog {

inline constexpr int kMaxUnitDepth = 8;

// Tells whether a role holds a right at all.
bool RoleHolds(governance::v1::Token::Role role, api::v1::Right right);

// Tells whether `scope` (`organization`, a unit or an account) covers an account (`accounts/a`) or,
// for `organization`, what belongs to the organization itself.
absl::StatusOr<bool> Covers(store::Reader& reader, const std::string& scope,
                            const std::string& account);

// Tells whether the caller has the right over the resource's account. An empty name stands for the
// organization.
absl::StatusOr<bool> Allows(store::Reader& reader, const Caller& caller, api::v1::Right right,
                            const std::string& resource_name);

// PERMISSION_DENIED unless Allows.
absl::Status Require(store::Reader& reader, const Caller& caller, api::v1::Right right,
                     const std::string& resource_name);

// Tells whether the caller may read the resource: by READ over its account; a rule or zone that is
// shared with the caller's scope; a portfolio that the caller may launch from, and its products and
// versions; what a launcher launched.
absl::StatusOr<bool> CanRead(store::Reader& reader, const Caller& caller, const std::string& name);

// Tells whether a rule or zone is shared with an account; `share` gets the share's name.
absl::StatusOr<bool> IsShared(store::Reader& reader, const std::string& resource,
                              const std::string& account, std::string* share);

// The name of a portfolio's access grant that lets the principal launch in the account; empty
// without one.
absl::StatusOr<std::string> FindAccessGrant(store::Reader& reader, const std::string& portfolio,
                                            const std::string& principal,
                                            const std::string& account);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_ACCESS_H_
