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

std::string Title(const RRset& rrset) {
  return absl::StrCat(rrset.owner.ToText(), " ", RRTypeToText(rrset.type));
}

absl::Status Invalid(const RRset& rrset, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(Title(rrset), ": ", why));
}

}  // namespace

absl::Status RRset::Add(absl::string_view rdata) {
  if (absl::Status status = ValidateRdata(type, rdata); !status.ok()) return status;
  if (rdatas.size() >= kMaxRdatasPerRRset) {
    return absl::ResourceExhaustedError(
        absl::StrCat(Title(*this), " has more than ", kMaxRdatasPerRRset, " rdatas"));
  }
  const std::string canonical = CanonicalRdata(type, rdata);
  for (const absl::string_view present : rdatas) {
    if (present.size() == rdata.size() && CanonicalRdata(type, present) == canonical) {
      return absl::AlreadyExistsError(
          absl::StrCat(Title(*this), " has ", RdataToText(type, rdata), " already"));
    }
  }
  rdatas.push_back(rdata);
  return absl::OkStatus();
}

absl::Status RRset::AddText(absl::string_view text, const Name& origin) {
  const absl::StatusOr<std::string> rdata = RdataFromText(type, text, origin);
  return rdata.ok() ? Add(*rdata) : rdata.status();
}

std::vector<std::string> RRset::RdataTexts() const {
  std::vector<std::string> texts;
  texts.reserve(rdatas.size());
  for (const absl::string_view rdata : rdatas) texts.push_back(RdataToText(type, rdata));
  return texts;
}

std::vector<ResourceRecord> RRset::ToRecords() const {
  std::vector<ResourceRecord> records;
  records.reserve(rdatas.size());
  for (const absl::string_view rdata : rdatas) {
    records.push_back({owner, type, rrclass, ttl, std::string(rdata)});
  }
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
  for (const absl::string_view rdata : rrset.rdatas) {
    const absl::Status status = ValidateRdata(rrset.type, rdata);
    if (!status.ok()) return Invalid(rrset, status.message());
    if (!seen.insert(CanonicalRdata(rrset.type, rdata)).second) {
      return Invalid(rrset, absl::StrCat(RdataToText(rrset.type, rdata), " comes twice"));
    }
  }
  return absl::OkStatus();
}

struct RRsetGrouper::Index {
  absl::flat_hash_map<std::tuple<Name, RRType, RRClass>, size_t> places;
  // Canonical rdata by the place of its RRset.
  absl::flat_hash_set<std::pair<size_t, std::string>> seen;
};

RRsetGrouper::RRsetGrouper() = default;
RRsetGrouper::~RRsetGrouper() = default;

void RRsetGrouper::Add(const RecordView& record) {
  if (++record_count_ > kFewRecords) return AddToMany(record);
  const auto rrset = std::find_if(rrsets_.begin(), rrsets_.end(), [&](const RRset& other) {
    return other.type == record.type && other.rrclass == record.rrclass &&
           other.owner == record.owner;
  });
  if (rrset == rrsets_.end()) {
    rrsets_.push_back({record.owner, record.type, record.rrclass, record.ttl, {record.rdata}});
    return;
  }
  rrset->ttl = std::min(rrset->ttl, record.ttl);
  const std::string canonical = CanonicalRdata(record.type, record.rdata);
  const bool is_there = std::any_of(
      rrset->rdatas.begin(), rrset->rdatas.end(),
      [&](absl::string_view rdata) { return CanonicalRdata(record.type, rdata) == canonical; });
  if (!is_there) rrset->rdatas.push_back(record.rdata);
}

void RRsetGrouper::AddToMany(const RecordView& record) {
  if (index_ == nullptr) MakeIndex();
  const auto [found, is_new] = index_->places.try_emplace(
      std::tuple(record.owner, record.type, record.rrclass), rrsets_.size());
  if (is_new) rrsets_.push_back({record.owner, record.type, record.rrclass, record.ttl, {}});
  RRset& rrset = rrsets_[found->second];
  rrset.ttl = std::min(rrset.ttl, record.ttl);
  if (index_->seen.emplace(found->second, CanonicalRdata(record.type, record.rdata)).second) {
    rrset.rdatas.push_back(record.rdata);
  }
}

void RRsetGrouper::MakeIndex() {
  index_ = std::make_unique<Index>();
  for (size_t i = 0; i < rrsets_.size(); ++i) {
    const RRset& rrset = rrsets_[i];
    index_->places.emplace(std::tuple(rrset.owner, rrset.type, rrset.rrclass), i);
    for (const absl::string_view rdata : rrset.rdatas) {
      index_->seen.emplace(i, CanonicalRdata(rrset.type, rdata));
    }
  }
}

}  // namespace nave::dns
