#include "resolver/view.h"

#include <utility>

namespace nave::resolver {

View::View(uint64_t id, std::string name, std::vector<net::Prefix> networks,
           std::vector<std::shared_ptr<const Zone>> zones,
           std::vector<std::shared_ptr<const Rule>> rules,
           std::shared_ptr<const TargetGroup> recursive)
    : id_(id),
      name_(std::move(name)),
      networks_(std::move(networks)),
      zones_(std::move(zones)),
      rules_(std::move(rules)),
      recursive_(std::move(recursive)) {
  matches_.reserve(zones_.size() + rules_.size());
  for (const auto& zone : zones_) {
    matches_[std::string(Suffixes(zone->apex()).whole())].zone = zone.get();
    depths_.set(zone->apex().label_count());
  }
  for (const auto& rule : rules_) {
    matches_[std::string(Suffixes(rule->domain_name).whole())].rule = rule.get();
    depths_.set(rule->domain_name.label_count());
  }
}

Decision View::DecideBelow(const Suffixes& qname, int labels) const {
  const Rule* system_rule = nullptr;
  for (int depth = labels; depth >= 0; --depth) {
    if (!depths_.test(depth)) continue;
    auto found = matches_.find(qname.suffix(depth));
    if (found == matches_.end()) continue;
    const Match& match = found->second;
    if (match.rule != nullptr) {
      if (match.rule->kind == Rule::Kind::kRecursive) return Fallback(match.rule, system_rule);
      if (match.rule->kind == Rule::Kind::kSystem && system_rule == nullptr) {
        system_rule = match.rule;
      }
      if (match.rule->kind == Rule::Kind::kForward && system_rule == nullptr) {
        return {Decision::Kind::kForward, nullptr, match.rule, &match.rule->group, nullptr};
      }
    }
    if (match.zone != nullptr) {
      return {Decision::Kind::kZone, match.zone, nullptr, nullptr, system_rule};
    }
  }
  return Fallback(nullptr, system_rule);
}

Decision View::Fallback(const Rule* rule, const Rule* system_rule) const {
  if (recursive_ == nullptr) return {Decision::Kind::kNone, nullptr, rule, nullptr, system_rule};
  return {Decision::Kind::kRecursive, nullptr, rule, &recursive_, system_rule};
}

}  // namespace nave::resolver
