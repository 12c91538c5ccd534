#include "absl/strings/str_cat.h"
#include "catalog/governance/access.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/namespaces.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/governance/v1/namespace_grant.pb.h"

namespace nave::catalog {
namespace {

using governance::v1::NamespaceGrant;
using governance::v1::Token;

// Zones that stood on a grant must stand on another when it goes, or when it goes to others.
absl::Status CheckZonesStillHeld(const Change& change) {
  const NamespaceGrant& grant = Before<NamespaceGrant>(change);
  store::Reader& reader = change.transaction;
  NAVE_ASSIGN_OR_RETURN(auto zones, FindBelow(reader, kZoneIndex, grant.suffix()));
  for (const std::string& zone : zones) {
    NAVE_ASSIGN_OR_RETURN(bool stood, Covers(reader, grant.grantee(), AccountOf(zone)));
    if (!stood) continue;
    NAVE_ASSIGN_OR_RETURN(auto found, ReadResource<dns::v1::Zone>(reader, zone));
    NAVE_ASSIGN_OR_RETURN(NamespaceVerdict verdict,
                          JudgeNamespace(reader, AccountOf(zone), found.domain_name()));
    if (verdict == NamespaceVerdict::kHeld) continue;
    return Error(api::v1::IN_USE,
                 absl::StrCat("'", zone, "' (", found.domain_name(), ") stands on '", grant.name(),
                              "'; delete the zone first"),
                 {{"resource", grant.name()}, {"users", zone}});
  }
  return absl::OkStatus();
}

absl::Status AfterWrite(const Change& change) {
  const NamespaceGrant& grant = After<NamespaceGrant>(change);
  if (!change.creating()) return CheckZonesStillHeld(change);
  PutIndex(change.transaction, kGrantIndex, DomainKey(grant.suffix()), grant.name());
  return absl::OkStatus();
}

absl::Status AfterDelete(const Change& change) {
  const NamespaceGrant& grant = Before<NamespaceGrant>(change);
  DeleteIndex(change.transaction, kGrantIndex, DomainKey(grant.suffix()), grant.name());
  return CheckZonesStillHeld(change);
}

}  // namespace

absl::StatusOr<NamespaceVerdict> JudgeNamespace(store::Reader& reader, const std::string& account,
                                                const std::string& domain_name) {
  for (const std::string& suffix : SelfAndAbove(domain_name)) {
    NAVE_ASSIGN_OR_RETURN(auto grants, FindByIndex(reader, kGrantIndex, DomainKey(suffix)));
    for (const std::string& name : grants) {
      NAVE_ASSIGN_OR_RETURN(auto grant, ReadResource<NamespaceGrant>(reader, name));
      NAVE_ASSIGN_OR_RETURN(bool covers, Covers(reader, grant.grantee(), account));
      if (covers) return NamespaceVerdict::kHeld;
    }
    if (!grants.empty()) return NamespaceVerdict::kOthers;
  }
  return NamespaceVerdict::kUngranted;
}

absl::Status RequireNamespace(store::Reader& reader, const Actor& actor, const std::string& account,
                              const std::string& domain_name) {
  NAVE_ASSIGN_OR_RETURN(NamespaceVerdict verdict, JudgeNamespace(reader, account, domain_name));
  const bool organization_admin =
      actor.caller.role == Token::ADMIN && actor.caller.scope == kOrganization;
  if (verdict == NamespaceVerdict::kHeld ||
      (verdict == NamespaceVerdict::kUngranted && organization_admin)) {
    return absl::OkStatus();
  }
  return Error(api::v1::NO_NAMESPACE_GRANT,
               absl::StrCat("'", account, "' holds no namespace grant at or above ", domain_name,
                            "; ask an administrator of the organization for one"),
               {{"account", account}, {"domain_name", domain_name}});
}

Hooks NamespaceGrantHooks() { return {nullptr, AfterWrite, nullptr, AfterDelete}; }

}  // namespace nave::catalog
