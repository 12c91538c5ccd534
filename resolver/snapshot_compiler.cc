#include "resolver/snapshot_compiler.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "resolver/object_compiler.h"

namespace nave::resolver {
namespace {

absl::Status Annotate(absl::string_view kind, absl::string_view name, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat(kind, " '", name, "': ", std::string(status.message())));
}

// The objects that a view names, each once, and no two with one suffix.
template <typename Object, typename Products, typename NameOf>
absl::StatusOr<std::vector<std::shared_ptr<const Object>>> Resolve(
    absl::string_view kind, const google::protobuf::RepeatedPtrField<std::string>& names,
    const Products& products, NameOf suffix_of) {
  std::vector<std::shared_ptr<const Object>> objects;
  absl::flat_hash_map<dns::Name, std::string> by_suffix;
  for (const std::string& name : names) {
    auto found = products.find(name);
    if (found == products.end()) {
      return absl::InvalidArgumentError(absl::StrCat(kind, " '", name, "' does not exist"));
    }
    const std::shared_ptr<const Object>& object = found->second.product;
    auto [at, inserted] = by_suffix.emplace(suffix_of(*object), name);
    if (!inserted) {
      return absl::InvalidArgumentError(absl::StrCat(kind, "s '", at->second, "' and '", name,
                                                     "' both stand for ", at->first.ToText()));
    }
    objects.push_back(object);
  }
  return objects;
}

absl::Status CheckNetworks(const std::vector<std::shared_ptr<const View>>& views) {
  absl::flat_hash_map<net::Prefix, const View*> owners;
  for (const auto& view : views) {
    for (const net::Prefix& network : view->networks()) {
      auto [at, inserted] = owners.emplace(network, view.get());
      if (!inserted && at->second != view.get()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "views '", at->second->name(), "' and '", view->name(), "' both have the network ",
            network.ToString(), "; give one of them a listener of its own"));
      }
    }
  }
  return absl::OkStatus();
}

template <typename Views>
absl::StatusOr<std::shared_ptr<const Listener>> CompileListener(const v1::Listener& listener,
                                                                const Views& views) {
  NAVE_ASSIGN_OR_RETURN(net::Endpoint endpoint, net::Endpoint::Parse(listener.address()));
  if (listener.views_size() > SnapshotCompiler::kMaxViewsPerListener) {
    return absl::InvalidArgumentError("too many views behind one listener");
  }
  std::vector<std::shared_ptr<const View>> behind;
  absl::flat_hash_set<std::string> seen;
  for (const std::string& name : listener.views()) {
    auto found = views.find(name);
    if (found == views.end()) {
      return absl::InvalidArgumentError(absl::StrCat("view '", name, "' does not exist"));
    }
    if (seen.insert(name).second) behind.push_back(found->second.product);
  }
  if (behind.size() > 1) NAVE_RETURN_IF_ERROR(CheckNetworks(behind));
  return std::make_shared<const Listener>(endpoint, std::move(behind));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotCompiler::Compile(const State& state) {
  Interner view_ids = view_ids_.Next();
  Interner group_ids = group_ids_.Next();
  Products<v1::Zone, Zone> zones;
  Products<v1::Rule, Rule> rules;
  Products<v1::View, View> views;
  NAVE_RETURN_IF_ERROR(CompileZones(state, &zones));
  NAVE_RETURN_IF_ERROR(CompileRules(state, &group_ids, &rules));
  NAVE_RETURN_IF_ERROR(CompileViews(state, zones, rules, &view_ids, &group_ids, &views));
  std::vector<std::shared_ptr<const Listener>> listeners;
  absl::flat_hash_set<net::Endpoint> endpoints;
  for (const auto& [name, listener] : state.listeners) {
    auto compiled = CompileListener(*listener, views);
    if (!compiled.ok()) return Annotate("listener", name, compiled.status());
    if ((*compiled)->endpoint().port != 0 && !endpoints.insert((*compiled)->endpoint()).second) {
      return absl::InvalidArgumentError(absl::StrCat("listener '", name, "' is given twice"));
    }
    listeners.push_back(*std::move(compiled));
  }
  std::vector<std::shared_ptr<const View>> all_views;
  for (const auto& [name, view] : views) all_views.push_back(view.product);
  auto snapshot = std::make_shared<const Snapshot>(
      state.revision, std::move(listeners), std::move(all_views), zones.size(), rules.size());
  view_ids.Seal();
  group_ids.Seal();
  zones_ = std::move(zones);
  rules_ = std::move(rules);
  views_ = std::move(views);
  view_ids_ = std::move(view_ids);
  group_ids_ = std::move(group_ids);
  return snapshot;
}

absl::Status SnapshotCompiler::CompileZones(const State& state,
                                            Products<v1::Zone, Zone>* zones) const {
  zones->reserve(state.zones.size());
  for (const auto& [name, source] : state.zones) {
    auto old = zones_.find(name);
    if (old != zones_.end() && old->second.source == source) {
      zones->emplace(name, old->second);
      continue;
    }
    auto zone = CompileZone(*source);
    if (!zone.ok()) return Annotate("zone", name, zone.status());
    zones->emplace(name, Compiled<v1::Zone, Zone>{source, *std::move(zone)});
  }
  return absl::OkStatus();
}

absl::Status SnapshotCompiler::CompileRules(const State& state, Interner* groups,
                                            Products<v1::Rule, Rule>* rules) const {
  rules->reserve(state.rules.size());
  for (const auto& [name, source] : state.rules) {
    auto old = rules_.find(name);
    // Compiled in any case, which is cheap and keeps the group's number alive.
    auto rule = CompileRule(*source, groups);
    if (!rule.ok()) return Annotate("rule", name, rule.status());
    if (old != rules_.end() && old->second.source == source) {
      rules->emplace(name, old->second);
    } else {
      rules->emplace(name, Compiled<v1::Rule, Rule>{source, *std::move(rule)});
    }
  }
  return absl::OkStatus();
}

absl::Status SnapshotCompiler::CompileViews(const State& state,
                                            const Products<v1::Zone, Zone>& zones,
                                            const Products<v1::Rule, Rule>& rules,
                                            Interner* view_ids, Interner* groups,
                                            Products<v1::View, View>* compiled) const {
  compiled->reserve(state.views.size());
  for (const auto& [name, source] : state.views) {
    const uint64_t id = view_ids->Id(name);
    auto view_zones =
        Resolve<Zone>("zone", source->zones(), zones, [](const Zone& zone) { return zone.apex(); });
    if (!view_zones.ok()) return Annotate("view", name, view_zones.status());
    auto view_rules = Resolve<Rule>("rule", source->rules(), rules,
                                    [](const Rule& rule) { return rule.domain_name; });
    if (!view_rules.ok()) return Annotate("view", name, view_rules.status());
    auto recursive = CompileRecursive(*source, groups);
    if (!recursive.ok()) return Annotate("view", name, recursive.status());
    auto old = views_.find(name);
    if (old != views_.end() && old->second.source == source &&
        old->second.product->zones() == *view_zones &&
        old->second.product->rules() == *view_rules) {
      compiled->emplace(name, old->second);
      continue;
    }
    auto networks = CompileNetworks(*source);
    if (!networks.ok()) return Annotate("view", name, networks.status());
    compiled->emplace(name, Compiled<v1::View, View>{
                                source, std::make_shared<const View>(
                                            id, name, *std::move(networks), *std::move(view_zones),
                                            *std::move(view_rules), *std::move(recursive))});
  }
  return absl::OkStatus();
}

}  // namespace nave::resolver
