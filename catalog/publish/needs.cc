#include "catalog/publish/needs.h"

#include <utility>

namespace nave::catalog {

void NeedCounts::Change(const std::string& name, int by) {
  const auto found = counts_.try_emplace(name, 0).first;
  before_.try_emplace(name, found->second > 0);
  found->second += by;
  if (found->second <= 0) counts_.erase(found);
}

NeedCounts::Difference NeedCounts::Take() {
  Difference difference;
  for (const auto& [name, needed] : before_) {
    if (needed == Has(name)) continue;
    (needed ? difference.gone : difference.come).insert(name);
  }
  before_.clear();
  return difference;
}

void Needs::Replace(const std::string& view, const resolver::v1::View* now) {
  Names names;
  if (now != nullptr) {
    names.zones.assign(now->zones().begin(), now->zones().end());
    names.rules.assign(now->rules().begin(), now->rules().end());
  }
  for (const std::string& zone : names.zones) zones_.Add(zone);
  for (const std::string& rule : names.rules) rules_.Add(rule);
  const auto found = views_.find(view);
  if (found != views_.end()) {
    for (const std::string& zone : found->second.zones) zones_.Remove(zone);
    for (const std::string& rule : found->second.rules) rules_.Remove(rule);
    views_.erase(found);
  }
  if (now != nullptr) views_.emplace(view, std::move(names));
}

std::vector<std::string> Needs::views() const {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : views_) names.push_back(name);
  return names;
}

}  // namespace nave::catalog
