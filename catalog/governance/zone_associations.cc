// Zone associations: both consents, expiry of offers, one zone of an apex on a VPC, the VPC
// ledger's row.
#include "absl/strings/str_cat.h"
#include "catalog/governance/consents.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/ledgers.h"
#include "catalog/governance/names.h"
#include "catalog/governance/rule_graph.h"
#include "catalog/governance/times.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::Consent;
using dns::v1::Zone;
using dns::v1::ZoneAssociation;

constexpr absl::Duration kOfferLife = absl::Hours(24 * 7);

bool IsGiven(const Consent& consent) { return consent.via() != Consent::VIA_UNSPECIFIED; }

bool IsExpired(const ZoneAssociation& association, absl::Time now) {
  return association.state() != ZoneAssociation::ASSOCIATED &&
         TimeOf(association.expire_time()) <= now;
}

// Adds what the actor may consent to; the state follows from what is given.
absl::Status AddConsents(store::Reader& reader, const Actor& actor, ZoneAssociation* association) {
  const std::string zone = ParentOf(association->name());
  const std::string vpc_account = AccountOf(association->vpc());
  if (!IsGiven(association->vpc_consent())) {
    NAVE_ASSIGN_OR_RETURN(auto consent, OwnConsent(reader, actor, vpc_account));
    if (consent.has_value()) *association->mutable_vpc_consent() = *consent;
  }
  if (!IsGiven(association->zone_consent())) {
    NAVE_ASSIGN_OR_RETURN(auto consent, OwnConsent(reader, actor, AccountOf(zone)));
    // A share is the zone owner's yes to whoever speaks for the VPC.
    if (!consent.has_value() && IsGiven(association->vpc_consent())) {
      NAVE_ASSIGN_OR_RETURN(consent, SharedConsent(reader, actor, zone, vpc_account));
    }
    if (consent.has_value()) *association->mutable_zone_consent() = *consent;
  }
  const bool both = IsGiven(association->zone_consent()) && IsGiven(association->vpc_consent());
  association->set_state(both                                   ? ZoneAssociation::ASSOCIATED
                         : IsGiven(association->zone_consent()) ? ZoneAssociation::AUTHORIZED
                                                                : ZoneAssociation::PENDING);
  return absl::OkStatus();
}

absl::Status ConsentMissing(const ZoneAssociation& association) {
  return Error(api::v1::CONSENT_MISSING,
               absl::StrCat("you speak neither for the owner of '", ParentOf(association.name()),
                            "' nor for that of '", association.vpc(), "' where a yes is missing"),
               {{"resource", association.name()}, {"vpc", association.vpc()}});
}

// An offer that nobody answered in time makes room for a new one.
absl::Status RemoveExpired(const Change& change, const std::string& zone, const std::string& vpc) {
  NAVE_ASSIGN_OR_RETURN(auto row, FindVpcRow(change.transaction, zone, vpc));
  if (!row.has_value()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(auto other,
                        ReadResource<ZoneAssociation>(change.transaction, row->association()));
  if (!IsExpired(other, change.actor.now)) {
    return Error(api::v1::ALREADY_EXISTS,
                 absl::StrCat("'", other.name(), "' is of the same zone and VPC already"),
                 {{"resource", other.name()}, {"vpc", vpc}});
  }
  change.transaction.Delete(store::Table::kResources, other.name());
  change.transaction.Delete(store::Table::kReferences,
                            absl::StrCat(vpc, std::string(1, '\0'), other.name(),
                                         std::string(1, '\0'), "ZoneAssociation"));
  DeleteVpcRow(change.transaction, *row);
  EmitResourceEvent(change.transaction, change.actor, "nave.resource.deleted", other.name());
  return absl::OkStatus();
}

absl::Status BeforeWrite(const Change& change) {
  if (!change.creating()) return absl::OkStatus();
  ZoneAssociation& association = After<ZoneAssociation>(change);
  NAVE_RETURN_IF_ERROR(RequireActiveAccount(change.transaction, association.vpc()));
  association.clear_zone_consent();
  association.clear_vpc_consent();
  NAVE_RETURN_IF_ERROR(AddConsents(change.transaction, change.actor, &association));
  if (!IsGiven(association.zone_consent()) && !IsGiven(association.vpc_consent())) {
    return ConsentMissing(association);
  }
  if (!association.has_expire_time()) {
    SetTime(change.actor.now + kOfferLife, association.mutable_expire_time());
  } else if (TimeOf(association.expire_time()) <= change.actor.now) {
    return FieldError("expire_time", "is in the past");
  }
  return RemoveExpired(change, ParentOf(association.name()), association.vpc());
}

// Takes the place of the apex on the VPC.
absl::Status TakePlace(store::Transaction& transaction, const ZoneAssociation& association,
                       const std::string& apex) {
  const std::string key = VpcIndexKey(kVpcZoneIndex, association.vpc(), apex);
  NAVE_ASSIGN_OR_RETURN(std::string other,
                        FindOnVpc(transaction, kVpcZoneIndex, association.vpc(), apex));
  if (!other.empty() && other != association.name()) {
    return Error(
        api::v1::DUPLICATE_ZONE_ON_VPC,
        absl::StrCat("'", association.vpc(), "' has a zone ", apex, " already, by '", other, "'"),
        {{"vpc", association.vpc()}, {"domain_name", apex}, {"other", other}});
  }
  transaction.Put(store::Table::kIndexes, key, association.name());
  return absl::OkStatus();
}

absl::Status WriteState(store::Transaction& transaction, const Actor& actor,
                        const ZoneAssociation& association) {
  NAVE_ASSIGN_OR_RETURN(Zone zone, ReadResource<Zone>(transaction, ParentOf(association.name())));
  if (association.state() == ZoneAssociation::ASSOCIATED) {
    NAVE_RETURN_IF_ERROR(TakePlace(transaction, association, zone.domain_name()));
  }
  dns::v1::VpcLedgerRow row;
  row.set_resource(zone.name());
  row.set_vpc(association.vpc());
  row.set_resource_account(AccountOf(zone.name()));
  row.set_vpc_account(AccountOf(association.vpc()));
  row.set_domain_name(zone.domain_name());
  row.set_association(association.name());
  *row.mutable_resource_consent() = association.zone_consent();
  *row.mutable_vpc_consent() = association.vpc_consent();
  const ResourceType* owner = TypeOfName(association.metadata().owner());
  if (owner != nullptr && owner->type == "ProvisionedProduct")
    row.set_product(association.metadata().owner());
  row.set_state(association.state());
  SetTime(actor.now, row.mutable_since());
  PutVpcRow(transaction, row);
  return absl::OkStatus();
}

absl::Status AfterWrite(const Change& change) {
  return WriteState(change.transaction, change.actor, After<ZoneAssociation>(change));
}

// NOT_FOUND for whoever speaks for neither side: that the association exists is nobody else's
// business.
absl::Status RequireSide(store::Reader& reader, const Actor& actor,
                         const ZoneAssociation& association) {
  for (const std::string& account : {AccountOf(association.name()), AccountOf(association.vpc())}) {
    NAVE_ASSIGN_OR_RETURN(auto consent, OwnConsent(reader, actor, account));
    if (consent.has_value()) return absl::OkStatus();
  }
  return NotFoundError(association.name());
}

// Either side may take its yes back.
absl::Status BeforeDelete(const Change& change) {
  return RequireSide(change.transaction, change.actor, Before<ZoneAssociation>(change));
}

absl::Status AfterDelete(const Change& change) {
  const ZoneAssociation& association = Before<ZoneAssociation>(change);
  NAVE_ASSIGN_OR_RETURN(
      auto row, FindVpcRow(change.transaction, ParentOf(association.name()), association.vpc()));
  if (!row.has_value()) return absl::DataLossError("a zone association without its ledger row");
  if (association.state() == ZoneAssociation::ASSOCIATED) {
    change.transaction.Delete(store::Table::kIndexes,
                              VpcIndexKey(kVpcZoneIndex, association.vpc(), row->domain_name()));
  }
  DeleteVpcRow(change.transaction, *row);
  // A wider rule decides now.
  return CheckLoops(change.transaction, {association.vpc()}, row->domain_name());
}

}  // namespace

absl::StatusOr<ZoneAssociation> AcceptZoneAssociation(store::Transaction& transaction,
                                                      const Actor& actor, const std::string& name,
                                                      const std::string& etag) {
  NAVE_RETURN_IF_ERROR(CheckName(*TypeNamed("ZoneAssociation"), name));
  NAVE_ASSIGN_OR_RETURN(auto association, ReadResource<ZoneAssociation>(transaction, name));
  NAVE_RETURN_IF_ERROR(RequireSide(transaction, actor, association));
  if (!etag.empty() && etag != association.metadata().etag()) {
    return Error(api::v1::STALE_ETAG,
                 absl::StrCat("'", name, "' has changed meanwhile; read it again"),
                 {{"resource", name}, {"etag", association.metadata().etag()}});
  }
  const bool complete = association.state() == ZoneAssociation::ASSOCIATED;
  if (!complete && IsExpired(association, actor.now)) {
    return Error(api::v1::AUTHORIZATION_EXPIRED,
                 absl::StrCat("the offer '", name, "' has expired; ask for a new one"),
                 {{"resource", name}});
  }
  ZoneAssociation after = association;
  NAVE_RETURN_IF_ERROR(AddConsents(transaction, actor, &after));
  if (complete) return association;
  if (after.state() != ZoneAssociation::ASSOCIATED) return ConsentMissing(association);
  NAVE_RETURN_IF_ERROR(RequireActiveAccount(transaction, after.vpc()));
  SetTime(actor.now, after.mutable_metadata()->mutable_update_time());
  after.mutable_metadata()->clear_revision();
  after.mutable_metadata()->clear_etag();
  PutResource(transaction, after);
  EmitResourceEvent(transaction, actor, "nave.resource.updated", name);
  NAVE_RETURN_IF_ERROR(WriteState(transaction, actor, after));
  return after;
}

Hooks ZoneAssociationHooks() { return {BeforeWrite, AfterWrite, BeforeDelete, AfterDelete}; }

}  // namespace nave::catalog
