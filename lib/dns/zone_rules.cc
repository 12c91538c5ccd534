#include "lib/dns/zone_rules.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

// Owner as a pointer, type, class, TTL, RDLENGTH: what each record needs beside its rdata.
constexpr size_t kRecordOverhead = 2 + 2 + 2 + 4 + 2;

bool IsAddress(RRType type) { return type == RRType::kA || type == RRType::kAaaa; }

// Signatures and the chain of denial, which a signed zone has at owners of every kind (RFC 4035
// sections 2.2 and 2.5).
bool IsSigning(RRType type) { return type == RRType::kRrsig || type == RRType::kNsec; }

// RFC 2181 section 6.1 and RFC 4035 section 2.6: the parent's side of a cut holds NS, DS and what
// signs them, and addresses when the cut itself is the name of a server.
bool MayStandAtCut(RRType type) {
  return type == RRType::kNs || type == RRType::kDs || IsAddress(type) || IsSigning(type);
}

bool Contains(absl::Span<const RRType> types, RRType type) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::optional<Breach> CheckCname(const Name& owner, absl::Span<const RRType> types) {
  if (!Contains(types, RRType::kCname)) return std::nullopt;
  for (const RRType other : types) {
    if (other == RRType::kCname || IsSigning(other)) continue;
    return Breach{"RFC 1034 section 3.6.2, RFC 2181 section 10.1",
                  absl::StrCat("a CNAME is alone at its owner, and ", owner.ToText(), " has ",
                               RRTypeToText(other), " too")};
  }
  return std::nullopt;
}

std::optional<Breach> CheckCut(const Name& owner, absl::Span<const RRType> types) {
  for (const RRType other : types) {
    if (MayStandAtCut(other)) continue;
    if (other == RRType::kDname) {
      return Breach{"RFC 6672 section 2.3", "a DNAME stands beside NS at the apex only"};
    }
    return Breach{"RFC 2181 section 6.1",
                  absl::StrCat(owner.ToText(), " is delegated by its NS: its ", RRTypeToText(other),
                               " belongs into the zone below the cut")};
  }
  return std::nullopt;
}

std::optional<Breach> CheckWildcard(const RRset& rrset) {
  if (!rrset.owner.IsWildcard()) return std::nullopt;
  if (rrset.type == RRType::kNs)
    return Breach{"RFC 4592 section 4.2", "a wildcard cannot be delegated"};
  if (rrset.type == RRType::kDname)
    return Breach{"RFC 4592 section 4.4", "a wildcard cannot own a DNAME"};
  return std::nullopt;
}

size_t SizeInMessage(const RRset& rrset) {
  size_t size = kMessageRoom;
  for (const absl::string_view rdata : rrset.rdatas) size += kRecordOverhead + rdata.size();
  return size;
}

// The RRsets of a zone file by their owners.
class OwnerMap final : public ZoneData {
 public:
  // False when the RRset is there already.
  bool Add(const RRset& rrset) {
    std::vector<const RRset*>& owner = owners_[rrset.owner];
    for (const RRset* present : owner) {
      if (present->type == rrset.type) return false;
    }
    owner.push_back(&rrset);
    return true;
  }
  absl::StatusOr<std::vector<RRType>> TypesAt(const Name& owner) override {
    std::vector<RRType> types;
    const auto found = owners_.find(owner);
    if (found == owners_.end()) return types;
    for (const RRset* rrset : found->second) types.push_back(rrset->type);
    return types;
  }
  absl::StatusOr<bool> Has(const Name& owner, RRType type) override {
    return Pointer(owner, type) != nullptr;
  }
  absl::StatusOr<std::optional<RRset>> Find(const Name& owner, RRType type) override {
    const RRset* rrset = Pointer(owner, type);
    return rrset == nullptr ? std::nullopt : std::optional<RRset>(*rrset);
  }

 private:
  const RRset* Pointer(const Name& owner, RRType type) const {
    const auto found = owners_.find(owner);
    if (found == owners_.end()) return nullptr;
    for (const RRset* rrset : found->second) {
      if (rrset->type == type) return rrset;
    }
    return nullptr;
  }

  absl::flat_hash_map<Name, std::vector<const RRset*>> owners_;
};

absl::Status Invalid(const RRset& rrset, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(rrset.owner.ToText(), " ", RRTypeToText(rrset.type), ": ", why));
}

}  // namespace

std::string Breach::ToText() const { return absl::StrCat(text, " (", rule, ")"); }

bool Covers(const Name& apex, const Name& owner, RRType type) {
  return type == RRType::kDname || (type == RRType::kNs && owner != apex);
}

std::optional<Breach> CheckSingle(const RRset& rrset) {
  if (rrset.rdatas.size() < 2) return std::nullopt;
  switch (rrset.type) {
    case RRType::kSoa:
      return Breach{"RFC 2181 section 6.1", "a zone has one SOA: it may have one rdata only"};
    case RRType::kCname:
      return Breach{"RFC 2181 section 10.1", "a CNAME may have one rdata only"};
    case RRType::kDname:
      return Breach{"RFC 6672 section 2.4", "a DNAME may have one rdata only"};
    default:
      return std::nullopt;
  }
}

std::optional<Breach> CheckAlone(const Name& apex, const RRset& rrset) {
  if (!rrset.owner.IsSubdomainOf(apex)) {
    return Breach{"RFC 1034 section 4.2.1",
                  absl::StrCat("the owner is not below the apex ", apex.ToText())};
  }
  const bool at_apex = rrset.owner == apex;
  if (rrset.type == RRType::kSoa && !at_apex)
    return Breach{"RFC 1035 section 5.2", "SOA belongs to the apex only"};
  if (rrset.type == RRType::kCname && at_apex) {
    return Breach{"RFC 1912 section 2.4", "a CNAME cannot be at the apex, beside SOA and NS"};
  }
  if (rrset.type == RRType::kDs && at_apex)
    return Breach{"RFC 4035 section 2.4",
                  "a DS stands at the parent's side of a cut, not at the apex"};
  if (auto breach = CheckWildcard(rrset)) return breach;
  const size_t size = SizeInMessage(rrset);
  if (size <= kMaxMessageSize) return std::nullopt;
  return Breach{"RFC 1035 section 4.2.2",
                absl::StrCat("the RRset needs ", size, " octets of a message, which holds ",
                             kMaxMessageSize)};
}

std::optional<Breach> CheckTogether(const Name& apex, const Name& owner,
                                    absl::Span<const RRType> types) {
  if (auto breach = CheckCname(owner, types)) return breach;
  const bool cut = owner != apex && Contains(types, RRType::kNs);
  return cut ? CheckCut(owner, types) : std::nullopt;
}

std::optional<Breach> CheckBelow(const Name& apex, const Name& above, RRType cover,
                                 const Name& owner, RRType type) {
  if (!Covers(apex, above, cover)) return std::nullopt;
  if (cover == RRType::kDname) {
    // RFC 6672 section 2.4 knows one exception, and an apex has it: the chain of denial of NSEC3
    // stands directly below the apex.
    if (above == apex && (type == RRType::kNsec3 || type == RRType::kRrsig)) return std::nullopt;
    return Breach{"RFC 6672 section 2.4",
                  absl::StrCat(owner.ToText(), " ", RRTypeToText(type),
                               " is hidden by the DNAME at ", above.ToText())};
  }
  if (IsAddress(type)) return std::nullopt;
  return Breach{
      "RFC 1034 section 4.2.1",
      absl::StrCat(owner.ToText(), " ", RRTypeToText(type), " is hidden by the delegation at ",
                   above.ToText(), ", below which only addresses of its servers may stand")};
}

absl::StatusOr<std::optional<Breach>> CheckInZone(const Name& apex, const Name& owner, RRType type,
                                                  ZoneData& data) {
  absl::StatusOr<std::vector<RRType>> types = data.TypesAt(owner);
  if (!types.ok()) return types.status();
  if (auto breach = CheckTogether(apex, owner, *types)) return breach;
  for (int count = owner.label_count() - 1; count >= apex.label_count(); --count) {
    const Name above = owner.Suffix(count);
    for (const RRType cover : {RRType::kDname, RRType::kNs}) {
      absl::StatusOr<bool> has = data.Has(above, cover);
      if (!has.ok()) return has.status();
      if (!*has) continue;
      if (auto breach = CheckBelow(apex, above, cover, owner, type)) return breach;
    }
  }
  return std::optional<Breach>();
}

absl::Status ValidateZone(const Name& apex, absl::Span<const RRset> rrsets) {
  OwnerMap owners;
  for (const RRset& rrset : rrsets) {
    if (absl::Status status = ValidateRRset(rrset); !status.ok()) return status;
    if (auto breach = CheckAlone(apex, rrset)) return Invalid(rrset, breach->ToText());
    if (!owners.Add(rrset)) return Invalid(rrset, "this RRset comes twice");
  }
  for (const RRset& rrset : rrsets) {
    auto breach = CheckInZone(apex, rrset.owner, rrset.type, owners);
    if (!breach.ok()) return breach.status();
    if (breach->has_value()) return Invalid(rrset, (*breach)->ToText());
  }
  return absl::OkStatus();
}

}  // namespace nave::dns
