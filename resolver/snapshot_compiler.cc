#include "resolver/snapshot_compiler.h"

#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "resolver/object_compiler.h"
#include "resolver/suffixes.h"

namespace nave::resolver {
namespace {

absl::Status Annotate(absl::string_view kind, absl::string_view name, const absl::Status& status) {
  return absl::InvalidArgumentError(
      absl::StrCat(kind, " '", name, "': ", std::string(status.message())));
}

// The product of this name with the changes, or null.
template <typename Products, typename Changes>
auto Find(const Products& products, const Changes& changes, const std::string& name) {
  auto made = changes.made.find(name);
  if (made != changes.made.end()) return made->second.product;
  auto old = products.find(name);
  const bool is_there = old != products.end() && !changes.removed.contains(name);
  return is_there ? old->second.product : nullptr;
}

// Calls `compile(name, source, old)` for each source that is not the one that was compiled, with
// the product before it or null.
template <typename Sources, typename Products, typename Changes, typename Compile>
absl::Status Compare(const Sources& before, const Sources& after, const Products& products,
                     Changes* changes, const Compile& compile) {
  absl::Status status;
  Sources::ForEachDifference(before, after, [&](const std::string& name, const auto* source) {
    auto old = products.find(name);
    const bool is_new = old == products.end();
    if (!is_new) changes->outdated.insert(old->second.product.get());
    if (source == nullptr) {
      changes->removed.insert(name);
    } else if (status.ok()) {
      status = compile(name, *source, is_new ? nullptr : old->second.product);
    }
  });
  return status;
}

template <typename Products, typename Changes>
void Apply(Changes changes, Products* products) {
  for (const std::string& name : changes.removed) products->erase(name);
  for (auto& [name, made] : changes.made) (*products)[name] = std::move(made);
}

// The group that a product asks, or null.
const TargetGroup* GroupOf(const Rule& rule) { return rule.group.get(); }
const TargetGroup* GroupOf(const View& view) { return view.recursive().get(); }

// The numbers of the groups of what was made are held, those of what is outdated no more.
template <typename Changes>
void KeepGroups(const Changes& changes, Interner* groups) {
  for (const auto& [name, made] : changes.made) {
    if (const TargetGroup* group = GroupOf(*made.product)) groups->Hold(group->id);
  }
  for (const auto* product : changes.outdated) {
    if (const TargetGroup* group = GroupOf(*product)) groups->Release(group->id);
  }
}

// Finds which views have one of some objects: by its suffix, without a walk along all that a view
// has.
class Outdated {
 public:
  Outdated(const absl::flat_hash_set<const Zone*>& zones,
           const absl::flat_hash_set<const Rule*>& rules) {
    for (const Zone* zone : zones) zones_.emplace_back(zone, zone->apex());
    for (const Rule* rule : rules) rules_.emplace_back(rule, rule->domain_name);
  }

  bool empty() const { return zones_.empty() && rules_.empty(); }

  bool IsIn(const View& view) const {
    const auto match = [&](const Suffixes& name) { return view.Find(name, name.label_count()); };
    return absl::c_any_of(
               zones_, [&](const auto& zone) { return match(zone.second).zone == zone.first; }) ||
           absl::c_any_of(rules_,
                          [&](const auto& rule) { return match(rule.second).rule == rule.first; });
  }

 private:
  std::vector<std::pair<const Zone*, Suffixes>> zones_;
  std::vector<std::pair<const Rule*, Suffixes>> rules_;
};

template <typename Views>
bool HasOutdated(const Listener& listener, const Views& outdated) {
  return !outdated.empty() && absl::c_any_of(listener.views(), [&](const auto& view) {
    return outdated.contains(view.get());
  });
}

// The listener with what took the place of its outdated views, or null if only a whole compilation
// can tell: a view is gone, or has other networks.
template <typename Changes>
std::shared_ptr<const Listener> ReplaceViews(const Listener& listener, const Changes& changes) {
  std::vector<std::shared_ptr<const View>> views = listener.views();
  for (auto& view : views) {
    if (!changes.outdated.contains(view.get())) continue;
    auto made = changes.made.find(view->name());
    if (made == changes.made.end()) return nullptr;
    if (made->second.product->networks() != view->networks()) return nullptr;
    view = made->second.product;
  }
  return std::make_shared<const Listener>(listener, std::move(views));
}

// The objects that a view names, each once, and no two with one suffix.
template <typename Object, typename Products, typename Changes, typename NameOf>
absl::StatusOr<std::vector<std::shared_ptr<const Object>>> Resolve(
    absl::string_view kind, const google::protobuf::RepeatedPtrField<std::string>& names,
    const Products& products, const Changes& changes, NameOf suffix_of) {
  std::vector<std::shared_ptr<const Object>> objects;
  absl::flat_hash_map<dns::Name, std::string> by_suffix;
  for (const std::string& name : names) {
    const std::shared_ptr<const Object> object = Find(products, changes, name);
    if (object == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(kind, " '", name, "' does not exist"));
    }
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

template <typename Views, typename Changes>
absl::StatusOr<std::shared_ptr<const Listener>> CompileListener(const v1::Listener& listener,
                                                                const Views& views,
                                                                const Changes& changes) {
  NAVE_ASSIGN_OR_RETURN(net::Endpoint endpoint, net::Endpoint::Parse(listener.address()));
  if (listener.views_size() > SnapshotCompiler::kMaxViewsPerListener) {
    return absl::InvalidArgumentError("too many views behind one listener");
  }
  std::vector<std::shared_ptr<const View>> behind;
  absl::flat_hash_set<std::string> seen;
  for (const std::string& name : listener.views()) {
    std::shared_ptr<const View> view = Find(views, changes, name);
    if (view == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("view '", name, "' does not exist"));
    }
    if (seen.insert(name).second) behind.push_back(std::move(view));
  }
  if (behind.size() > 1) NAVE_RETURN_IF_ERROR(CheckNetworks(behind));
  return std::make_shared<const Listener>(endpoint, std::move(behind));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Snapshot>> SnapshotCompiler::Compile(const State& state) {
  // Of a state that was refused, and of what went with the last one.
  group_ids_.Sweep();
  AllChanges changes;
  NAVE_RETURN_IF_ERROR(CompileZones(state, &changes));
  NAVE_RETURN_IF_ERROR(CompileRules(state, &changes));
  NAVE_RETURN_IF_ERROR(CompileViews(state, &changes));
  NAVE_RETURN_IF_ERROR(CompileListeners(state, &changes));
  Keep(std::move(changes));
  compiled_ = state;
  std::vector<std::shared_ptr<const Listener>> listeners;
  for (const auto& [name, listener] : listeners_) listeners.push_back(listener.product);
  std::vector<std::shared_ptr<const View>> views;
  views.reserve(views_.size());
  for (const auto& [name, view] : views_) views.push_back(view.product);
  return std::make_shared<const Snapshot>(state.revision, std::move(listeners), std::move(views),
                                          zones_.size(), rules_.size());
}

void SnapshotCompiler::Keep(AllChanges changes) {
  KeepGroups(changes.rules, &group_ids_);
  KeepGroups(changes.views, &group_ids_);
  Apply(std::move(changes.zones), &zones_);
  Apply(std::move(changes.rules), &rules_);
  Apply(std::move(changes.views), &views_);
  Apply(std::move(changes.listeners), &listeners_);
}

absl::Status SnapshotCompiler::CompileZones(const State& state, AllChanges* changes) const {
  return Compare(compiled_.zones, state.zones, zones_, &changes->zones,
                 [&](const std::string& name, const auto& source, const auto&) -> absl::Status {
                   auto zone = CompileZone(source->Read());
                   if (!zone.ok()) return Annotate("zone", name, zone.status());
                   changes->zones.made[name] = {source, *std::move(zone)};
                   return absl::OkStatus();
                 });
}

absl::Status SnapshotCompiler::CompileRules(const State& state, AllChanges* changes) {
  return Compare(compiled_.rules, state.rules, rules_, &changes->rules,
                 [&](const std::string& name, const auto& source, const auto&) -> absl::Status {
                   auto rule = CompileRule(*source, &group_ids_);
                   if (!rule.ok()) return Annotate("rule", name, rule.status());
                   changes->rules.made[name] = {source, *std::move(rule)};
                   return absl::OkStatus();
                 });
}

absl::Status SnapshotCompiler::CompileViews(const State& state, AllChanges* changes) {
  const auto compile = [&](const std::string& name, const auto& source,
                           const std::shared_ptr<const View>& old) -> absl::Status {
    const uint64_t id = old == nullptr ? ++last_view_id_ : old->id();
    auto view = CompileView(*source, id, *changes);
    if (!view.ok()) return Annotate("view", name, view.status());
    changes->views.made[name] = {source, *std::move(view)};
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(Compare(compiled_.views, state.views, views_, &changes->views, compile));
  // Those that stay may have what did not.
  const Outdated outdated(changes->zones.outdated, changes->rules.outdated);
  if (outdated.empty()) return absl::OkStatus();
  for (const auto& [name, old] : views_) {
    if (changes->views.outdated.contains(old.product.get())) continue;
    if (!outdated.IsIn(*old.product)) continue;
    changes->views.outdated.insert(old.product.get());
    NAVE_RETURN_IF_ERROR(compile(name, old.source, old.product));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const View>> SnapshotCompiler::CompileView(
    const v1::View& source, uint64_t id, const AllChanges& changes) {
  NAVE_ASSIGN_OR_RETURN(auto zones, Resolve<Zone>("zone", source.zones(), zones_, changes.zones,
                                                  [](const Zone& zone) { return zone.apex(); }));
  NAVE_ASSIGN_OR_RETURN(auto rules,
                        Resolve<Rule>("rule", source.rules(), rules_, changes.rules,
                                      [](const Rule& rule) { return rule.domain_name; }));
  NAVE_ASSIGN_OR_RETURN(auto recursive, CompileRecursive(source, &group_ids_));
  NAVE_ASSIGN_OR_RETURN(auto networks, CompileNetworks(source));
  return std::make_shared<const View>(id, source.name(), std::move(networks), std::move(zones),
                                      std::move(rules), std::move(recursive));
}

absl::Status SnapshotCompiler::CompileListeners(const State& state, AllChanges* changes) const {
  const auto compile = [&](const std::string& name, const auto& source,
                           const auto&) -> absl::Status {
    auto listener = CompileListener(*source, views_, changes->views);
    if (!listener.ok()) return Annotate("listener", name, listener.status());
    changes->listeners.made[name] = {source, *std::move(listener)};
    return absl::OkStatus();
  };
  NAVE_RETURN_IF_ERROR(
      Compare(compiled_.listeners, state.listeners, listeners_, &changes->listeners, compile));
  absl::flat_hash_set<net::Endpoint> endpoints;
  for (const auto& [name, old] : listeners_) {
    if (changes->listeners.outdated.contains(old.product.get())) continue;
    if (!HasOutdated(*old.product, changes->views.outdated)) {
      endpoints.insert(old.product->endpoint());
    } else if (auto listener = ReplaceViews(*old.product, changes->views)) {
      changes->listeners.made[name] = {old.source, std::move(listener)};
    } else {
      NAVE_RETURN_IF_ERROR(compile(name, old.source, old.product));
    }
  }
  for (const auto& [name, made] : changes->listeners.made) {
    const net::Endpoint& endpoint = made.product->endpoint();
    if (endpoint.port != 0 && !endpoints.insert(endpoint).second) {
      return absl::InvalidArgumentError(absl::StrCat("listener '", name, "' is given twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace nave::resolver
