// What a zone may hold and is seldom meant.
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "lib/dns/zone_rules.h"

namespace nave::dns {
namespace {

using Warnings = std::vector<RuleWarning>;

absl::StatusOr<bool> HasAddress(const Name& owner, ZoneData& data) {
  absl::StatusOr<bool> has = data.Has(owner, RRType::kA);
  if (!has.ok() || *has) return has;
  return data.Has(owner, RRType::kAaaa);
}

// What a target resolves to is known for the part of the tree that the zone answers itself.
enum class Place { kOutside, kBelowCut, kInside };

absl::StatusOr<Place> PlaceOf(const Name& apex, const Name& target, ZoneData& data) {
  if (!target.IsSubdomainOf(apex)) return Place::kOutside;
  absl::StatusOr<std::optional<Name>> cut = CutAbove(apex, target, data);
  if (!cut.ok()) return cut.status();
  return cut->has_value() ? Place::kBelowCut : Place::kInside;
}

// RFC 4592 section 2.2: whether a wildcard, or a DNAME, gives a name that is not there an answer.
absl::StatusOr<bool> IsCovered(const Name& apex, const Name& target, ZoneData& data) {
  for (int count = target.label_count() - 1; count >= apex.label_count(); --count) {
    const Name above = target.Suffix(count);
    absl::StatusOr<bool> dname = data.Has(above, RRType::kDname);
    if (!dname.ok() || *dname) return dname;
    const std::optional<Name> wildcard = above.Wildcard();
    if (!wildcard.has_value()) continue;
    absl::StatusOr<std::vector<RRType>> types = data.TypesAt(*wildcard);
    if (!types.ok()) return types.status();
    if (!types->empty()) return true;
  }
  return false;
}

// RFC 2181 section 10.3, RFC 5321 section 5.1, RFC 2782.
absl::Status CheckTarget(const Name& apex, const RRset& rrset, const Name& target, ZoneData& data,
                         Warnings& out) {
  absl::StatusOr<Place> place = PlaceOf(apex, target, data);
  if (!place.ok()) return place.status();
  if (*place != Place::kInside) return absl::OkStatus();
  const std::string what = absl::StrCat(RRTypeToText(rrset.type), " names ", target.ToText());
  absl::StatusOr<bool> alias = data.Has(target, RRType::kCname);
  if (!alias.ok()) return alias.status();
  if (*alias) {
    out.push_back({"target is an alias (RFC 2181 section 10.3)",
                   absl::StrCat(what, ", which is a CNAME; name what it stands for")});
    return absl::OkStatus();
  }
  absl::StatusOr<bool> address = HasAddress(target, data);
  if (!address.ok()) return address.status();
  if (*address) return absl::OkStatus();
  absl::StatusOr<bool> covered = IsCovered(apex, target, data);
  if (!covered.ok()) return covered.status();
  if (*covered) return absl::OkStatus();
  out.push_back({"target without address (RFC 1912 section 2.4)",
                 absl::StrCat(what, ", which has neither A nor AAAA; add one")});
  return absl::OkStatus();
}

// RFC 1034 section 4.2.1: a server whose name is below the cut cannot be found without its address.
absl::Status CheckGlue(const RRset& rrset, const Name& target, ZoneData& data, Warnings& out) {
  absl::StatusOr<bool> address = HasAddress(target, data);
  if (!address.ok()) return address.status();
  if (*address) return absl::OkStatus();
  out.push_back(
      {"missing glue (RFC 1034 section 4.2.1)",
       absl::StrCat("the server ", target.ToText(), " of the delegation ", rrset.owner.ToText(),
                    " cannot be found without its address; add A or AAAA for it")});
  return absl::OkStatus();
}

absl::Status CheckTargets(const Name& apex, const RRset& rrset, ZoneData& data, Warnings& out) {
  for (const absl::string_view rdata : rrset.rdatas) {
    const std::optional<Name> target = RdataTarget(rrset.type, rdata);
    // A root target says that there is none (RFC 7505, RFC 2782).
    if (!target.has_value() || target->IsRoot()) continue;
    const bool glue =
        rrset.type == RRType::kNs && rrset.owner != apex && target->IsSubdomainOf(rrset.owner);
    absl::Status status =
        glue ? CheckGlue(rrset, *target, data, out) : CheckTarget(apex, rrset, *target, data, out);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckOrphan(const Name& apex, const RRset& rrset, ZoneData& data, Warnings& out) {
  absl::StatusOr<std::optional<Name>> cut = CutAbove(apex, rrset.owner, data);
  if (!cut.ok()) return cut.status();
  if (!cut->has_value()) return absl::OkStatus();
  absl::StatusOr<std::optional<RRset>> servers = data.Find(**cut, RRType::kNs);
  if (!servers.ok()) return servers.status();
  for (const absl::string_view rdata : (*servers)->rdatas) {
    if (RdataTarget(RRType::kNs, rdata) == rrset.owner) return absl::OkStatus();
  }
  out.push_back({"address below a cut (RFC 1034 section 4.2.1)",
                 absl::StrCat("no NS of ", (*cut)->ToText(),
                              " names it, so that nobody is told; delete it, or add the NS")});
  return absl::OkStatus();
}

absl::Status CheckDs(const RRset& rrset, ZoneData& data, Warnings& out) {
  absl::StatusOr<bool> delegated = data.Has(rrset.owner, RRType::kNs);
  if (!delegated.ok()) return delegated.status();
  if (!*delegated) {
    out.push_back({"DS without delegation (RFC 4035 section 2.4)",
                   "a DS says something about a delegation, and there is no NS; add it"});
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<Name>> CutAbove(const Name& apex, const Name& owner, ZoneData& data) {
  for (int count = apex.label_count() + 1; count <= owner.label_count(); ++count) {
    const Name above = owner.Suffix(count);
    absl::StatusOr<bool> cut = data.Has(above, RRType::kNs);
    if (!cut.ok()) return cut.status();
    if (*cut) return std::optional<Name>(above);
  }
  return std::optional<Name>();
}

absl::StatusOr<std::vector<RuleWarning>> WarningsOf(const Name& apex, const RRset& rrset,
                                                    ZoneData& data) {
  Warnings warnings;
  absl::Status status;
  switch (rrset.type) {
    case RRType::kNs:
    case RRType::kMx:
    case RRType::kSrv:
      status = CheckTargets(apex, rrset, data, warnings);
      break;
    case RRType::kA:
    case RRType::kAaaa:
      status = CheckOrphan(apex, rrset, data, warnings);
      break;
    case RRType::kDs:
      status = CheckDs(rrset, data, warnings);
      break;
    default:
      break;
  }
  if (!status.ok()) return status;
  return warnings;
}

}  // namespace nave::dns
