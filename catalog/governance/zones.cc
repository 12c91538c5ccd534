// Private zones: namespace grants, the records of the apex, the account's ledger row.
#include "absl/strings/str_cat.h"
#include "catalog/governance/consents.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/ledgers.h"
#include "catalog/governance/namespaces.h"
#include "catalog/governance/record_data.h"
#include "catalog/governance/rule_graph.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::RecordSet;
using dns::v1::Zone;

absl::Status BeforeWrite(const Change& change) {
  if (!change.creating()) return absl::OkStatus();
  const Zone& zone = After<Zone>(change);
  return RequireNamespace(change.transaction, change.actor, AccountOf(zone.name()),
                          zone.domain_name());
}

// A zone that lets go of the names that it does not have lets a wider rule decide them.
absl::Status CheckLoopsOf(const Change& change) {
  const Zone& zone = After<Zone>(change);
  if (!zone.fallback_on_nxdomain()) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(auto entries,
                        ScanKind(change.transaction, dns::v1::ZoneAssociation::descriptor(),
                                 absl::StrCat(zone.name(), "/associations/")));
  std::vector<std::string> vpcs;
  for (const store::Entry& entry : entries) {
    dns::v1::ZoneAssociation association;
    NAVE_RETURN_IF_ERROR(FillFromEntry(entry, &association));
    vpcs.push_back(association.vpc());
  }
  return CheckLoops(change.transaction, vpcs, zone.domain_name());
}

absl::Status AfterWrite(const Change& change) {
  if (!change.creating()) return CheckLoopsOf(change);
  const Zone& zone = After<Zone>(change);
  PutApexRecords(change.transaction, zone, change.actor.now);
  PutIndex(change.transaction, kZoneIndex, DomainKey(zone.domain_name()), zone.name());
  dns::v1::AccountLedgerRow row;
  row.set_account(AccountOf(zone.name()));
  row.set_resource(zone.name());
  row.set_domain_name(zone.domain_name());
  row.set_how(MakerOf(change.actor));
  *row.mutable_since() = zone.metadata().create_time();
  PutAccountRow(change.transaction, row);
  return absl::OkStatus();
}

absl::Status ForeignRecords(const Change& change, const std::vector<std::string>& records) {
  const std::string& zone = Before<Zone>(change).name();
  const bool product = !change.actor.product.empty();
  return Error(product ? api::v1::FOREIGN_RECORDS : api::v1::NOT_EMPTY,
               absl::StrCat("'", zone, "' still has ", records.size(), " record sets, such as '",
                            records[0], "'; delete them first",
                            product ? ", or terminate with delete_foreign_records" : ""),
               {{"resource", zone}, {"child", records[0]}});
}

void RemoveRecords(const Change& change, const std::vector<std::string>& records) {
  for (const std::string& record : records) {
    change.transaction.Delete(store::Table::kResources, record);
    EmitResourceEvent(change.transaction, change.actor, "nave.resource.deleted", record);
  }
}

absl::Status BeforeDelete(const Change& change) {
  const Zone& zone = Before<Zone>(change);
  NAVE_ASSIGN_OR_RETURN(auto all, ScanKind(change.transaction, RecordSet::descriptor(),
                                           absl::StrCat(zone.name(), "/recordSets/")));
  std::vector<std::string> records;
  for (const store::Entry& entry : all) {
    if (!IsAutomatic(entry.key, zone.domain_name())) records.push_back(entry.key);
  }
  if (!records.empty() && !change.actor.delete_foreign_records)
    return ForeignRecords(change, records);
  RemoveRecords(change, records);
  DeleteApexRecords(change.transaction, zone);
  return absl::OkStatus();
}

absl::Status AfterDelete(const Change& change) {
  const Zone& zone = Before<Zone>(change);
  DeleteIndex(change.transaction, kZoneIndex, DomainKey(zone.domain_name()), zone.name());
  NAVE_ASSIGN_OR_RETURN(auto row,
                        FindAccountRow(change.transaction, AccountOf(zone.name()), zone.name()));
  if (row.has_value()) DeleteAccountRow(change.transaction, *row);
  return absl::OkStatus();
}

}  // namespace

Hooks ZoneHooks() { return {BeforeWrite, AfterWrite, BeforeDelete, AfterDelete}; }

}  // namespace nave::catalog
