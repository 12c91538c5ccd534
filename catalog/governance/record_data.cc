#include "catalog/governance/record_data.h"

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/read.h"
#include "catalog/governance/times.h"
#include "catalog/resource_name.h"
#include "lib/base/check.h"
#include "lib/dns/rdata.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordSet;

// A private zone is answered by whatever resolver asks for it: its server's name leads nowhere (RFC
// 6761 section 6.4).
constexpr char kServerName[] = "ns.nave.invalid.";
constexpr char kHostmaster[] = "hostmaster.nave.invalid.";
constexpr int kApexTtlSeconds = 3600;
constexpr uint32_t kRefreshSeconds = 7200;
constexpr uint32_t kRetrySeconds = 900;
constexpr uint32_t kExpireSeconds = 1209600;
// How long others keep a "there is none": short, so that a new name answers soon (RFC 2308 section
// 5).
constexpr uint32_t kNegativeTtlSeconds = 30;

absl::Status RecordError(const RecordSet& record_set, absl::string_view why) {
  return Error(api::v1::INVALID_RECORD, absl::StrCat("'", record_set.name(), "': ", why),
               {{"resource", record_set.name()}});
}

void PutApex(store::Transaction& transaction, const dns::v1::Zone& zone, const char* rrtype,
             const std::string& rdata, absl::Time now) {
  RecordSet record_set;
  record_set.set_name(RecordSetName(zone.name(), zone.domain_name(), rrtype));
  SetTime(now, record_set.mutable_metadata()->mutable_create_time());
  SetTime(now, record_set.mutable_metadata()->mutable_update_time());
  record_set.mutable_metadata()->set_owner(zone.metadata().owner());
  record_set.set_ttl_seconds(kApexTtlSeconds);
  record_set.add_rdata(rdata);
  PutResource(transaction, record_set);
}

}  // namespace

absl::StatusOr<dns::RRset> ParseRecordSet(const RecordSet& record_set) {
  RecordSetParts parts = SplitRecordSetName(record_set.name());
  dns::RRset rrset;
  NAVE_ASSIGN_OR_RETURN(rrset.owner, dns::Name::FromText(parts.owner));
  std::optional<dns::RRType> type = dns::RRTypeFromText(parts.rrtype);
  NAVE_CHECK(type.has_value());
  rrset.type = *type;
  if (record_set.ttl_seconds() < 0) return FieldError("ttl_seconds", "is negative");
  rrset.ttl = static_cast<uint32_t>(record_set.ttl_seconds());
  for (const std::string& text : record_set.rdata()) {
    absl::Status added = rrset.AddText(text);
    if (!added.ok())
      return RecordError(record_set, absl::StrCat("'", text, "': ", added.message()));
  }
  absl::Status valid = dns::ValidateRRset(rrset);
  if (!valid.ok()) return RecordError(record_set, valid.message());
  return rrset;
}

bool IsAutomatic(const std::string& record_set, const std::string& apex) {
  RecordSetParts parts = SplitRecordSetName(record_set);
  return RecordSetName(parts.zone, apex, parts.rrtype) == record_set &&
         (parts.rrtype == "SOA" || parts.rrtype == "NS");
}

void PutApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone, absl::Time now) {
  PutApex(transaction, zone, "NS", kServerName, now);
  PutApex(transaction, zone, "SOA",
          absl::StrCat(kServerName, " ", kHostmaster, " 1 ", kRefreshSeconds, " ", kRetrySeconds,
                       " ", kExpireSeconds, " ", kNegativeTtlSeconds),
          now);
}

void DeleteApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone) {
  for (const char* rrtype : {"SOA", "NS"}) {
    transaction.Delete(store::Table::kResources,
                       RecordSetName(zone.name(), zone.domain_name(), rrtype));
  }
}

absl::Status BumpSerial(store::Transaction& transaction, const std::string& zone,
                        const std::string& apex) {
  NAVE_ASSIGN_OR_RETURN(auto record_set,
                        ReadResource<RecordSet>(transaction, RecordSetName(zone, apex, "SOA")));
  // What this transaction has written itself has no revision yet: the serial moved on already.
  if (record_set.metadata().revision() == 0) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, ParseRecordSet(record_set));
  std::optional<dns::Soa> soa = dns::ParseSoa(rrset.rdatas[0]);
  NAVE_CHECK(soa.has_value());
  ++soa->serial;
  record_set.set_rdata(0, dns::RdataToText(dns::RRType::kSoa, dns::MakeSoa(*soa)));
  PutResource(transaction, record_set);
  return absl::OkStatus();
}

}  // namespace nave::catalog
