#include "catalog/governance/record_rules.h"

#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/record_data.h"
#include "catalog/governance/zone_contents.h"
#include "nave/dns/v1/record_set.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordSet;
using dns::v1::Zone;
using dns::v1::ZoneWarning;

// The new DNAMEs and delegations of a transaction, by their owners.
using Covers = absl::flat_hash_map<dns::Name, std::vector<dns::RRType>>;

// What stands below new covers, in one pass however many there are.
absl::Status CheckBelowCovers(store::Reader& reader, const Zone& zone, const dns::Name& apex,
                              const Covers& covers) {
  ZoneContents contents(reader, zone.name());
  auto visit = [&](const store::Entry& entry) -> absl::StatusOr<bool> {
    NAVE_ASSIGN_OR_RETURN(RecordSetKey key, KeyOfRecordSet(entry.key));
    for (int count = key.owner.label_count() - 1; count >= apex.label_count(); --count) {
      const auto found = covers.find(key.owner.Suffix(count));
      if (found == covers.end()) continue;
      for (const dns::RRType cover : found->second) {
        const auto breach = dns::CheckBelow(apex, found->first, cover, key.owner, key.type);
        if (breach) return RefuseRecord(contents.NameOf(found->first, cover), *breach);
      }
    }
    return true;
  };
  return ForEachRecordSet(reader, zone.name(), visit);
}

// Whether a record set is there now and was not before the transaction: the rules are about which
// types stand where, so that what merely got other values breaks none.
absl::StatusOr<bool> IsNew(store::Transaction& transaction, const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(bool exists, Exists(transaction, name));
  if (!exists) return false;
  NAVE_ASSIGN_OR_RETURN(bool before, Exists(transaction.snapshot(), name));
  return !before;
}

bool IsAddress(dns::RRType type) { return type == dns::RRType::kA || type == dns::RRType::kAaaa; }

bool MayWarn(dns::RRType type) {
  return IsAddress(type) || type == dns::RRType::kNs || type == dns::RRType::kMx ||
         type == dns::RRType::kSrv || type == dns::RRType::kDs;
}

absl::Status WarnOf(const RecordSet& record_set, const dns::Name& apex, dns::ZoneData& data,
                    ZoneWarnings* warnings) {
  NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, ParseRecordSet(record_set));
  NAVE_ASSIGN_OR_RETURN(auto found, dns::WarningsOf(apex, rrset, data));
  for (dns::RuleWarning& warning : found) {
    if (warnings->size() == kMaxZoneWarnings) break;
    ZoneWarning* added = warnings->Add();
    added->set_record_set(record_set.name());
    added->set_rule(std::move(warning.rule));
    added->set_text(std::move(warning.text));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RefuseRecord(const std::string& record_set, const dns::Breach& breach) {
  return Error(api::v1::INVALID_RECORD, absl::StrCat("'", record_set, "': ", breach.ToText()),
               {{"resource", record_set}, {"rule", breach.rule}});
}

absl::Status CheckRecordRules(store::Transaction& transaction, const Zone& zone,
                              const std::vector<std::string>& written) {
  NAVE_ASSIGN_OR_RETURN(dns::Name apex, dns::Name::FromText(zone.domain_name()));
  ZoneContents contents(transaction, zone.name());
  Covers covers;
  for (const std::string& name : written) {
    NAVE_ASSIGN_OR_RETURN(bool is_new, IsNew(transaction, name));
    if (!is_new) continue;
    NAVE_ASSIGN_OR_RETURN(RecordSetKey key, KeyOfRecordSet(name));
    NAVE_ASSIGN_OR_RETURN(auto breach, dns::CheckInZone(apex, key.owner, key.type, contents));
    if (breach.has_value()) return RefuseRecord(name, *breach);
    if (dns::Covers(apex, key.owner, key.type)) covers[key.owner].push_back(key.type);
  }
  if (covers.empty()) return absl::OkStatus();
  return CheckBelowCovers(transaction, zone, apex, covers);
}

absl::Status AddRecordWarnings(store::Reader& reader, const Zone& zone,
                               const std::vector<std::string>& touched, ZoneWarnings* warnings) {
  NAVE_ASSIGN_OR_RETURN(dns::Name apex, dns::Name::FromText(zone.domain_name()));
  ZoneContents contents(reader, zone.name());
  std::set<std::string> names;
  for (const std::string& name : touched) {
    NAVE_ASSIGN_OR_RETURN(RecordSetKey key, KeyOfRecordSet(name));
    if (MayWarn(key.type)) names.insert(name);
    if (key.type == dns::RRType::kNs) names.insert(contents.NameOf(key.owner, dns::RRType::kDs));
    if (!IsAddress(key.type)) continue;
    NAVE_ASSIGN_OR_RETURN(auto cut, dns::CutAbove(apex, key.owner, contents));
    if (cut.has_value()) names.insert(contents.NameOf(*cut, dns::RRType::kNs));
  }
  for (const std::string& name : names) {
    NAVE_ASSIGN_OR_RETURN(auto record_set, Find<RecordSet>(reader, name));
    if (!record_set.has_value()) continue;
    NAVE_RETURN_IF_ERROR(WarnOf(*record_set, apex, contents, warnings));
  }
  return absl::OkStatus();
}

absl::Status AddZoneWarnings(store::Reader& reader, const Zone& zone, ZoneWarnings* warnings) {
  NAVE_ASSIGN_OR_RETURN(dns::Name apex, dns::Name::FromText(zone.domain_name()));
  ZoneContents contents(reader, zone.name());
  int seen = 0;
  auto visit = [&](const store::Entry& entry) -> absl::StatusOr<bool> {
    if (++seen > kMaxCheckedRecordSets) {
      return Error(api::v1::LIMIT_REACHED, absl::StrCat("'", zone.name(), "' has more than ",
                                                        kMaxCheckedRecordSets, " record sets"));
    }
    NAVE_ASSIGN_OR_RETURN(RecordSetKey key, KeyOfRecordSet(entry.key));
    if (!MayWarn(key.type)) return true;
    RecordSet record_set;
    NAVE_RETURN_IF_ERROR(FillFromEntry(entry, &record_set));
    NAVE_RETURN_IF_ERROR(WarnOf(record_set, apex, contents, warnings));
    return warnings->size() < kMaxZoneWarnings;
  };
  return ForEachRecordSet(reader, zone.name(), visit);
}

}  // namespace nave::catalog
