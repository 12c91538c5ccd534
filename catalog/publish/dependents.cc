#include "catalog/publish/dependents.h"

#include <map>
#include <optional>

#include "catalog/governance/read.h"
#include "catalog/resource_name.h"
#include "lib/base/status_macros.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::Endpoint;
using dns::v1::Rule;
using dns::v1::RuleAssociation;
using store::Reader;

absl::Status AddVpc(Reader& reader, const std::string& key, Dependents* dependents) {
  dependents->views.insert(key);
  NAVE_ASSIGN_OR_RETURN(auto vpc, Find<governance::v1::Vpc>(reader, key));
  if (!vpc.has_value()) return absl::OkStatus();
  dependents->listeners.insert(vpc->resolver_addresses().begin(), vpc->resolver_addresses().end());
  return absl::OkStatus();
}

absl::Status AddEndpoint(Reader& reader, const std::string& key, Dependents* dependents) {
  NAVE_ASSIGN_OR_RETURN(auto endpoint, Find<Endpoint>(reader, key));
  if (!endpoint.has_value()) return absl::OkStatus();
  if (endpoint->direction() == Endpoint::INBOUND) {
    dependents->listeners.insert(endpoint->addresses().begin(), endpoint->addresses().end());
    dependents->views.insert(endpoint->vpc());
  }
  NAVE_ASSIGN_OR_RETURN(auto rules, ReferrersOf(reader, key, "Rule"));
  dependents->rules.insert(rules.begin(), rules.end());
  return absl::OkStatus();
}

// A rule that is disabled leaves the views of its VPCs.
absl::Status AddRule(Reader& reader, const std::string& key, Dependents* dependents) {
  dependents->rules.insert(key);
  NAVE_ASSIGN_OR_RETURN(auto names, ReferrersOf(reader, key, "RuleAssociation"));
  for (const std::string& name : names) {
    NAVE_ASSIGN_OR_RETURN(auto association, ReadResource<RuleAssociation>(reader, name));
    dependents->views.insert(association.vpc());
  }
  return absl::OkStatus();
}

template <typename Association>
absl::Status AddAssociation(Reader& reader, const std::string& key, Dependents* dependents) {
  NAVE_ASSIGN_OR_RETURN(auto association, Find<Association>(reader, key));
  if (association.has_value()) dependents->views.insert(association->vpc());
  return absl::OkStatus();
}

using Adder = absl::Status (*)(Reader&, const std::string&, Dependents*);

const std::map<std::string, Adder>& Adders() {
  static const auto* const adders = new std::map<std::string, Adder>{
      {"Vpc", AddVpc},
      {"Endpoint", AddEndpoint},
      {"Rule", AddRule},
      {"RuleAssociation", AddAssociation<RuleAssociation>},
      {"ZoneAssociation", AddAssociation<dns::v1::ZoneAssociation>},
  };
  return *adders;
}

// True if what resolvers hear of a zone beside its record sets is the same.
bool SameOptions(const store::Entry& old_entry, const store::Entry& new_entry) {
  dns::v1::Zone before, after;
  return before.ParseFromString(old_entry.value) && after.ParseFromString(new_entry.value) &&
         before.fallback_on_nxdomain() == after.fallback_on_nxdomain();
}

// A zone that was there before and is the same one needs no more than its record sets.
absl::Status AddZone(Reader& before, Reader& after, const std::string& key,
                     Dependents* dependents) {
  NAVE_ASSIGN_OR_RETURN(const auto old_entry, before.Get(store::Table::kResources, key));
  NAVE_ASSIGN_OR_RETURN(const auto new_entry, after.Get(store::Table::kResources, key));
  const bool same = old_entry.has_value() && new_entry.has_value() &&
                    old_entry->create_revision == new_entry->create_revision &&
                    SameOptions(*old_entry, *new_entry);
  if (!same) dependents->zones.insert(key);
  return absl::OkStatus();
}

}  // namespace

absl::Status AddDependents(Reader& before, Reader& after, const std::string& key,
                           Dependents* dependents) {
  const ResourceType* type = TypeOfName(key);
  if (type == nullptr) return absl::OkStatus();
  if (type->type == "RecordSet") {
    dependents->record_sets.insert(key);
    return absl::OkStatus();
  }
  if (type->type == "Zone") return AddZone(before, after, key, dependents);
  const auto adder = Adders().find(type->type);
  if (adder == Adders().end()) return absl::OkStatus();
  NAVE_RETURN_IF_ERROR(adder->second(before, key, dependents));
  return adder->second(after, key, dependents);
}

}  // namespace nave::catalog
