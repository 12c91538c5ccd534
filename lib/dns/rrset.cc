#include "lib/dns/rrset.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

// Types of which an owner has one rdata at most (RFC 1035, RFC 2181 section 10.1, RFC 6672
// section 2.4).
bool IsSingleton(RRType type) {
  return type == RRType::kSoa || type == RRType::kCname || type == RRType::kDname;
}

// RFC 2181 section 10.1 and RFC 4034 section 3 and 4: what may stand beside a CNAME.
bool MayJoinCname(RRType type) { return type == RRType::kRrsig || type == RRType::kNsec; }

std::string Title(const RRset& rrset) {
  return absl::StrCat(rrset.owner.ToText(), " ", RRTypeToText(rrset.type));
}

absl::Status Invalid(const RRset& rrset, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(Title(rrset), ": ", why));
}

// What an owner of a zone has, as far as other RRsets depend on it.
struct OwnerTypes {
  absl::flat_hash_set<RRType> types;
  bool cname = false;
  bool other = false;
  bool dname = false;
};
using OwnerMap = absl::flat_hash_map<Name, OwnerTypes>;

absl::Status AddToOwner(const Name& apex, const RRset& rrset, OwnerMap* owners) {
  if (!rrset.owner.IsSubdomainOf(apex)) {
    return Invalid(rrset, absl::StrCat("the owner is not below the apex ", apex.ToText()));
  }
  const bool at_apex = rrset.owner == apex;
  if (rrset.type == RRType::kSoa && !at_apex) return Invalid(rrset, "SOA belongs to the apex only");
  if (rrset.type == RRType::kCname && at_apex) {
    return Invalid(rrset, "a CNAME cannot be at the apex, beside SOA");
  }
  OwnerTypes& owner = (*owners)[rrset.owner];
  if (!owner.types.insert(rrset.type).second) return Invalid(rrset, "this RRset comes twice");
  owner.cname |= rrset.type == RRType::kCname;
  owner.dname |= rrset.type == RRType::kDname;
  owner.other |= rrset.type != RRType::kCname && !MayJoinCname(rrset.type);
  if (owner.cname && owner.other) {
    return Invalid(rrset, "a CNAME is alone at its owner (RFC 2181 section 10.1)");
  }
  return absl::OkStatus();
}

absl::Status CheckNotBelowDname(const Name& apex, const RRset& rrset, const OwnerMap& owners) {
  Name at = rrset.owner;
  while (at.label_count() > apex.label_count()) {
    at = at.Parent();
    const auto owner = owners.find(at);
    if (owner == owners.end() || !owner->second.dname) continue;
    return Invalid(rrset, absl::StrCat("it is hidden by the DNAME at ", at.ToText(),
                                       " (RFC 6672 section 2.4)"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RRset::Add(absl::string_view rdata) {
  if (absl::Status status = ValidateRdata(type, rdata); !status.ok()) return status;
  if (rdatas.size() >= kMaxRdatasPerRRset) {
    return absl::ResourceExhaustedError(
        absl::StrCat(Title(*this), " has more than ", kMaxRdatasPerRRset, " rdatas"));
  }
  const std::string canonical = CanonicalRdata(type, rdata);
  for (const std::string& present : rdatas) {
    if (present.size() == rdata.size() && CanonicalRdata(type, present) == canonical) {
      return absl::AlreadyExistsError(
          absl::StrCat(Title(*this), " has ", RdataToText(type, rdata), " already"));
    }
  }
  rdatas.emplace_back(rdata);
  return absl::OkStatus();
}

absl::Status RRset::AddText(absl::string_view text, const Name& origin) {
  const absl::StatusOr<std::string> rdata = RdataFromText(type, text, origin);
  return rdata.ok() ? Add(*rdata) : rdata.status();
}

std::vector<std::string> RRset::RdataTexts() const {
  std::vector<std::string> texts;
  texts.reserve(rdatas.size());
  for (const std::string& rdata : rdatas) texts.push_back(RdataToText(type, rdata));
  return texts;
}

std::vector<ResourceRecord> RRset::ToRecords() const {
  std::vector<ResourceRecord> records;
  records.reserve(rdatas.size());
  for (const std::string& rdata : rdatas) records.push_back({owner, type, rrclass, ttl, rdata});
  return records;
}

std::string RRset::ToText() const {
  std::string text;
  for (const ResourceRecord& record : ToRecords()) absl::StrAppend(&text, record.ToText(), "\n");
  return text;
}

absl::Status ValidateRRset(const RRset& rrset) {
  if (IsMetaType(rrset.type)) return Invalid(rrset, "this type cannot be stored as data");
  if (rrset.rdatas.empty()) return Invalid(rrset, "it has no rdata");
  if (rrset.ttl > kMaxTtlSeconds) {
    return Invalid(rrset, absl::StrCat("TTL ", rrset.ttl, " is above ", kMaxTtlSeconds));
  }
  if (rrset.rdatas.size() > kMaxRdatasPerRRset) {
    return Invalid(rrset, absl::StrCat("it has more than ", kMaxRdatasPerRRset, " rdatas"));
  }
  if (IsSingleton(rrset.type) && rrset.rdatas.size() > 1) {
    return Invalid(rrset, "it may have one rdata only");
  }
  absl::flat_hash_set<std::string> seen;
  for (const std::string& rdata : rrset.rdatas) {
    const absl::Status status = ValidateRdata(rrset.type, rdata);
    if (!status.ok()) return Invalid(rrset, status.message());
    if (!seen.insert(CanonicalRdata(rrset.type, rdata)).second) {
      return Invalid(rrset, absl::StrCat(RdataToText(rrset.type, rdata), " comes twice"));
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateZone(const Name& apex, absl::Span<const RRset> rrsets) {
  OwnerMap owners;
  bool dnames = false;
  for (const RRset& rrset : rrsets) {
    if (absl::Status status = ValidateRRset(rrset); !status.ok()) return status;
    if (absl::Status status = AddToOwner(apex, rrset, &owners); !status.ok()) return status;
    dnames |= rrset.type == RRType::kDname;
  }
  if (!dnames) return absl::OkStatus();
  for (const RRset& rrset : rrsets) {
    if (absl::Status status = CheckNotBelowDname(apex, rrset, owners); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::vector<RRset> GroupRecords(absl::Span<const ResourceRecord> records) {
  using Key = std::tuple<Name, RRType, RRClass>;
  std::vector<RRset> rrsets;
  absl::flat_hash_map<Key, size_t> index;
  absl::flat_hash_set<std::pair<size_t, std::string>> seen;
  for (const ResourceRecord& record : records) {
    const auto [found, fresh] =
        index.try_emplace(Key(record.owner, record.type, record.rrclass), rrsets.size());
    if (fresh) rrsets.push_back({record.owner, record.type, record.rrclass, record.ttl, {}});
    RRset& rrset = rrsets[found->second];
    rrset.ttl = std::min(rrset.ttl, record.ttl);
    if (seen.emplace(found->second, CanonicalRdata(record.type, record.rdata)).second) {
      rrset.rdatas.push_back(record.rdata);
    }
  }
  return rrsets;
}

}  // namespace nave::dns
