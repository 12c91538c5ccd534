// Record sets: what the DNS allows of each, what goes on at the apex, and the zone's serial.
#include "absl/strings/str_cat.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/record_data.h"
#include "catalog/governance/record_rules.h"
#include "lib/dns/rdata.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/zone.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordSet;
using dns::v1::Zone;

absl::StatusOr<Zone> ZoneOf(store::Reader& reader, const std::string& record_set) {
  return ReadResource<Zone>(reader, SplitRecordSetName(record_set).zone);
}

absl::Status BeforeWrite(const Change& change) {
  RecordSet& record_set = After<RecordSet>(change);
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, record_set.name()));
  NAVE_ASSIGN_OR_RETURN(dns::Name apex, dns::Name::FromText(zone.domain_name()));
  NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, ParseRecordSet(record_set));
  if (const auto breach = dns::CheckAlone(apex, rrset))
    return RefuseRecord(record_set.name(), *breach);
  record_set.clear_rdata();
  for (const std::string& text : rrset.RdataTexts()) record_set.add_rdata(text);
  if (change.creating() || rrset.type != dns::RRType::kSoa) return absl::OkStatus();
  return KeepSerialAhead(change.transaction, Before<RecordSet>(change), &record_set);
}

absl::Status AfterWrite(const Change& change) {
  RecordSet& record_set = After<RecordSet>(change);
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, record_set.name()));
  if (!change.actor.zone_rules_later) {
    NAVE_RETURN_IF_ERROR(CheckRecordRules(change.transaction, zone, {record_set.name()}));
  }
  NAVE_ASSIGN_OR_RETURN(std::string soa, SettleSerial(change.transaction, zone));
  if (IdOf(record_set.name()) == "SOA") record_set.set_rdata(0, soa);
  return absl::OkStatus();
}

// SOA and NS of the apex go with the zone (RFC 1034 section 4.2.1). Of one that somebody took over,
// deletion gives up the values; the automatic ones are back then.
absl::Status BeforeDelete(const Change& change) {
  const RecordSet& record_set = Before<RecordSet>(change);
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, record_set.name()));
  if (!IsAutomatic(record_set.name(), zone.domain_name()) || IsAdopted(zone, record_set))
    return absl::OkStatus();
  return RefuseRecord(
      record_set.name(),
      {"RFC 1034 section 4.2.1",
       "SOA and NS of the apex go with the zone; they can be changed, not deleted"});
}

absl::Status AfterDelete(const Change& change) {
  const RecordSet& record_set = Before<RecordSet>(change);
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, record_set.name()));
  if (IsAutomatic(record_set.name(), zone.domain_name())) {
    ResetApexRecord(change.transaction, zone, record_set, change.actor.now);
    EmitResourceEvent(change.transaction, change.actor, "nave.resource.created", record_set.name());
  }
  return SettleSerial(change.transaction, zone).status();
}

}  // namespace

Hooks RecordSetHooks() { return {BeforeWrite, AfterWrite, BeforeDelete, AfterDelete}; }

}  // namespace nave::catalog
