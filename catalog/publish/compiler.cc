#include "catalog/publish/compiler.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "lib/base/status_macros.h"
#include "lib/net/endpoint.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::catalog {
namespace {

namespace rv = resolver::v1;
using dns::v1::Endpoint;
using dns::v1::ZoneAssociation;
using governance::v1::Vpc;

// Record sets that one scan reads.
constexpr size_t kScanPage = 500;

template <typename T>
void Raise(const T& resource, int64_t* revision) {
  *revision = std::max<int64_t>(*revision, resource.metadata().revision());
}

absl::Status AddZones(store::Reader& reader, rv::View* view, int64_t* revision) {
  NAVE_ASSIGN_OR_RETURN(auto names, ReferrersOf(reader, view->name(), "ZoneAssociation"));
  for (const std::string& name : names) {
    NAVE_ASSIGN_OR_RETURN(auto association, ReadResource<ZoneAssociation>(reader, name));
    if (association.state() != ZoneAssociation::ASSOCIATED) continue;
    view->add_zones(ParentOf(name));
    Raise(association, revision);
  }
  return absl::OkStatus();
}

absl::Status AddRules(store::Reader& reader, rv::View* view, int64_t* revision) {
  NAVE_ASSIGN_OR_RETURN(auto names, ReferrersOf(reader, view->name(), "RuleAssociation"));
  for (const std::string& name : names) {
    NAVE_ASSIGN_OR_RETURN(auto association, ReadResource<dns::v1::RuleAssociation>(reader, name));
    NAVE_ASSIGN_OR_RETURN(auto rule, ReadResource<dns::v1::Rule>(reader, association.rule()));
    Raise(association, revision);
    Raise(rule, revision);
    if (!rule.disabled()) view->add_rules(rule.name());
  }
  return absl::OkStatus();
}

void AddTarget(const dns::v1::Target& target, const std::string& address, int port,
               rv::Rule* rule) {
  rv::Target* added = rule->add_targets();
  added->set_address(address);
  added->set_port(static_cast<uint32_t>(port));
  added->set_transport(static_cast<rv::Target::Transport>(target.transport()));
  added->set_priority(static_cast<uint32_t>(target.priority()));
  added->set_weight(static_cast<uint32_t>(target.weight()));
}

// A target that is an endpoint stands for the endpoint's addresses as they are now.
absl::Status AddTargets(store::Reader& reader, const dns::v1::Target& target, rv::Rule* rule,
                        int64_t* revision) {
  if (target.inbound_endpoint().empty()) {
    AddTarget(target, target.address(), target.port(), rule);
    return absl::OkStatus();
  }
  NAVE_ASSIGN_OR_RETURN(auto endpoint, ReadResource<Endpoint>(reader, target.inbound_endpoint()));
  Raise(endpoint, revision);
  for (const std::string& text : endpoint.addresses()) {
    NAVE_ASSIGN_OR_RETURN(const net::Endpoint address, net::Endpoint::Parse(text));
    AddTarget(target, address.address.ToString(), address.port, rule);
  }
  return absl::OkStatus();
}

rv::RRset ToRRset(const dns::v1::RecordSet& record_set) {
  const RecordSetParts parts = SplitRecordSetName(record_set.name());
  rv::RRset rrset;
  rrset.set_owner(parts.owner);
  rrset.set_type(parts.rrtype);
  rrset.set_ttl(static_cast<uint32_t>(record_set.ttl_seconds()));
  *rrset.mutable_rdata() = record_set.rdata();
  return rrset;
}

}  // namespace

absl::StatusOr<std::optional<rv::View>> CompileView(store::Reader& reader, const std::string& vpc) {
  NAVE_ASSIGN_OR_RETURN(auto found, Find<Vpc>(reader, vpc));
  if (!found.has_value()) return std::nullopt;
  rv::View view;
  view.set_name(vpc);
  *view.mutable_networks() = found->cidrs();
  *view.mutable_recursive_resolvers() = found->recursive_resolvers();
  int64_t revision = found->metadata().revision();
  NAVE_RETURN_IF_ERROR(AddZones(reader, &view, &revision));
  NAVE_RETURN_IF_ERROR(AddRules(reader, &view, &revision));
  view.set_revision(revision);
  return std::optional<rv::View>(std::move(view));
}

absl::StatusOr<std::optional<rv::Rule>> CompileRule(store::Reader& reader,
                                                    const std::string& rule) {
  NAVE_ASSIGN_OR_RETURN(auto found, Find<dns::v1::Rule>(reader, rule));
  if (!found.has_value() || found->disabled()) return std::nullopt;
  rv::Rule compiled;
  compiled.set_name(rule);
  compiled.set_domain_name(found->domain_name());
  compiled.set_kind(static_cast<rv::Rule::Kind>(found->kind()));
  int64_t revision = found->metadata().revision();
  for (const dns::v1::Target& target : found->targets()) {
    NAVE_RETURN_IF_ERROR(AddTargets(reader, target, &compiled, &revision));
  }
  if (!found->outbound_endpoint().empty()) {
    NAVE_ASSIGN_OR_RETURN(auto endpoint,
                          ReadResource<Endpoint>(reader, found->outbound_endpoint()));
    Raise(endpoint, &revision);
    for (const std::string& text : endpoint.addresses()) {
      NAVE_ASSIGN_OR_RETURN(const net::Endpoint source, net::Endpoint::Parse(text));
      compiled.add_source_addresses(source.address.ToString());
    }
  }
  if (found->has_policy()) *compiled.mutable_policy() = found->policy();
  compiled.set_revision(revision);
  return std::optional<rv::Rule>(std::move(compiled));
}

absl::StatusOr<std::optional<rv::Listener>> CompileListener(store::Reader& reader,
                                                            const std::string& address) {
  NAVE_ASSIGN_OR_RETURN(auto owners, FindByIndex(reader, kListenerIndex, address));
  if (owners.empty()) return std::nullopt;
  std::set<std::string> views;
  int64_t revision = 0;
  for (const std::string& owner : owners) {
    if (TypeOfName(owner)->type == "Vpc") {
      NAVE_ASSIGN_OR_RETURN(auto vpc, ReadResource<Vpc>(reader, owner));
      Raise(vpc, &revision);
      views.insert(owner);
    } else {
      NAVE_ASSIGN_OR_RETURN(auto endpoint, ReadResource<Endpoint>(reader, owner));
      Raise(endpoint, &revision);
      views.insert(endpoint.vpc());
    }
  }
  rv::Listener listener;
  listener.set_address(address);
  listener.set_revision(revision);
  for (const std::string& view : views) listener.add_views(view);
  return std::optional<rv::Listener>(std::move(listener));
}

absl::StatusOr<std::optional<rv::Zone>> CompileZone(store::Reader& reader,
                                                    const std::string& zone) {
  NAVE_ASSIGN_OR_RETURN(auto found, Find<dns::v1::Zone>(reader, zone));
  if (!found.has_value()) return std::nullopt;
  rv::Zone compiled;
  compiled.set_name(zone);
  compiled.set_apex(found->domain_name());
  compiled.set_fallback_on_nxdomain(found->fallback_on_nxdomain());
  compiled.set_revision(found->metadata().revision());
  return std::optional<rv::Zone>(std::move(compiled));
}

absl::StatusOr<std::optional<rv::RRset>> CompileRRset(store::Reader& reader,
                                                      const std::string& record_set) {
  NAVE_ASSIGN_OR_RETURN(auto found, Find<dns::v1::RecordSet>(reader, record_set));
  if (!found.has_value()) return std::nullopt;
  return std::optional<rv::RRset>(ToRRset(*found));
}

absl::StatusOr<RRsetPage> CompileRRsets(store::Reader& reader, const std::string& zone,
                                        const std::string& from, size_t max_bytes) {
  const std::string prefix = absl::StrCat(zone, "/recordSets/");
  const std::string end = store::PrefixEnd(prefix);
  RRsetPage page;
  std::string position = from.empty() ? prefix : from;
  size_t bytes = 0;
  // Ends with the zone, or with the page.
  while (true) {
    NAVE_ASSIGN_OR_RETURN(auto entries,
                          reader.Scan(store::Table::kResources, position, end, kScanPage));
    for (const store::Entry& entry : entries) {
      if (!page.rrsets.empty() && bytes + entry.value.size() > max_bytes) {
        page.next = entry.key;
        return page;
      }
      dns::v1::RecordSet record_set;
      NAVE_RETURN_IF_ERROR(FillFromEntry(entry, &record_set));
      page.rrsets.push_back(ToRRset(record_set));
      bytes += entry.value.size();
    }
    if (entries.size() < kScanPage) return page;
    position = entries.back().key + '\0';
  }
}

absl::StatusOr<std::vector<std::string>> ListenersOf(store::Reader& reader,
                                                     const std::string& vpc) {
  std::vector<std::string> addresses;
  NAVE_ASSIGN_OR_RETURN(auto found, Find<Vpc>(reader, vpc));
  if (!found.has_value()) return addresses;
  addresses.assign(found->resolver_addresses().begin(), found->resolver_addresses().end());
  NAVE_ASSIGN_OR_RETURN(auto names, ReferrersOf(reader, vpc, "Endpoint"));
  for (const std::string& name : names) {
    NAVE_ASSIGN_OR_RETURN(auto endpoint, ReadResource<Endpoint>(reader, name));
    if (endpoint.direction() != Endpoint::INBOUND) continue;
    addresses.insert(addresses.end(), endpoint.addresses().begin(), endpoint.addresses().end());
  }
  return addresses;
}

absl::StatusOr<std::vector<std::string>> VpcsWithListeners(store::Reader& reader) {
  NAVE_ASSIGN_OR_RETURN(auto vpcs, ReadAll<Vpc>(reader, "accounts/"));
  std::vector<std::string> names;
  for (const Vpc& vpc : vpcs) {
    NAVE_ASSIGN_OR_RETURN(auto addresses, ListenersOf(reader, vpc.name()));
    if (!addresses.empty()) names.push_back(vpc.name());
  }
  return names;
}

}  // namespace nave::catalog
