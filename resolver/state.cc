#include "resolver/state.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/base/status_macros.h"

namespace nave::resolver {
namespace {

template <typename Source, typename T>
absl::Status Put(absl::string_view kind, const std::string& name, Source&& object,
                 SharedMap<std::shared_ptr<const T>>* objects) {
  if (name.empty()) return absl::InvalidArgumentError(absl::StrCat("a ", kind, " has no name"));
  if (!objects->emplace(name, std::make_shared<const T>(std::forward<Source>(object)))) {
    return absl::InvalidArgumentError(absl::StrCat(kind, " '", name, "' is given twice"));
  }
  return absl::OkStatus();
}

}  // namespace

v1::Zone StoredZone::Read() const {
  v1::Zone zone;
  NAVE_CHECK(zone.ParseFromString(octets_));
  return zone;
}

absl::StatusOr<State> StateFromSnapshot(v1::Snapshot snapshot) {
  State state;
  state.revision = snapshot.revision();
  for (v1::Listener& listener : *snapshot.mutable_listeners()) {
    const std::string name = listener.address();
    NAVE_RETURN_IF_ERROR(Put("listener", name, std::move(listener), &state.listeners));
  }
  for (v1::View& view : *snapshot.mutable_views()) {
    const std::string name = view.name();
    NAVE_RETURN_IF_ERROR(Put("view", name, std::move(view), &state.views));
  }
  for (const v1::Zone& zone : snapshot.zones()) {
    NAVE_RETURN_IF_ERROR(Put("zone", zone.name(), zone, &state.zones));
  }
  for (v1::Rule& rule : *snapshot.mutable_rules()) {
    const std::string name = rule.name();
    NAVE_RETURN_IF_ERROR(Put("rule", name, std::move(rule), &state.rules));
  }
  return state;
}

v1::Snapshot SnapshotFromState(const State& state) {
  v1::Snapshot snapshot;
  snapshot.set_revision(state.revision);
  for (const auto& [name, listener] : state.listeners) *snapshot.add_listeners() = *listener;
  for (const auto& [name, view] : state.views) *snapshot.add_views() = *view;
  for (const auto& [name, zone] : state.zones) *snapshot.add_zones() = zone->Read();
  for (const auto& [name, rule] : state.rules) *snapshot.add_rules() = *rule;
  return snapshot;
}

}  // namespace nave::resolver
