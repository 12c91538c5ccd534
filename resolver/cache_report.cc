#include "resolver/cache_report.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "absl/container/flat_hash_map.h"

namespace nave::resolver {
namespace {

// The rule, of this view, that asks the group; or the name of the view's recursive resolvers.
std::string NameOf(const View* view, uint64_t group) {
  if (view == nullptr) return "";
  for (const auto& rule : view->rules()) {
    if (rule->group != nullptr && rule->group->id == group) return rule->name;
  }
  const bool is_recursive = view->recursive() != nullptr && view->recursive()->id == group;
  return is_recursive ? view->recursive()->name : "";
}

void AddCounts(const CacheUse::Counts& counts, v1::CacheUse* use) {
  use->set_hits(use->hits() + static_cast<int64_t>(counts.hits));
  use->set_stale_hits(use->stale_hits() + static_cast<int64_t>(counts.stale_hits));
  use->set_misses(use->misses() + static_cast<int64_t>(counts.misses));
  use->set_failures(use->failures() + static_cast<int64_t>(counts.failures));
}

}  // namespace

void AddToReport(const Cache& cache, const Snapshot& snapshot, const View* view,
                 CacheReport* report) {
  // A scope has many replies, and its name is looked for once. Null: it is not asked about.
  absl::flat_hash_map<CacheUse::Scope, v1::CacheUse*> uses;
  const auto find = [&](const CacheUse::Scope& scope) {
    const auto [at, is_new] = uses.try_emplace(scope, nullptr);
    if (!is_new || (view != nullptr && scope.first != view->id())) return at->second;
    const std::string name = NameOf(snapshot.FindView(scope.first), scope.second);
    at->second = &report->try_emplace(name).first->second;
    at->second->set_rule(name);
    return at->second;
  };
  cache.use().ForEach([&](const CacheUse::Scope& scope, const CacheUse::Counts& counts) {
    if (v1::CacheUse* const use = find(scope)) AddCounts(counts, use);
  });
  if (view == nullptr) {
    v1::CacheUse& others = (*report)[""];
    AddCounts(cache.use().others(), &others);
  }
  cache.ForEach([&](const CacheKey& key, const Reply&, size_t byte_size) {
    v1::CacheUse* const use = find(key.scope());
    if (use == nullptr) return;
    use->set_replies(use->replies() + 1);
    use->set_octets(use->octets() + static_cast<int64_t>(byte_size));
  });
}

std::vector<v1::CacheUse> MostAsked(const CacheReport& report) {
  std::vector<v1::CacheUse> uses;
  for (const auto& [rule, use] : report) {
    if (use.ByteSizeLong() > 0) uses.push_back(use);
  }
  std::sort(uses.begin(), uses.end(), [](const v1::CacheUse& a, const v1::CacheUse& b) {
    return std::make_tuple(-(a.hits() + a.misses()), a.rule()) <
           std::make_tuple(-(b.hits() + b.misses()), b.rule());
  });
  if (uses.size() > kMaxReportedRules) uses.resize(kMaxReportedRules);
  return uses;
}

}  // namespace nave::resolver
