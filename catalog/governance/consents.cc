#include "catalog/governance/consents.h"

#include "catalog/governance/access.h"
#include "catalog/governance/times.h"
#include "catalog/resource_name.h"

namespace nave::catalog {
namespace {

using dns::v1::Consent;

Consent Make(const Actor& actor, Consent::Via via, const std::string& resource) {
  Consent consent;
  consent.set_principal(MakerOf(actor));
  consent.set_via(via);
  consent.set_resource(resource);
  SetTime(actor.now, consent.mutable_time());
  return consent;
}

}  // namespace

std::string MakerOf(const Actor& actor) {
  return actor.product.empty() ? actor.caller.principal : actor.product;
}

absl::StatusOr<std::optional<Consent>> OwnConsent(store::Reader& reader, const Actor& actor,
                                                  const std::string& account) {
  if (actor.product.empty()) {
    NAVE_ASSIGN_OR_RETURN(bool allowed,
                          Allows(reader, actor.caller, api::v1::WRITE_NETWORK, account));
    if (!allowed) return std::nullopt;
    return Make(actor, Consent::RIGHT, "");
  }
  bool speaks = AccountOf(actor.product) == account;
  if (!speaks && !actor.launch_role.empty()) {
    NAVE_ASSIGN_OR_RETURN(speaks, Covers(reader, actor.launch_role, account));
  }
  if (!speaks) return std::nullopt;
  return Make(actor, Consent::LAUNCH_ROLE, actor.product);
}

absl::StatusOr<std::optional<Consent>> SharedConsent(store::Reader& reader, const Actor& actor,
                                                     const std::string& resource,
                                                     const std::string& account) {
  std::string share;
  NAVE_ASSIGN_OR_RETURN(bool shared, IsShared(reader, resource, account, &share));
  if (!shared) return std::nullopt;
  return Make(actor, Consent::SHARE, share);
}

}  // namespace nave::catalog
