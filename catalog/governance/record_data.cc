#include "catalog/governance/record_data.h"

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/read.h"
#include "catalog/governance/times.h"
#include "catalog/resource_name.h"
#include "lib/base/check.h"
#include "lib/dns/idna.h"
#include "lib/dns/rdata.h"
#include "lib/dns/zone_rules.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordSet;

// A private zone is answered by whatever resolver asks for it: its server's name leads nowhere (RFC
// 6761 section 6.4).
constexpr char kServerName[] = "ns.nave.invalid.";
constexpr char kHostmaster[] = "hostmaster.nave.invalid.";
constexpr int kApexTtlSeconds = 3600;
constexpr uint32_t kFirstSerial = 1;
constexpr uint32_t kRefreshSeconds = 7200;
constexpr uint32_t kRetrySeconds = 900;
constexpr uint32_t kExpireSeconds = 1209600;
// How long others keep a "there is none": short, so that a new name answers soon (RFC 2308 section
// 5).
constexpr uint32_t kNegativeTtlSeconds = 30;

absl::Status RecordError(const RecordSet& record_set, absl::string_view why, const char* rule) {
  return Error(api::v1::INVALID_RECORD, absl::StrCat("'", record_set.name(), "': ", why),
               {{"resource", record_set.name()}, {"rule", rule}});
}

RecordSet AutomaticRecordSet(const dns::v1::Zone& zone, const std::string& rrtype,
                             uint32_t serial) {
  RecordSet record_set;
  record_set.set_name(RecordSetName(zone.name(), zone.domain_name(), rrtype));
  record_set.set_ttl_seconds(kApexTtlSeconds);
  record_set.add_rdata(rrtype == "NS" ? kServerName
                                      : absl::StrCat(kServerName, " ", kHostmaster, " ", serial,
                                                     " ", kRefreshSeconds, " ", kRetrySeconds, " ",
                                                     kExpireSeconds, " ", kNegativeTtlSeconds));
  return record_set;
}

void PutApex(store::Transaction& transaction, RecordSet record_set, absl::Time now) {
  SetTime(now, record_set.mutable_metadata()->mutable_create_time());
  SetTime(now, record_set.mutable_metadata()->mutable_update_time());
  PutResource(transaction, record_set);
}

absl::StatusOr<dns::Soa> SoaOf(const RecordSet& record_set) {
  NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, ParseRecordSet(record_set));
  std::optional<dns::Soa> soa = dns::ParseSoa(rrset.rdatas.front());
  NAVE_CHECK(soa.has_value());
  return *soa;
}

// The serial that the transaction found; nothing for a zone that it makes itself.
absl::StatusOr<std::optional<uint32_t>> SerialFound(store::Transaction& transaction,
                                                    const std::string& soa_name) {
  NAVE_ASSIGN_OR_RETURN(auto record_set, Find<RecordSet>(transaction.snapshot(), soa_name));
  if (!record_set.has_value()) return std::optional<uint32_t>();
  NAVE_ASSIGN_OR_RETURN(dns::Soa soa, SoaOf(*record_set));
  return std::optional<uint32_t>(soa.serial);
}

// RFC 1982 section 3.2. Half-way around, where that leaves open which is ahead, neither is.
bool IsAhead(uint32_t serial, uint32_t of) { return static_cast<int32_t>(serial - of) > 0; }

void SetSoa(const dns::Soa& soa, RecordSet* record_set) {
  record_set->set_rdata(0, dns::RdataToText(dns::RRType::kSoa, dns::MakeSoa(soa)));
}

}  // namespace

absl::StatusOr<dns::RRset> ParseRecordSet(const RecordSet& record_set) {
  RecordSetParts parts = SplitRecordSetName(record_set.name());
  dns::RRset rrset;
  NAVE_ASSIGN_OR_RETURN(rrset.owner, dns::Name::FromText(parts.owner));
  std::optional<dns::RRType> type = dns::RRTypeFromText(parts.rrtype);
  NAVE_CHECK(type.has_value());
  rrset.type = *type;
  if (record_set.ttl_seconds() < 0)
    return FieldError("ttl_seconds", "is negative (RFC 2181 section 8)");
  rrset.ttl = static_cast<uint32_t>(record_set.ttl_seconds());
  for (const std::string& text : record_set.rdata()) {
    absl::StatusOr<std::string> ascii = dns::ToAsciiRdata(rrset.type, text);
    absl::Status added = ascii.ok() ? rrset.AddText(*ascii) : ascii.status();
    if (added.ok()) continue;
    return RecordError(
        record_set, absl::StrCat("'", text, "': ", added.message()),
        absl::IsAlreadyExists(added) ? "RFC 2181 section 5" : "RFC 1035 section 5.1");
  }
  if (const auto breach = dns::CheckSingle(rrset))
    return RecordError(record_set, breach->ToText(), breach->rule.c_str());
  absl::Status valid = dns::ValidateRRset(rrset);
  if (!valid.ok()) return RecordError(record_set, valid.message(), "RFC 2181 section 5");
  return rrset;
}

bool IsAutomatic(const std::string& record_set, const std::string& apex) {
  RecordSetParts parts = SplitRecordSetName(record_set);
  return RecordSetName(parts.zone, apex, parts.rrtype) == record_set &&
         (parts.rrtype == "SOA" || parts.rrtype == "NS");
}

bool IsAdopted(const dns::v1::Zone& zone, const RecordSet& record_set) {
  if (!record_set.metadata().owner().empty() || !record_set.metadata().labels().empty())
    return true;
  const std::string rrtype = IdOf(record_set.name());
  uint32_t serial = kFirstSerial;
  if (rrtype == "SOA") {
    absl::StatusOr<dns::Soa> soa = SoaOf(record_set);
    if (!soa.ok()) return true;
    serial = soa->serial;
  }
  const RecordSet automatic = AutomaticRecordSet(zone, rrtype, serial);
  return record_set.ttl_seconds() != automatic.ttl_seconds() || record_set.rdata_size() != 1 ||
         record_set.rdata(0) != automatic.rdata(0);
}

void PutApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone, absl::Time now) {
  for (const char* rrtype : {"NS", "SOA"})
    PutApex(transaction, AutomaticRecordSet(zone, rrtype, kFirstSerial), now);
}

void ResetApexRecord(store::Transaction& transaction, const dns::v1::Zone& zone,
                     const RecordSet& record_set, absl::Time now) {
  const std::string rrtype = IdOf(record_set.name());
  uint32_t serial = kFirstSerial;
  if (rrtype == "SOA") {
    absl::StatusOr<dns::Soa> soa = SoaOf(record_set);
    if (soa.ok()) serial = soa->serial;
  }
  PutApex(transaction, AutomaticRecordSet(zone, rrtype, serial), now);
}

void DeleteApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone) {
  for (const char* rrtype : {"SOA", "NS"}) {
    transaction.Delete(store::Table::kResources,
                       RecordSetName(zone.name(), zone.domain_name(), rrtype));
  }
}

absl::Status KeepSerialAhead(store::Transaction& transaction, const RecordSet& before,
                             RecordSet* after) {
  NAVE_ASSIGN_OR_RETURN(auto found, SerialFound(transaction, before.name()));
  NAVE_ASSIGN_OR_RETURN(dns::Soa wanted, SoaOf(*after));
  if (!found.has_value() || IsAhead(wanted.serial, *found)) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(dns::Soa present, SoaOf(before));
  wanted.serial = present.serial;
  SetSoa(wanted, after);
  return absl::OkStatus();
}

absl::StatusOr<std::string> SettleSerial(store::Transaction& transaction,
                                         const dns::v1::Zone& zone) {
  const std::string name = RecordSetName(zone.name(), zone.domain_name(), "SOA");
  NAVE_ASSIGN_OR_RETURN(auto record_set, ReadResource<RecordSet>(transaction, name));
  NAVE_ASSIGN_OR_RETURN(auto found, SerialFound(transaction, name));
  NAVE_ASSIGN_OR_RETURN(dns::Soa soa, SoaOf(record_set));
  if (found.has_value() && !IsAhead(soa.serial, *found)) {
    soa.serial = *found + 1;
    SetSoa(soa, &record_set);
    PutResource(transaction, record_set);
  }
  return record_set.rdata(0);
}

}  // namespace nave::catalog
