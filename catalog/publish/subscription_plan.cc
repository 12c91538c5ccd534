// What a subscription sends, and in which pieces.
#include <optional>
#include <utility>

#include "catalog/publish/compiler.h"
#include "catalog/publish/subscription.h"
#include "catalog/resource_name.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {

using resolver::v1::ControlMessage;
using store::Reader;

absl::Status Subscription::Plan(Reader& reader, const Dependents& dependents) {
  NAVE_RETURN_IF_ERROR(PlanViews(reader, dependents.views));
  PlanZones(dependents.zones);
  NAVE_RETURN_IF_ERROR(PlanRules(reader, dependents.rules));
  NAVE_RETURN_IF_ERROR(PlanListeners(reader, dependents.listeners));
  NAVE_RETURN_IF_ERROR(PlanRecords(reader, dependents.record_sets));
  if (!dependents.views.empty()) nodes_.SetVpcs(node_, session_, needs_.views());
  return absl::OkStatus();
}

absl::Status Subscription::PlanViews(Reader& reader, const std::set<std::string>& vpcs) {
  for (const std::string& vpc : vpcs) {
    NAVE_ASSIGN_OR_RETURN(const bool wanted, Wanted(reader, vpc));
    std::optional<resolver::v1::View> view;
    if (wanted) {
      NAVE_ASSIGN_OR_RETURN(view, CompileView(reader, vpc));
    }
    if (view.has_value()) {
      needs_.Replace(vpc, &*view);
      *queue_.emplace_back().mutable_view() = *std::move(view);
    } else if (needs_.HasView(vpc)) {
      needs_.Replace(vpc, nullptr);
      queue_.emplace_back().mutable_removed()->set_view(vpc);
    }
  }
  return absl::OkStatus();
}

void Subscription::PlanZones(const std::set<std::string>& changed) {
  const NeedCounts::Difference difference = needs_.zones().Take();
  for (const std::string& zone : difference.gone) {
    queue_.emplace_back().mutable_removed()->set_zone(zone);
  }
  for (const std::string& zone : difference.come) zones_[zone] = ZoneWork();
  for (const std::string& zone : changed) {
    if (needs_.zones().Has(zone)) zones_[zone] = ZoneWork();
  }
}

absl::Status Subscription::PlanRules(Reader& reader, const std::set<std::string>& changed) {
  NeedCounts::Difference difference = needs_.rules().Take();
  for (const std::string& rule : difference.gone) {
    queue_.emplace_back().mutable_removed()->set_rule(rule);
  }
  for (const std::string& rule : changed) {
    if (needs_.rules().Has(rule)) difference.come.insert(rule);
  }
  for (const std::string& rule : difference.come) {
    NAVE_ASSIGN_OR_RETURN(auto compiled, CompileRule(reader, rule));
    if (compiled.has_value()) *queue_.emplace_back().mutable_rule() = *std::move(compiled);
  }
  return absl::OkStatus();
}

absl::Status Subscription::PlanListeners(Reader& reader, const std::set<std::string>& addresses) {
  for (const std::string& address : addresses) {
    NAVE_ASSIGN_OR_RETURN(const auto compiled, CompileListener(reader, address));
    resolver::v1::Listener listener;
    listener.set_address(address);
    if (compiled.has_value()) {
      listener.set_revision(compiled->revision());
      for (const std::string& view : compiled->views()) {
        if (needs_.HasView(view)) listener.add_views(view);
      }
    }
    if (!listener.views().empty()) {
      listeners_.insert(address);
      *queue_.emplace_back().mutable_listener() = std::move(listener);
    } else if (listeners_.erase(address) > 0) {
      queue_.emplace_back().mutable_removed()->set_listener(address);
    }
  }
  return absl::OkStatus();
}

absl::Status Subscription::PlanRecords(Reader& reader, const std::set<std::string>& record_sets) {
  std::map<std::string, std::vector<std::string>> by_zone;
  for (const std::string& name : record_sets) {
    const std::string zone = SplitRecordSetName(name).zone;
    if (needs_.zones().Has(zone) && zones_.count(zone) == 0) by_zone[zone].push_back(name);
  }
  for (const auto& [zone, names] : by_zone) {
    if (names.size() > kMaxRRsetsInChange) {
      zones_[zone] = ZoneWork();
      continue;
    }
    resolver::v1::ZoneChange* change = nullptr;
    size_t bytes = 0;
    for (const std::string& name : names) {
      if (change == nullptr || bytes > kMaxBatchBytes) {
        change = queue_.emplace_back().mutable_zone_change();
        change->set_zone(zone);
        change->set_revision(target_);
        bytes = 0;
      }
      NAVE_ASSIGN_OR_RETURN(auto rrset, CompileRRset(reader, name));
      if (rrset.has_value()) {
        bytes += rrset->ByteSizeLong();
        *change->add_upserted() = *std::move(rrset);
        continue;
      }
      const RecordSetParts parts = SplitRecordSetName(name);
      resolver::v1::RRset* removed = change->add_removed();
      removed->set_owner(parts.owner);
      removed->set_type(parts.rrtype);
      bytes += name.size();
    }
  }
  return absl::OkStatus();
}

absl::Status Subscription::Drain(Messages* messages) {
  size_t bytes = 0;
  while (!queue_.empty() && bytes < kMaxBatchBytes) {
    bytes += queue_.front().ByteSizeLong();
    messages->push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  if (queue_.empty() && !zones_.empty() && bytes < kMaxBatchBytes) {
    NAVE_RETURN_IF_ERROR(DrainZones(&bytes, messages));
  }
  if (!queue_.empty() || !zones_.empty()) return absl::OkStatus();
  completed_ = target_;
  resolver::v1::Complete* complete = messages->emplace_back().mutable_complete();
  complete->set_revision(target_);
  complete->set_lease_ms(static_cast<int32_t>(absl::ToInt64Milliseconds(kLease)));
  absl::MutexLock lock(&mutex_);
  sent_ = target_;
  return absl::OkStatus();
}

// Each batch reads anew at the same revision: no snapshot is held while a slow resolver reads.
absl::Status Subscription::DrainZones(size_t* bytes, Messages* messages) {
  NAVE_ASSIGN_OR_RETURN(const auto reader, store_.Read(target_));
  while (!zones_.empty() && *bytes < kMaxBatchBytes) {
    const auto first = zones_.begin();
    ZoneWork& work = first->second;
    NAVE_ASSIGN_OR_RETURN(auto zone, CompileZone(*reader, first->first));
    if (!zone.has_value()) {
      zones_.erase(first);
      continue;
    }
    NAVE_ASSIGN_OR_RETURN(RRsetPage page,
                          CompileRRsets(*reader, first->first, work.from, kMaxBatchBytes));
    ControlMessage message;
    if (!work.begun) {
      for (resolver::v1::RRset& rrset : page.rrsets) *zone->add_rrsets() = std::move(rrset);
      *message.mutable_zone() = *std::move(zone);
    } else {
      message.mutable_zone_change()->set_zone(first->first);
      message.mutable_zone_change()->set_revision(target_);
      for (resolver::v1::RRset& rrset : page.rrsets) {
        *message.mutable_zone_change()->add_upserted() = std::move(rrset);
      }
    }
    *bytes += message.ByteSizeLong();
    messages->push_back(std::move(message));
    work.begun = true;
    work.from = page.next;
    if (work.from.empty()) zones_.erase(first);
  }
  return absl::OkStatus();
}

}  // namespace nave::catalog
