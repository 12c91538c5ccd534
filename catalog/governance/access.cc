#include "catalog/governance/access.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/portfolio.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/organizational_unit.pb.h"
#include "nave/governance/v1/share.pb.h"

namespace nave::catalog {
namespace {

using governance::v1::Token;

// Whether a grantee that names a scope covers the caller's scope, or is part of it: a unit's
// launcher sees what a grant gives to one of its accounts only once it launches there, hence only
// the first.
absl::StatusOr<bool> GrantReaches(store::Reader& reader, const std::string& grantee,
                                  const Caller& caller) {
  if (grantee == caller.principal || grantee == caller.scope) return true;
  if (grantee == kOrganization) return true;
  if (!absl::StartsWith(caller.scope, "accounts/")) return false;
  return Covers(reader, grantee, caller.scope);
}

absl::StatusOr<bool> MayLaunchFrom(store::Reader& reader, const Caller& caller,
                                   const std::string& portfolio) {
  NAVE_ASSIGN_OR_RETURN(
      auto grants, ReadAll<v1::AccessGrant>(reader, absl::StrCat(portfolio, "/accessGrants/")));
  for (const v1::AccessGrant& grant : grants) {
    NAVE_ASSIGN_OR_RETURN(bool reaches, GrantReaches(reader, grant.grantee(), caller));
    if (reaches) return true;
  }
  return false;
}

// A product or a version of it is read by whoever may launch from a portfolio that has it.
absl::StatusOr<bool> MayReadProduct(store::Reader& reader, const Caller& caller,
                                    const std::string& product) {
  NAVE_ASSIGN_OR_RETURN(std::vector<std::string> portfolios,
                        ReferrersOf(reader, product, "Portfolio"));
  for (const std::string& portfolio : portfolios) {
    NAVE_ASSIGN_OR_RETURN(bool may, MayLaunchFrom(reader, caller, portfolio));
    if (may) return true;
  }
  return false;
}

}  // namespace

bool RoleHolds(Token::Role role, api::v1::Right right) {
  switch (right) {
    case api::v1::AUTHENTICATED:
      return true;
    case api::v1::READ:
      return role == Token::ADMIN || role == Token::NETWORK_ADMIN || role == Token::VIEWER;
    case api::v1::WRITE_NETWORK:
      return role == Token::ADMIN || role == Token::NETWORK_ADMIN;
    case api::v1::LAUNCH:
      return role == Token::ADMIN || role == Token::LAUNCHER;
    case api::v1::ADMINISTER:
      return role == Token::ADMIN;
    case api::v1::SERVE:
      return role == Token::NODE;
    default:
      return false;
  }
}

absl::StatusOr<bool> Covers(store::Reader& reader, const std::string& scope,
                            const std::string& account) {
  if (scope == kOrganization || scope == account) return true;
  if (!absl::StartsWith(scope, "organizationalUnits/") || account == kOrganization) return false;
  NAVE_ASSIGN_OR_RETURN(auto found, Find<governance::v1::Account>(reader, account));
  if (!found.has_value()) return false;
  std::string unit = found->organizational_unit();
  for (int depth = 0; depth < kMaxUnitDepth && !unit.empty(); ++depth) {
    if (unit == scope) return true;
    NAVE_ASSIGN_OR_RETURN(auto above, Find<governance::v1::OrganizationalUnit>(reader, unit));
    unit = above.has_value() ? above->parent_unit() : "";
  }
  return false;
}

absl::StatusOr<bool> Allows(store::Reader& reader, const Caller& caller, api::v1::Right right,
                            const std::string& resource_name) {
  if (!RoleHolds(caller.role, right)) return false;
  return Covers(reader, caller.scope, AccountOf(resource_name));
}

absl::Status Require(store::Reader& reader, const Caller& caller, api::v1::Right right,
                     const std::string& resource_name) {
  NAVE_ASSIGN_OR_RETURN(bool allowed, Allows(reader, caller, right, resource_name));
  if (allowed) return absl::OkStatus();
  std::string account = AccountOf(resource_name);
  return Error(
      api::v1::PERMISSION_DENIED,
      absl::StrCat(caller.principal, " lacks the right ", api::v1::Right_Name(right), " over ",
                   account, "; ask an administrator for a token with it"),
      {{"principal", caller.principal}, {"right", api::v1::Right_Name(right)}, {"scope", account}});
}

absl::StatusOr<bool> IsShared(store::Reader& reader, const std::string& resource,
                              const std::string& account, std::string* share) {
  NAVE_ASSIGN_OR_RETURN(std::vector<std::string> shares, ReferrersOf(reader, resource, "Share"));
  for (const std::string& name : shares) {
    NAVE_ASSIGN_OR_RETURN(auto found, Find<governance::v1::Share>(reader, name));
    if (!found.has_value() || found->resource() != resource) continue;
    NAVE_ASSIGN_OR_RETURN(bool covers, Covers(reader, found->principal(), account));
    if (covers) {
      if (share != nullptr) *share = name;
      return true;
    }
  }
  return false;
}

absl::StatusOr<std::string> FindAccessGrant(store::Reader& reader, const std::string& portfolio,
                                            const std::string& principal,
                                            const std::string& account) {
  NAVE_ASSIGN_OR_RETURN(
      auto grants, ReadAll<v1::AccessGrant>(reader, absl::StrCat(portfolio, "/accessGrants/")));
  for (const v1::AccessGrant& grant : grants) {
    if (grant.grantee() == principal) return grant.name();
    NAVE_ASSIGN_OR_RETURN(bool covers, Covers(reader, grant.grantee(), account));
    if (covers) return grant.name();
  }
  return std::string();
}

absl::StatusOr<bool> CanRead(store::Reader& reader, const Caller& caller, const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(bool allowed, Allows(reader, caller, api::v1::READ, name));
  if (allowed) return true;
  const ResourceType* type = TypeOfName(name);
  if (type == nullptr || caller.role == Token::NODE) return false;
  if (type->type == "Organization") return true;
  if (type->type == "Portfolio") return MayLaunchFrom(reader, caller, name);
  if (type->type == "Product") return MayReadProduct(reader, caller, name);
  if (type->type == "ProductVersion") return MayReadProduct(reader, caller, ParentOf(name));
  if (type->type == "ProvisionedProduct") return Allows(reader, caller, api::v1::LAUNCH, name);
  if ((type->type == "Rule" || type->type == "Zone") && RoleHolds(caller.role, api::v1::READ) &&
      absl::StartsWith(caller.scope, "accounts/")) {
    return IsShared(reader, name, caller.scope, nullptr);
  }
  return false;
}

}  // namespace nave::catalog
