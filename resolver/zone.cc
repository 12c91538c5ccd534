#include "resolver/zone.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/dns/rdata.h"

namespace nave::resolver {
namespace {

// The SOA of a zone that brings none: negative answers live a minute.
constexpr uint32_t kDefaultSoaTtl = 60;

dns::RRset DefaultSoa(const dns::Name& apex) {
  dns::Soa soa;
  soa.mname = apex;
  soa.rname = apex.Child("hostmaster").value_or(apex);
  soa.serial = 1;
  soa.refresh_seconds = 3600;
  soa.retry_seconds = 600;
  soa.expire_seconds = 604800;
  soa.minimum_seconds = kDefaultSoaTtl;
  dns::RRset rrset;
  rrset.owner = apex;
  rrset.type = dns::RRType::kSoa;
  rrset.ttl = kDefaultSoaTtl;
  rrset.rdatas.push_back(dns::MakeSoa(soa));
  return rrset;
}

absl::Status Wrong(const dns::RRset& rrset, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(rrset.owner.ToText(), " ", dns::RRTypeToText(rrset.type), ": ", why));
}

}  // namespace

const dns::RRset* ZoneNode::Find(dns::RRType type) const {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.type == type) return &rrset;
  }
  return nullptr;
}

size_t Zone::OwnerHash::operator()(const NodePtr& node) const {
  return (*this)(Suffixes(node->owner()).whole());
}

bool Zone::OwnerEqual::operator()(const NodePtr& node, absl::string_view lower_wire) const {
  const absl::string_view wire = node->owner().wire_view();
  if (wire == lower_wire) return true;
  return wire.size() == lower_wire.size() && Suffixes(node->owner()).whole() == lower_wire;
}

Zone::Zone(std::string name, const dns::Name& apex, bool fallback_on_nxdomain)
    : name_(std::move(name)), apex_(apex), fallback_on_nxdomain_(fallback_on_nxdomain) {
  apex_node_ = GetNode(apex).first;
}

std::pair<ZoneNode*, bool> Zone::GetNode(const dns::Name& owner) {
  const auto found = nodes_.find(Suffixes(owner).whole());
  if (found != nodes_.end()) return {found->get(), false};
  return {nodes_.insert(NodePtr(new NamedZoneNode(owner))).first->get(), true};
}

absl::StatusOr<std::shared_ptr<const Zone>> Zone::Make(std::string name, const dns::Name& apex,
                                                       std::vector<dns::RRset> rrsets,
                                                       bool fallback_on_nxdomain) {
  auto zone = absl::WrapUnique(new Zone(std::move(name), apex, fallback_on_nxdomain));
  zone->nodes_.reserve(rrsets.size() + 1);
  for (dns::RRset& rrset : rrsets) NAVE_RETURN_IF_ERROR(zone->Insert(std::move(rrset)));
  if (zone->apex_node_->Find(dns::RRType::kSoa) == nullptr) {
    NAVE_RETURN_IF_ERROR(zone->Insert(DefaultSoa(apex)));
  }
  NAVE_RETURN_IF_ERROR(zone->Finish());
  return std::shared_ptr<const Zone>(std::move(zone));
}

absl::Status Zone::Insert(dns::RRset rrset) {
  if (!rrset.owner.IsSubdomainOf(apex_)) {
    return Wrong(rrset, absl::StrCat("not in the zone ", apex_.ToText()));
  }
  if (rrset.type == dns::RRType::kSoa && rrset.owner != apex_) {
    return Wrong(rrset, "SOA belongs to the apex alone");
  }
  if (dns::IsMetaType(rrset.type)) return Wrong(rrset, "no zone holds this type");
  if (rrset.rdatas.empty()) return Wrong(rrset, "an RRset needs rdata");
  const auto found = nodes_.find(Suffixes(rrset.owner).whole());
  if (found != nodes_.end() && (*found)->Find(rrset.type) != nullptr) {
    return Wrong(rrset, "given twice");
  }
  ++rrset_count_;
  if (found != nodes_.end()) {
    (*found)->rrsets.push_back(std::move(rrset));
    return absl::OkStatus();
  }
  NodePtr node(new ZoneNode);
  node->rrsets.push_back(std::move(rrset));
  nodes_.insert(std::move(node));
  return absl::OkStatus();
}

absl::Status Zone::Finish() {
  AddEmptyNonTerminals();
  for (const auto& node : nodes_) {
    const dns::RRset* cname = node->Find(dns::RRType::kCname);
    // RFC 2181 section 10.1; DNSSEC types may stand beside it (RFC 4034 section 3).
    for (const dns::RRset& rrset : node->rrsets) {
      if (cname != nullptr && rrset.type != dns::RRType::kCname &&
          rrset.type != dns::RRType::kRrsig && rrset.type != dns::RRType::kNsec) {
        return Wrong(*cname, "CNAME beside other data; remove one of them");
      }
    }
    if (cname != nullptr && cname->rdatas.size() > 1) return Wrong(*cname, "more than one value");
    const dns::RRset* dname = node->Find(dns::RRType::kDname);
    node->has_dname = dname != nullptr;
    // RFC 6672 section 2.4: a singleton.
    if (dname != nullptr && dname->rdatas.size() > 1) return Wrong(*dname, "more than one value");
    node->is_cut = node.get() != apex_node_ && node->Find(dns::RRType::kNs) != nullptr;
  }
  soa_ = apex_node_->Find(dns::RRType::kSoa);
  const std::optional<dns::Soa> soa = dns::ParseSoa(soa_->rdatas.front());
  if (!soa.has_value() || soa_->rdatas.size() > 1) return Wrong(*soa_, "not one valid SOA");
  negative_ttl_ = std::min(soa_->ttl, soa->minimum_seconds);
  return absl::OkStatus();
}

void Zone::AddEmptyNonTerminals() {
  std::vector<dns::Name> owners;
  for (const auto& node : nodes_) {
    if (!node->rrsets.empty()) owners.push_back(node->owner());
  }
  for (const dns::Name& owner : owners) {
    dns::Name name = owner;
    while (name != apex_) {
      const bool wildcard = name.IsWildcard();
      name = name.Parent();
      const auto [node, is_new] = GetNode(name);
      node->has_wildcard_child |= wildcard;
      if (!is_new && !wildcard && !node->rrsets.empty()) break;
    }
  }
}

const ZoneNode* Zone::FindNode(absl::string_view lower_wire) const {
  auto found = nodes_.find(lower_wire);
  return found == nodes_.end() ? nullptr : found->get();
}

const ZoneNode* Zone::FindNode(const dns::Name& owner) const {
  return FindNode(Suffixes(owner).whole());
}

ZoneResult Zone::Lookup(const Suffixes& qname, dns::RRType qtype) const {
  const ZoneNode* node = apex_node_;
  for (int labels = apex_.label_count(); labels < qname.label_count();) {
    // RFC 6672 section 2.4: a DNAME acts on everything below its owner, not on the owner.
    if (node->has_dname) {
      return {ZoneResult::Kind::kDname, node->Find(dns::RRType::kDname), false};
    }
    const ZoneNode* child = FindNode(qname.suffix(++labels));
    if (child == nullptr) return AtWildcard(*node, qname.suffix(labels - 1), qtype);
    node = child;
    // DS is the parent's data (RFC 4035 section 3.1.4.1): at the cut itself we have it.
    const bool is_parent_side = labels == qname.label_count() && qtype == dns::RRType::kDs;
    if (node->is_cut && !is_parent_side) {
      return {ZoneResult::Kind::kReferral, node->Find(dns::RRType::kNs), false};
    }
  }
  return AtNode(*node, qtype);
}

ZoneResult Zone::AtWildcard(const ZoneNode& encloser, absl::string_view encloser_wire,
                            dns::RRType qtype) const {
  if (!encloser.has_wildcard_child) return {ZoneResult::Kind::kNxDomain, nullptr, false};
  // RFC 4592 section 3.3.1: the source of synthesis is the asterisk label right below the closest
  // encloser.
  const ZoneNode* wildcard = FindNode(absl::StrCat("\1*", encloser_wire));
  if (wildcard == nullptr) return {ZoneResult::Kind::kNxDomain, nullptr, false};
  ZoneResult result = AtNode(*wildcard, qtype);
  result.from_wildcard = true;
  // RFC 4592 section 4.2 leaves NS at a wildcard open. As the other servers do: a delegation.
  if (wildcard->is_cut && qtype != dns::RRType::kDs) {
    result = {ZoneResult::Kind::kReferral, wildcard->Find(dns::RRType::kNs), true};
  }
  return result;
}

ZoneResult Zone::AtNode(const ZoneNode& node, dns::RRType qtype) const {
  if (const dns::RRset* rrset = node.Find(qtype)) {
    return {ZoneResult::Kind::kAnswer, rrset, false};
  }
  // RFC 8482 section 4.1: one RRset of the name is answer enough.
  if (qtype == dns::RRType::kAny && !node.rrsets.empty()) {
    return {ZoneResult::Kind::kAnswer, &node.rrsets[0], false};
  }
  if (const dns::RRset* cname = node.Find(dns::RRType::kCname)) {
    return {ZoneResult::Kind::kCname, cname, false};
  }
  return {ZoneResult::Kind::kNoData, nullptr, false};
}

}  // namespace nave::resolver
