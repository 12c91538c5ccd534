// Accounts and the tree of organizational units: states, cycles, depth, and shares that a move
// would end.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "catalog/governance/access.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/standing.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/organizational_unit.pb.h"

namespace nave::catalog {
namespace {

using governance::v1::Account;
using governance::v1::OrganizationalUnit;

absl::Status AccountBeforeWrite(const Change& change) {
  Account& account = After<Account>(change);
  if (account.state() == Account::STATE_UNSPECIFIED) {
    account.set_state(change.creating() ? Account::ACTIVE : Before<Account>(change).state());
  }
  if (change.creating() || account.state() == Before<Account>(change).state())
    return absl::OkStatus();
  if (Before<Account>(change).state() == Account::CLOSED) {
    return FieldError("state", "an account that is CLOSED stays so");
  }
  if (account.state() == Account::PENDING) {
    return FieldError("state", "an account cannot become PENDING again");
  }
  return absl::OkStatus();
}

absl::Status AccountAfterWrite(const Change& change) {
  const Account& account = After<Account>(change);
  if (change.creating() ||
      account.organizational_unit() == Before<Account>(change).organizational_unit()) {
    return absl::OkStatus();
  }
  return CheckAccountStillShared(change.transaction, account.name());
}

absl::Status TreeError(const std::string& unit, const std::string& why) {
  return Error(api::v1::INVALID_TREE, absl::StrCat("'", unit, "' ", why), {{"resource", unit}});
}

// How many levels stand at and below a unit, at most kMaxUnitDepth + 1; accounts below are
// collected.
absl::StatusOr<int> Height(store::Reader& reader, const std::string& unit, int level,
                           std::vector<std::string>* accounts) {
  if (level > kMaxUnitDepth) return 1;
  NAVE_ASSIGN_OR_RETURN(auto direct, ReferrersOf(reader, unit, "Account"));
  accounts->insert(accounts->end(), direct.begin(), direct.end());
  NAVE_ASSIGN_OR_RETURN(auto children, ReferrersOf(reader, unit, "OrganizationalUnit"));
  int height = 0;
  for (const std::string& child : children) {
    NAVE_ASSIGN_OR_RETURN(int below, Height(reader, child, level + 1, accounts));
    height = std::max(height, below);
  }
  return height + 1;
}

absl::Status UnitBeforeWrite(const Change& change) {
  const OrganizationalUnit& unit = After<OrganizationalUnit>(change);
  int depth = 0;
  for (std::string above = unit.parent_unit(); !above.empty();) {
    if (above == unit.name()) return TreeError(unit.name(), "would stand below itself");
    if (++depth > kMaxUnitDepth) break;
    NAVE_ASSIGN_OR_RETURN(auto next, Find<OrganizationalUnit>(change.transaction, above));
    if (!next.has_value()) break;
    above = next->parent_unit();
  }
  std::vector<std::string> accounts;
  NAVE_ASSIGN_OR_RETURN(int height, Height(change.transaction, unit.name(), 1, &accounts));
  if (depth + height <= kMaxUnitDepth) return absl::OkStatus();
  return TreeError(unit.name(),
                   absl::StrCat("would make the tree deeper than ", kMaxUnitDepth, " levels"));
}

absl::Status UnitAfterWrite(const Change& change) {
  const OrganizationalUnit& unit = After<OrganizationalUnit>(change);
  if (change.creating() || unit.parent_unit() == Before<OrganizationalUnit>(change).parent_unit()) {
    return absl::OkStatus();
  }
  std::vector<std::string> accounts;
  NAVE_ASSIGN_OR_RETURN([[maybe_unused]] int height,
                        Height(change.transaction, unit.name(), 1, &accounts));
  for (const std::string& account : accounts) {
    NAVE_RETURN_IF_ERROR(CheckAccountStillShared(change.transaction, account));
  }
  return absl::OkStatus();
}

}  // namespace

Hooks AccountHooks() { return {AccountBeforeWrite, AccountAfterWrite, nullptr, nullptr}; }
Hooks OrganizationalUnitHooks() { return {UnitBeforeWrite, UnitAfterWrite, nullptr, nullptr}; }

}  // namespace nave::catalog
