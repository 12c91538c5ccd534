#include "resolver/stream_client_changes.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nave::resolver {
namespace {

std::string KeyOf(const v1::RRset& rrset) {
  return absl::StrCat(absl::AsciiStrToLower(rrset.owner()), " ",
                      absl::AsciiStrToUpper(rrset.type()));
}

template <typename T>
absl::Status Put(absl::string_view kind, const std::string& name, std::shared_ptr<const T> object,
                 SharedMap<std::shared_ptr<const T>>* objects) {
  if (name.empty()) return absl::InvalidArgumentError(absl::StrCat("a ", kind, " has no name"));
  if (objects->size() >= StreamChanges::kMaxObjects) {
    return absl::ResourceExhaustedError(absl::StrCat("too many objects of the kind ", kind));
  }
  (*objects)[name] = std::move(object);
  return absl::OkStatus();
}

template <typename T>
std::shared_ptr<const T> Hold(T* object) {
  return std::make_shared<const T>(std::move(*object));
}

}  // namespace

absl::Status StreamChanges::Apply(v1::ControlMessage message) {
  switch (message.message_case()) {
    case v1::ControlMessage::kReset:
      edits_.clear();
      state_ = State();
      return absl::OkStatus();
    case v1::ControlMessage::kListener: {
      const std::string name = message.listener().address();
      return Put("listener", name, Hold(message.mutable_listener()), &state_.listeners);
    }
    case v1::ControlMessage::kView: {
      const std::string name = message.view().name();
      return Put("view", name, Hold(message.mutable_view()), &state_.views);
    }
    case v1::ControlMessage::kZone: {
      const std::string name = message.zone().name();
      edits_.erase(name);
      return Put("zone", name, std::make_shared<const StoredZone>(message.zone()), &state_.zones);
    }
    case v1::ControlMessage::kRule: {
      const std::string name = message.rule().name();
      return Put("rule", name, Hold(message.mutable_rule()), &state_.rules);
    }
    case v1::ControlMessage::kZoneChange:
      return ApplyZoneChange(std::move(*message.mutable_zone_change()));
    case v1::ControlMessage::kRemoved:
      return ApplyRemoved(message.removed());
    default:
      return absl::InvalidArgumentError("a message that changes nothing");
  }
}

absl::Status StreamChanges::ApplyZoneChange(v1::ZoneChange change) {
  ZoneEdit* const edit = EditZone(change.zone());
  if (edit == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("a change of zone '", change.zone(), "', which was never sent"));
  }
  auto* const rrsets = edit->zone.mutable_rrsets();
  for (const v1::RRset& gone : change.removed()) {
    auto found = edit->places.find(KeyOf(gone));
    if (found == edit->places.end()) continue;
    const int place = found->second;
    edit->places.erase(found);
    // The last one fills the gap: the order of RRsets means nothing.
    const int last = rrsets->size() - 1;
    if (place != last) {
      rrsets->SwapElements(place, last);
      edit->places[KeyOf(rrsets->Get(place))] = place;
    }
    rrsets->RemoveLast();
  }
  for (v1::RRset& rrset : *change.mutable_upserted()) {
    const auto [place, added] = edit->places.emplace(KeyOf(rrset), rrsets->size());
    v1::RRset* const target = added ? rrsets->Add() : rrsets->Mutable(place->second);
    *target = std::move(rrset);
  }
  edit->zone.set_revision(change.revision());
  return absl::OkStatus();
}

StreamChanges::ZoneEdit* StreamChanges::EditZone(const std::string& name) {
  auto found = edits_.find(name);
  if (found != edits_.end()) return &found->second;
  auto zone = state_.zones.find(name);
  if (zone == state_.zones.end()) return nullptr;
  ZoneEdit edit{zone->second->Read(), {}};
  for (int i = 0; i < edit.zone.rrsets_size(); ++i) edit.places[KeyOf(edit.zone.rrsets(i))] = i;
  return &edits_.emplace(name, std::move(edit)).first->second;
}

absl::Status StreamChanges::ApplyRemoved(const v1::Removed& removed) {
  switch (removed.object_case()) {
    case v1::Removed::kListener:
      state_.listeners.erase(removed.listener());
      return absl::OkStatus();
    case v1::Removed::kView:
      state_.views.erase(removed.view());
      return absl::OkStatus();
    case v1::Removed::kZone:
      edits_.erase(removed.zone());
      state_.zones.erase(removed.zone());
      return absl::OkStatus();
    case v1::Removed::kRule:
      state_.rules.erase(removed.rule());
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("a removal of nothing");
  }
}

const State& StreamChanges::Complete(int64_t revision) {
  for (const auto& [name, edit] : edits_) {
    state_.zones[name] = std::make_shared<const StoredZone>(edit.zone);
  }
  edits_.clear();
  state_.revision = revision;
  return state_;
}

}  // namespace nave::resolver
