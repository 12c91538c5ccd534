#include "catalog/governance/zone_contents.h"

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/governance/read.h"
#include "catalog/governance/record_data.h"
#include "catalog/resource_name.h"
#include "nave/dns/v1/record_set.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordSet;

// Entries that one scan of a zone takes into memory.
constexpr size_t kScanPiece = 1000;

}  // namespace

absl::StatusOr<std::vector<dns::RRType>> ZoneContents::TypesAt(const dns::Name& owner) {
  const std::string prefix = RecordSetName(zone_, owner.ToKey(), "");
  NAVE_ASSIGN_OR_RETURN(auto entries,
                        store::ScanPrefix(reader_, store::Table::kResources, prefix, kMaxScan));
  std::vector<dns::RRType> types;
  for (const store::Entry& entry : entries) {
    const auto type = dns::RRTypeFromText(entry.key.substr(prefix.size()));
    if (type.has_value()) types.push_back(*type);
  }
  return types;
}

absl::StatusOr<bool> ZoneContents::Has(const dns::Name& owner, dns::RRType type) {
  return Exists(reader_, NameOf(owner, type));
}

absl::StatusOr<std::optional<dns::RRset>> ZoneContents::Find(const dns::Name& owner,
                                                             dns::RRType type) {
  NAVE_ASSIGN_OR_RETURN(auto record_set, catalog::Find<RecordSet>(reader_, NameOf(owner, type)));
  if (!record_set.has_value()) return std::optional<dns::RRset>();
  NAVE_ASSIGN_OR_RETURN(dns::RRset rrset, ParseRecordSet(*record_set));
  return std::optional<dns::RRset>(std::move(rrset));
}

std::string ZoneContents::NameOf(const dns::Name& owner, dns::RRType type) const {
  return RecordSetName(zone_, owner.ToKey(), dns::RRTypeToText(type));
}

absl::StatusOr<RecordSetKey> KeyOfRecordSet(const std::string& name) {
  const RecordSetParts parts = SplitRecordSetName(name);
  absl::StatusOr<dns::Name> owner = dns::Name::FromText(parts.owner);
  const auto type = dns::RRTypeFromText(parts.rrtype);
  if (owner.ok() && type.has_value()) return RecordSetKey{*owner, *type};
  return Error(api::v1::INVALID_NAME, absl::StrCat("'", name, "' is no name of a record set"),
               {{"resource", name}});
}

absl::Status ForEachRecordSet(store::Reader& reader, const std::string& zone,
                              absl::FunctionRef<absl::StatusOr<bool>(const store::Entry&)> visit) {
  std::string start = absl::StrCat(zone, "/recordSets/");
  const std::string end = store::PrefixEnd(start);
  while (true) {
    NAVE_ASSIGN_OR_RETURN(auto entries,
                          reader.Scan(store::Table::kResources, start, end, kScanPiece));
    for (const store::Entry& entry : entries) {
      NAVE_ASSIGN_OR_RETURN(bool more, visit(entry));
      if (!more) return absl::OkStatus();
    }
    if (entries.size() < kScanPiece) return absl::OkStatus();
    start = entries.back().key + '\0';
  }
}

}  // namespace nave::catalog
