// Shares: they cannot end while an association stands on them.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/governance/access.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/standing.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/governance/v1/share.pb.h"

namespace nave::catalog {
namespace {

using governance::v1::Share;

absl::Status BeforeWrite(const Change& change) {
  return RequireSameAccount(After<Share>(change).name(), "resource",
                            After<Share>(change).resource());
}

absl::Status CheckRuleUsers(store::Reader& reader, const std::string& rule) {
  NAVE_ASSIGN_OR_RETURN(auto names, ReferrersOf(reader, rule, "RuleAssociation"));
  for (const std::string& name : names) {
    NAVE_ASSIGN_OR_RETURN(auto association, ReadResource<dns::v1::RuleAssociation>(reader, name));
    NAVE_RETURN_IF_ERROR(CheckStillShared(reader, association));
  }
  return absl::OkStatus();
}

absl::Status CheckZoneUsers(store::Reader& reader, const Share& share) {
  NAVE_ASSIGN_OR_RETURN(
      auto associations,
      ReadAll<dns::v1::ZoneAssociation>(reader, absl::StrCat(share.resource(), "/associations/")));
  for (const dns::v1::ZoneAssociation& association : associations) {
    if (association.zone_consent().resource() != share.name()) continue;
    NAVE_ASSIGN_OR_RETURN(
        bool shared, IsShared(reader, share.resource(), AccountOf(association.vpc()), nullptr));
    if (shared) continue;
    return Error(api::v1::IN_USE,
                 absl::StrCat("'", association.name(), "' stands on the share; delete it first"),
                 {{"resource", share.name()}, {"users", association.name()}});
  }
  return absl::OkStatus();
}

// Runs when the change is written already, so that other shares are counted and this one is not.
absl::Status CheckUsers(const Change& change) {
  const Share& share = Before<Share>(change);
  const bool rule = TypeOfName(share.resource())->type == "Rule";
  return rule ? CheckRuleUsers(change.transaction, share.resource())
              : CheckZoneUsers(change.transaction, share);
}

absl::Status AfterWrite(const Change& change) {
  return change.creating() ? absl::OkStatus() : CheckUsers(change);
}

}  // namespace

absl::Status CheckStillShared(store::Reader& reader, const dns::v1::RuleAssociation& association) {
  const std::string account = AccountOf(association.vpc());
  if (AccountOf(association.rule()) == account) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(bool shared, IsShared(reader, association.rule(), account, nullptr));
  if (shared) return absl::OkStatus();
  return Error(api::v1::IN_USE,
               absl::StrCat("'", association.name(), "' stands on a share of '", association.rule(),
                            "'; delete the association first"),
               {{"resource", association.rule()}, {"users", association.name()}});
}

absl::Status CheckAccountStillShared(store::Reader& reader, const std::string& account) {
  NAVE_ASSIGN_OR_RETURN(
      auto associations,
      ReadAll<dns::v1::RuleAssociation>(reader, absl::StrCat(account, "/ruleAssociations/")));
  for (const dns::v1::RuleAssociation& association : associations) {
    NAVE_RETURN_IF_ERROR(CheckStillShared(reader, association));
  }
  return absl::OkStatus();
}

Hooks ShareHooks() { return {BeforeWrite, AfterWrite, nullptr, CheckUsers}; }

}  // namespace nave::catalog
