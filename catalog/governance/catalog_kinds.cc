// Product versions and access grants: the little that they add.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/governance/hooks.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/product_version.pb.h"

namespace nave::catalog {
namespace {

absl::Status VersionBeforeWrite(const Change& change) {
  v1::ProductVersion& version = After<v1::ProductVersion>(change);
  if (version.state() == v1::ProductVersion::STATE_UNSPECIFIED) {
    version.set_state(change.creating() ? v1::ProductVersion::ACTIVE
                                        : Before<v1::ProductVersion>(change).state());
  }
  return absl::OkStatus();
}

// A grantee that looks like a scope is one; everything else is a principal, which only a credential
// knows.
absl::Status GrantBeforeWrite(const Change& change) {
  const std::string& grantee = After<v1::AccessGrant>(change).grantee();
  const bool scope =
      absl::StartsWith(grantee, "organizationalUnits/") || absl::StartsWith(grantee, "accounts/");
  if (!scope) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(bool exists, Exists(change.transaction, grantee));
  if (exists) return absl::OkStatus();
  return Error(api::v1::DANGLING_REFERENCE, absl::StrCat("grantee: '", grantee, "' does not exist"),
               {{"field", "grantee"}, {"resource", grantee}});
}

}  // namespace

Hooks ProductVersionHooks() { return {VersionBeforeWrite, nullptr, nullptr, nullptr}; }
Hooks AccessGrantHooks() { return {GrantBeforeWrite, nullptr, nullptr, nullptr}; }

}  // namespace nave::catalog
