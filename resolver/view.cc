#include "resolver/view.h"

#include <atomic>
#include <utility>

namespace nave::resolver {
namespace {

uint64_t NextSerial() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace

View::View(uint64_t id, std::string name, std::vector<net::Prefix> networks,
           std::vector<std::shared_ptr<const Zone>> zones,
           std::vector<std::shared_ptr<const Rule>> rules,
           std::shared_ptr<const TargetGroup> recursive)
    : id_(id),
      serial_(NextSerial()),
      name_(std::move(name)),
      networks_(std::move(networks)),
      zones_(std::move(zones)),
      rules_(std::move(rules)),
      recursive_(std::move(recursive)) {
  matches_.reserve(zones_.size() + rules_.size());
  for (const auto& zone : zones_) {
    matches_[LowerWire(zone->apex())].zone = zone.get();
    depths_.set(zone->apex().label_count());
  }
  for (const auto& rule : rules_) {
    matches_[LowerWire(rule->domain_name)].rule = rule.get();
    depths_.set(rule->domain_name.label_count());
  }
}

absl::string_view View::LowerWire(const dns::Name& name) {
  const Suffixes lower(name);
  if (lower.whole() == name.wire_view()) return name.wire_view();
  lowered_.push_back(std::make_unique<const std::string>(lower.whole()));
  return *lowered_.back();
}

View::Match View::Find(const Suffixes& qname, int labels) const {
  if (!depths_.test(labels)) return Match();
  auto found = matches_.find(qname.suffix(labels));
  return found == matches_.end() ? Match() : found->second;
}

Decision View::DecideBelow(const Suffixes& qname, int labels, int zone_labels_end) const {
  const Rule* system_rule = nullptr;
  for (int depth = labels; depth >= 0; --depth) {
    const Match match = Find(qname, depth);
    if (match.rule != nullptr) {
      if (match.rule->kind == Rule::Kind::kRecursive) {
        return Recurse(qname, labels, match.rule, system_rule);
      }
      if (match.rule->kind == Rule::Kind::kSystem && system_rule == nullptr) {
        system_rule = match.rule;
      }
      if (match.rule->kind == Rule::Kind::kForward && system_rule == nullptr) {
        return {Decision::Kind::kForward, nullptr, match.rule, &match.rule->group};
      }
    }
    if (match.zone != nullptr && depth < zone_labels_end) {
      return {Decision::Kind::kZone, match.zone, nullptr, nullptr, system_rule};
    }
  }
  return Recurse(qname, labels, nullptr, system_rule);
}

Decision View::Recurse(const Suffixes& qname, int labels, const Rule* rule,
                       const Rule* system_rule) const {
  if (recursive_ == nullptr) return {Decision::Kind::kNone, nullptr, rule, nullptr, system_rule};
  const SpecialName* special = FindSpecialName(qname, labels);
  const bool rule_is_about_it =
      special != nullptr && rule != nullptr &&
      rule->domain_name.label_count() >= special->zone->apex().label_count();
  if (special != nullptr && !rule_is_about_it) {
    return {Decision::Kind::kZone, special->zone.get(), nullptr, nullptr, system_rule, special};
  }
  return {Decision::Kind::kRecursive, nullptr, rule, &recursive_, system_rule};
}

}  // namespace nave::resolver
