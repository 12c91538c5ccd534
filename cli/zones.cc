#include "cli/zones.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/calls.h"
#include "cli/errors.h"
#include "lib/dns/idna.h"
#include "nave/dns/v1/zone.pb.h"

namespace nave::cli {
namespace {

using nave::dns::v1::RecordSet;
using nave::dns::v1::Zone;

// Segments of a record set's name: accounts/a/zones/z/recordSets/OWNER/TYPE.
constexpr size_t kNameSegments = 7;

absl::StatusOr<ZoneRef> RefOf(const Zone& zone) {
  absl::StatusOr<dns::Name> apex = dns::Name::FromText(zone.domain_name());
  if (apex.ok()) return ZoneRef{zone.name(), *apex};
  return absl::InternalError(
      absl::StrCat("the server sent the zone ", zone.name(), " with a malformed apex"));
}

absl::StatusOr<ZoneRef> GetZone(ControlPlane& control_plane, const std::string& text) {
  api::v1::GetRequest request;
  NAVE_ASSIGN_OR_RETURN(*request.mutable_name(),
                        NameArgument("accounts/{account}/zones/{zone}", text));
  Zone zone;
  NAVE_RETURN_IF_ERROR(control_plane.Call("nave.dns.v1.ZoneService/GetZone", request, &zone));
  return RefOf(zone);
}

bool Fits(const Zone& zone, const std::string& text) {
  if (absl::EndsWith(zone.name(), absl::StrCat("/zones/", text))) return true;
  absl::StatusOr<dns::Name> apex = dns::Name::FromText(zone.domain_name());
  absl::StatusOr<dns::Name> wanted = dns::NameFromUnicode(text);
  return apex.ok() && wanted.ok() && *apex == *wanted;
}

// Without an account an id could be anybody's: only an apex is looked for then.
absl::StatusOr<api::v1::ListRequest> ListOf(const std::string& text, const std::string& account) {
  api::v1::ListRequest request;
  if (!account.empty()) {
    NAVE_ASSIGN_OR_RETURN(*request.mutable_parent(), NameArgument("accounts/{account}", account));
    return request;
  }
  absl::StatusOr<dns::Name> apex = dns::NameFromUnicode(text);
  if (!apex.ok()) {
    return UsageError(absl::StrCat("zone '", text, "' is neither a resource name nor an apex: ",
                                   std::string(apex.status().message())));
  }
  const std::string quoted = absl::StrReplaceAll(apex->ToKey(), {{"\\", "\\\\"}, {"\"", "\\\""}});
  request.set_filter(absl::StrCat("domain_name = \"", quoted, "\""));
  return request;
}

}  // namespace

absl::StatusOr<ZoneRef> FindZone(ControlPlane& control_plane, const std::string& zone,
                                 const std::string& account) {
  if (absl::StrContains(zone, "/")) return GetZone(control_plane, zone);
  NAVE_ASSIGN_OR_RETURN(api::v1::ListRequest request, ListOf(zone, account));
  NAVE_ASSIGN_OR_RETURN(std::vector<Zone> zones,
                        ListAll(control_plane, "nave.dns.v1.ZoneService/ListZones", request,
                                &nave::dns::v1::ListZonesResponse::zones));
  std::vector<std::string> names;
  const Zone* found = nullptr;
  for (const Zone& each : zones) {
    if (!Fits(each, zone)) continue;
    names.push_back(each.name());
    found = &each;
  }
  if (names.size() == 1) return RefOf(*found);
  if (names.size() > 1) {
    return UsageError(absl::StrCat("several zones are '", zone,
                                   "'; name one of them: ", absl::StrJoin(names, ", ")));
  }
  return UsageError(absl::StrCat(
      "there is no zone '", zone, "' that you may read",
      account.empty() ? "; give its apex, its resource name, or --account with its id"
                      : absl::StrCat(" in account ", account, "; see `nave zone list`")));
}

absl::StatusOr<dns::Name> OwnerOf(const ZoneRef& zone, const std::string& text) {
  absl::StatusOr<dns::Name> absolute = dns::NameFromUnicode(text);
  absl::StatusOr<dns::Name> owner = dns::NameFromUnicode(text, zone.apex);
  // A relative owner that ends with the apex is one whose final dot was forgotten.
  if (text != "@" && absolute.ok() && absolute->IsSubdomainOf(zone.apex)) owner = absolute;
  if (!owner.ok()) {
    return UsageError(absl::StrCat("owner '", text, "': ", std::string(owner.status().message())));
  }
  if (owner->IsSubdomainOf(zone.apex)) return owner->ToLower();
  return UsageError(absl::StrCat("owner '", text, "' is not in the zone ", zone.apex.ToText(),
                                 "; leave out the final dot for a name below the apex"));
}

std::string RecordSetName(const ZoneRef& zone, const dns::Name& owner, dns::RRType type) {
  return absl::StrCat(zone.name, "/recordSets/",
                      absl::StrReplaceAll(owner.ToKey(), {{"/", "\\047"}}), "/",
                      dns::RRTypeToText(type));
}

RecordSet ToRecordSet(const ZoneRef& zone, const dns::RRset& rrset) {
  RecordSet record_set;
  record_set.set_name(RecordSetName(zone, rrset.owner, rrset.type));
  record_set.set_ttl_seconds(static_cast<int32_t>(rrset.ttl));
  for (const std::string& text : rrset.RdataTexts()) record_set.add_rdata(text);
  return record_set;
}

absl::StatusOr<dns::RRset> ToRRset(const RecordSet& record_set) {
  const std::vector<std::string> parts = absl::StrSplit(record_set.name(), '/');
  auto malformed = [&](const std::string& why) {
    return absl::InternalError(
        absl::StrCat("the server sent the record set '", record_set.name(), "': ", why));
  };
  if (parts.size() != kNameSegments) return malformed("no name of a record set");
  dns::RRset rrset;
  absl::StatusOr<dns::Name> owner = dns::Name::FromText(parts[5]);
  if (!owner.ok()) return malformed(std::string(owner.status().message()));
  const auto type = dns::RRTypeFromText(parts[6]);
  if (!type.has_value()) return malformed("an unknown type");
  rrset.owner = *owner;
  rrset.type = *type;
  rrset.ttl = static_cast<uint32_t>(record_set.ttl_seconds());
  for (const std::string& text : record_set.rdata()) {
    absl::Status added = rrset.AddText(text);
    if (!added.ok()) return malformed(std::string(added.message()));
  }
  return rrset;
}

absl::StatusOr<std::vector<RecordSet>> ListRecordSets(ControlPlane& control_plane,
                                                      const std::string& zone) {
  api::v1::ListRequest request;
  request.set_parent(zone);
  return ListAll(control_plane, "nave.dns.v1.RecordSetService/ListRecordSets", request,
                 &nave::dns::v1::ListRecordSetsResponse::record_sets);
}

}  // namespace nave::cli
