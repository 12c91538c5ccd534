// Record sets: what the DNS allows beside what, and the zone's serial.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/record_data.h"
#include "lib/dns/rdata.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/zone.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordSet;
using dns::v1::Zone;

absl::Status Refuse(const std::string& name, const std::string& why) {
  return Error(api::v1::INVALID_RECORD, absl::StrCat("'", name, "': ", why), {{"resource", name}});
}

absl::StatusOr<Zone> ZoneOf(store::Reader& reader, const std::string& record_set) {
  return ReadResource<Zone>(reader, SplitRecordSetName(record_set).zone);
}

absl::Status CheckPlace(const std::string& name, const dns::RRset& rrset, const dns::Name& apex) {
  if (!rrset.owner.IsSubdomainOf(apex)) {
    return Refuse(name, absl::StrCat("the owner is not in the zone ", apex.ToText()));
  }
  const bool at_apex = rrset.owner == apex;
  if (rrset.type == dns::RRType::kSoa && !at_apex)
    return Refuse(name, "an SOA stands at the apex alone");
  if (rrset.type == dns::RRType::kCname && at_apex) {
    return Refuse(name,
                  "a CNAME cannot stand at the apex, beside SOA and NS (RFC 1912 section 2.4)");
  }
  return absl::OkStatus();
}

// RFC 2181 section 10.1: a CNAME is alone at its owner.
absl::Status CheckCnameAlone(const Change& change, const RecordSetParts& parts) {
  const std::string prefix = RecordSetName(parts.zone, parts.owner, "");
  NAVE_ASSIGN_OR_RETURN(auto siblings,
                        ScanKind(change.transaction, RecordSet::descriptor(), prefix));
  for (const store::Entry& entry : siblings) {
    const std::string other = IdOf(entry.key);
    if (other == parts.rrtype || (other != "CNAME" && parts.rrtype != "CNAME")) continue;
    return Refuse(
        After<RecordSet>(change).name(),
        absl::StrCat("a CNAME cannot stand beside other data (RFC 2181 section 10.1), here ",
                     other));
  }
  return absl::OkStatus();
}

// RFC 6672 section 2.4: nothing stands below a DNAME.
absl::Status CheckDname(const Change& change, const dns::RRset& rrset, const std::string& zone,
                        const dns::Name& apex) {
  const std::string& name = After<RecordSet>(change).name();
  for (int count = rrset.owner.label_count() - 1; count >= apex.label_count(); --count) {
    const std::string above = RecordSetName(zone, rrset.owner.Suffix(count).ToKey(), "DNAME");
    NAVE_ASSIGN_OR_RETURN(bool covered, Exists(change.transaction, above));
    if (covered)
      return Refuse(name, absl::StrCat("stands below '", above, "' (RFC 6672 section 2.4)"));
  }
  if (rrset.type != dns::RRType::kDname) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(auto all, ScanKind(change.transaction, RecordSet::descriptor(),
                                           absl::StrCat(zone, "/recordSets/")));
  for (const store::Entry& entry : all) {
    NAVE_ASSIGN_OR_RETURN(dns::Name other,
                          dns::Name::FromText(SplitRecordSetName(entry.key).owner));
    if (other.IsStrictSubdomainOf(rrset.owner)) {
      return Refuse(name, absl::StrCat("'", entry.key, "' stands below it (RFC 6672 section 2.4)"));
    }
  }
  return absl::OkStatus();
}

absl::Status BeforeWrite(const Change& change) {
  RecordSet& record_set = After<RecordSet>(change);
  const RecordSetParts parts = SplitRecordSetName(record_set.name());
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, record_set.name()));
  NAVE_ASSIGN_OR_RETURN(dns::Name apex, dns::Name::FromText(zone.domain_name()));
  NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, ParseRecordSet(record_set));
  NAVE_RETURN_IF_ERROR(CheckPlace(record_set.name(), rrset, apex));
  if (change.creating()) {
    NAVE_RETURN_IF_ERROR(CheckCnameAlone(change, parts));
    NAVE_RETURN_IF_ERROR(CheckDname(change, rrset, parts.zone, apex));
  }
  record_set.clear_rdata();
  for (const std::string& text : rrset.RdataTexts()) record_set.add_rdata(text);
  return absl::OkStatus();
}

// A new SOA must be ahead of the old one, or secondaries and caches would not see it (RFC 1982
// section 3.2).
absl::Status KeepSerialAhead(const Change& change) {
  NAVE_ASSIGN_OR_RETURN(dns::RRset before, ParseRecordSet(Before<RecordSet>(change)));
  NAVE_ASSIGN_OR_RETURN(dns::RRset after, ParseRecordSet(After<RecordSet>(change)));
  std::optional<dns::Soa> old_soa = dns::ParseSoa(before.rdatas[0]);
  std::optional<dns::Soa> new_soa = dns::ParseSoa(after.rdatas[0]);
  if (static_cast<int32_t>(new_soa->serial - old_soa->serial) > 0) return absl::OkStatus();
  new_soa->serial = old_soa->serial + 1;
  After<RecordSet>(change).set_rdata(0,
                                     dns::RdataToText(dns::RRType::kSoa, dns::MakeSoa(*new_soa)));
  PutResource(change.transaction, After<RecordSet>(change));
  return absl::OkStatus();
}

absl::Status AfterWrite(const Change& change) {
  const RecordSet& record_set = After<RecordSet>(change);
  if (IdOf(record_set.name()) == "SOA")
    return change.creating() ? absl::OkStatus() : KeepSerialAhead(change);
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, record_set.name()));
  return BumpSerial(change.transaction, zone.name(), zone.domain_name());
}

absl::Status BeforeDelete(const Change& change) {
  const std::string& name = Before<RecordSet>(change).name();
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, name));
  if (!IsAutomatic(name, zone.domain_name())) return absl::OkStatus();
  return Refuse(name, "SOA and NS of the apex go with the zone; they can be changed, not deleted");
}

absl::Status AfterDelete(const Change& change) {
  NAVE_ASSIGN_OR_RETURN(Zone zone, ZoneOf(change.transaction, Before<RecordSet>(change).name()));
  return BumpSerial(change.transaction, zone.name(), zone.domain_name());
}

}  // namespace

Hooks RecordSetHooks() { return {BeforeWrite, AfterWrite, BeforeDelete, AfterDelete}; }

}  // namespace nave::catalog
