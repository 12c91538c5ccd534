#include "tests/resolver/view_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

bool Has(const v1::Zone& zone, const dns::Name& owner, const std::string& type) {
  return std::any_of(zone.rrsets().begin(), zone.rrsets().end(), [&](const v1::RRset& rrset) {
    return rrset.type() == type && N(rrset.owner()) == owner;
  });
}

// There are data at the name or below it.
bool Exists(const v1::Zone& zone, const dns::Name& name) {
  return name == N(zone.apex()) ||
         std::any_of(zone.rrsets().begin(), zone.rrsets().end(),
                     [&](const v1::RRset& rrset) { return N(rrset.owner()).IsSubdomainOf(name); });
}

bool Contains(const std::vector<const v1::Zone*>& zones, const v1::Zone* zone) {
  return std::find(zones.begin(), zones.end(), zone) != zones.end();
}

}  // namespace

bool SaysNxDomain(const v1::Zone& zone, const dns::Name& qname, dns::RRType qtype) {
  const int apex_labels = N(zone.apex()).label_count();
  dns::Name encloser = N(zone.apex());
  for (int labels = apex_labels; labels <= qname.label_count(); ++labels) {
    const dns::Name name = qname.Suffix(labels);
    if (!Exists(zone, name)) break;
    encloser = name;
    const bool is_qname = labels == qname.label_count();
    if (!is_qname && Has(zone, name, "DNAME")) return false;
    const bool asks_parent = is_qname && qtype == dns::RRType::kDs;
    if (labels > apex_labels && Has(zone, name, "NS") && !asks_parent) return false;
  }
  if (encloser == qname) return false;
  return !Exists(zone, *encloser.Wildcard());
}

ViewModel::ViewModel(const v1::Snapshot& state, const std::string& view,
                     std::vector<std::string> special, std::vector<std::string> delegated)
    : special_(std::move(special)), delegated_(std::move(delegated)) {
  for (const v1::View& one : state.views()) {
    if (one.name() == view) view_ = &one;
  }
  for (const std::string& name : view_->zones()) {
    for (const v1::Zone& zone : state.zones()) {
      if (zone.name() == name) zones_.push_back(&zone);
    }
  }
  for (const std::string& name : view_->rules()) {
    for (const v1::Rule& rule : state.rules()) {
      if (rule.name() == name) rules_.push_back(&rule);
    }
  }
}

bool ViewModel::IsRecursive(const std::string& decided) const {
  if (decided == view_->name()) return true;
  return std::any_of(rules_.begin(), rules_.end(), [&](const v1::Rule* rule) {
    return rule->name() == decided && rule->kind() == v1::Rule::RECURSIVE;
  });
}

std::string ViewModel::Decide(const dns::Name& qname, dns::RRType qtype, bool rd) const {
  std::vector<const v1::Zone*> absent;
  Decided decided = ForType(qname, qtype, rd, absent);
  while (rd && decided.zone != nullptr && decided.zone->fallback_on_nxdomain() &&
         SaysNxDomain(*decided.zone, qname, qtype)) {
    // A zone at or below the one that falls back is behind us.
    for (const v1::Zone* zone : zones_) {
      if (N(zone->apex()).label_count() >= N(decided.zone->apex()).label_count()) {
        absent.push_back(zone);
      }
    }
    const Decided next = ForType(qname, qtype, rd, absent);
    if (next.resource.empty()) break;
    decided = next;
  }
  return decided.resource;
}

ViewModel::Decided ViewModel::ForType(const dns::Name& qname, dns::RRType qtype, bool rd,
                                      const std::vector<const v1::Zone*>& absent) const {
  const int labels = qname.label_count();
  const Decided decided = Among(qname, labels, absent);
  if (qtype != dns::RRType::kDs || labels == 0) return decided;
  const bool is_apex =
      (decided.zone != nullptr && N(decided.zone->apex()) == qname) ||
      std::find(delegated_.begin(), delegated_.end(), decided.special) != delegated_.end();
  if (!is_apex || (!decided.special.empty() && N(decided.special) != qname)) return decided;
  const Decided above = Among(qname, labels - 1, absent);
  const bool is_own = above.zone != nullptr || !above.special.empty();
  return above.resource.empty() || (!rd && !is_own) ? decided : above;
}

ViewModel::Decided ViewModel::Among(const dns::Name& qname, int labels,
                                    const std::vector<const v1::Zone*>& absent) const {
  bool carved_out = false;
  for (int count = labels; count >= 0; --count) {
    const dns::Name suffix = qname.Suffix(count);
    for (const v1::Rule* rule : rules_) {
      if (N(rule->domain_name()) != suffix) continue;
      if (rule->kind() == v1::Rule::RECURSIVE) return Recurse(qname, labels, rule);
      if (rule->kind() == v1::Rule::FORWARD && !carved_out) return {rule->name()};
      if (rule->kind() == v1::Rule::SYSTEM) carved_out = true;
    }
    for (const v1::Zone* zone : zones_) {
      if (N(zone->apex()) == suffix && !Contains(absent, zone)) return {zone->name(), zone};
    }
  }
  return Recurse(qname, labels, nullptr);
}

ViewModel::Decided ViewModel::Recurse(const dns::Name& qname, int labels,
                                      const v1::Rule* rule) const {
  if (view_->recursive_resolvers().empty()) return {};
  for (const std::string& special : special_) {
    const dns::Name apex = N(special);
    if (!qname.Suffix(labels).IsSubdomainOf(apex)) continue;
    if (rule != nullptr && N(rule->domain_name()).IsSubdomainOf(apex)) break;
    return {absl::StrCat("built-in ", special), nullptr, special};
  }
  return {rule == nullptr ? view_->name() : rule->name()};
}

}  // namespace nave::resolver
