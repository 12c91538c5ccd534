#include "catalog/publish/snapshot_export.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/publish/compiler.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

using Names = std::set<std::string>;

constexpr size_t kPageBytes = size_t{1} << 20;

absl::Status CheckBytes(size_t bytes) {
  if (bytes <= kMaxExportBytes) return absl::OkStatus();
  return Error(api::v1::LIMIT_REACHED, absl::StrCat("the snapshot is larger than ", kMaxExportBytes,
                                                    " bytes; export fewer VPCs at a time"));
}

absl::Status AddZone(store::Reader& reader, const std::string& name, size_t* bytes,
                     resolver::v1::Snapshot* snapshot) {
  NAVE_ASSIGN_OR_RETURN(std::optional<resolver::v1::Zone> zone, CompileZone(reader, name));
  if (!zone.has_value()) return absl::OkStatus();
  std::string from;
  do {
    NAVE_ASSIGN_OR_RETURN(RRsetPage page, CompileRRsets(reader, name, from, kPageBytes));
    for (resolver::v1::RRset& rrset : page.rrsets) {
      *bytes += rrset.ByteSizeLong();
      *zone->add_rrsets() = std::move(rrset);
    }
    NAVE_RETURN_IF_ERROR(CheckBytes(*bytes));
    from = std::move(page.next);
  } while (!from.empty());
  *snapshot->add_zones() = *std::move(zone);
  return absl::OkStatus();
}

absl::Status AddListener(store::Reader& reader, const std::string& address, const Names& views,
                         resolver::v1::Snapshot* snapshot) {
  NAVE_ASSIGN_OR_RETURN(std::optional<resolver::v1::Listener> listener,
                        CompileListener(reader, address));
  if (!listener.has_value()) return absl::OkStatus();
  auto* names = listener->mutable_views();
  names->erase(std::remove_if(names->begin(), names->end(),
                              [&](const std::string& view) { return views.count(view) == 0; }),
               names->end());
  *snapshot->add_listeners() = *std::move(listener);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<resolver::v1::Snapshot> ExportSnapshot(store::Reader& reader,
                                                      const std::vector<std::string>& vpcs) {
  resolver::v1::Snapshot snapshot;
  snapshot.set_revision(reader.revision());
  const Names views(vpcs.begin(), vpcs.end());
  Names zones, rules, listeners;
  for (const std::string& vpc : views) {
    NAVE_ASSIGN_OR_RETURN(std::optional<resolver::v1::View> view, CompileView(reader, vpc));
    if (!view.has_value()) return NotFoundError(vpc);
    zones.insert(view->zones().begin(), view->zones().end());
    rules.insert(view->rules().begin(), view->rules().end());
    NAVE_ASSIGN_OR_RETURN(const std::vector<std::string> addresses, ListenersOf(reader, vpc));
    listeners.insert(addresses.begin(), addresses.end());
    *snapshot.add_views() = *std::move(view);
  }
  for (const std::string& name : rules) {
    NAVE_ASSIGN_OR_RETURN(std::optional<resolver::v1::Rule> rule, CompileRule(reader, name));
    if (rule.has_value()) *snapshot.add_rules() = *std::move(rule);
  }
  for (const std::string& address : listeners) {
    NAVE_RETURN_IF_ERROR(AddListener(reader, address, views, &snapshot));
  }
  size_t bytes = snapshot.ByteSizeLong();
  for (const std::string& zone : zones) {
    NAVE_RETURN_IF_ERROR(AddZone(reader, zone, &bytes, &snapshot));
  }
  NAVE_RETURN_IF_ERROR(CheckBytes(bytes));
  return snapshot;
}

}  // namespace nave::catalog
