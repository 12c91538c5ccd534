#include "catalog/governance/ledgers.h"

#include <set>

#include "catalog/governance/indexes.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

using dns::v1::AccountLedgerRow;
using dns::v1::ListLedgerRequest;
using dns::v1::VpcLedgerRow;
using store::Table;

std::string Join(std::string_view a, std::string_view b) {
  std::string joined(a);
  joined.push_back('\0');
  joined.append(b);
  return joined;
}

// Rows of both ledgers are found by these; the first letter says whose rows.
using Places = std::set<std::string>;

Places PlacesOf(const AccountLedgerRow& row) {
  const std::string key = Join(row.account(), row.resource());
  return {Join(Join("a.resource", row.resource()), key),
          Join(Join("a.domain", DomainKey(row.domain_name())), key)};
}

Places PlacesOf(const VpcLedgerRow& row) {
  const std::string key = Join(row.resource(), row.vpc());
  return {Join(Join("v.vpc", row.vpc()), key), Join(Join("v.account", row.resource_account()), key),
          Join(Join("v.account", row.vpc_account()), key),
          Join(Join("v.domain", DomainKey(row.domain_name())), key)};
}

template <typename Row>
void Put(store::Transaction& transaction, Table table, const std::string& key, const Row& row) {
  transaction.Put(table, key, row.SerializeAsString());
  for (const std::string& place : PlacesOf(row)) transaction.Put(Table::kLedgerIndex, place, key);
}

template <typename Row>
void Delete(store::Transaction& transaction, Table table, const std::string& key, const Row& row) {
  transaction.Delete(table, key);
  for (const std::string& place : PlacesOf(row)) transaction.Delete(Table::kLedgerIndex, place);
}

template <typename Row>
absl::StatusOr<std::optional<Row>> Find(store::Reader& reader, Table table,
                                        const std::string& key) {
  NAVE_ASSIGN_OR_RETURN(auto entry, reader.Get(table, key));
  if (!entry.has_value()) return std::nullopt;
  Row row;
  if (!row.ParseFromString(entry->value)) return absl::DataLossError("a ledger row is malformed");
  return row;
}

// Where to look: a range of the table itself, or of the index.
struct Source {
  bool indexed = false;
  std::string prefix;
};

Source SourceOfAccounts(const ListLedgerRequest& request) {
  if (!request.account().empty()) return {false, Join(request.account(), "")};
  if (!request.resource().empty()) return {true, Join(Join("a.resource", request.resource()), "")};
  if (!request.domain_name().empty())
    return {true, Join("a.domain", DomainKey(request.domain_name()))};
  return {false, ""};
}

Source SourceOfVpcs(const ListLedgerRequest& request) {
  if (!request.resource().empty()) return {false, Join(request.resource(), "")};
  if (!request.vpc().empty()) return {true, Join(Join("v.vpc", request.vpc()), "")};
  if (!request.domain_name().empty())
    return {true, Join("v.domain", DomainKey(request.domain_name()))};
  if (!request.account().empty()) return {true, Join(Join("v.account", request.account()), "")};
  return {false, ""};
}

template <typename Row>
absl::StatusOr<std::vector<PlacedRow<Row>>> ScanSource(store::Reader& reader, Table table,
                                                       const Source& source,
                                                       const std::string& place, size_t limit) {
  const std::string start = place.empty() ? source.prefix : place + '\0';
  NAVE_ASSIGN_OR_RETURN(auto entries, reader.Scan(source.indexed ? Table::kLedgerIndex : table,
                                                  start, store::PrefixEnd(source.prefix), limit));
  std::vector<PlacedRow<Row>> rows;
  for (const store::Entry& entry : entries) {
    const std::string& key = source.indexed ? entry.value : entry.key;
    NAVE_ASSIGN_OR_RETURN(std::optional<Row> row, Find<Row>(reader, table, key));
    if (row.has_value()) rows.push_back({entry.key, *std::move(row)});
  }
  return rows;
}

bool DomainFits(const ListLedgerRequest& request, const std::string& domain_name) {
  return request.domain_name().empty() || IsAtOrBelow(domain_name, request.domain_name());
}

}  // namespace

void PutAccountRow(store::Transaction& transaction, const AccountLedgerRow& row) {
  Put(transaction, Table::kLedgerAccount, Join(row.account(), row.resource()), row);
}

absl::StatusOr<std::optional<AccountLedgerRow>> FindAccountRow(store::Reader& reader,
                                                               const std::string& account,
                                                               const std::string& resource) {
  return Find<AccountLedgerRow>(reader, Table::kLedgerAccount, Join(account, resource));
}

void DeleteAccountRow(store::Transaction& transaction, const AccountLedgerRow& row) {
  Delete(transaction, Table::kLedgerAccount, Join(row.account(), row.resource()), row);
}

void PutVpcRow(store::Transaction& transaction, const VpcLedgerRow& row) {
  Put(transaction, Table::kLedgerVpc, Join(row.resource(), row.vpc()), row);
}

absl::StatusOr<std::optional<VpcLedgerRow>> FindVpcRow(store::Reader& reader,
                                                       const std::string& resource,
                                                       const std::string& vpc) {
  return Find<VpcLedgerRow>(reader, Table::kLedgerVpc, Join(resource, vpc));
}

void DeleteVpcRow(store::Transaction& transaction, const VpcLedgerRow& row) {
  Delete(transaction, Table::kLedgerVpc, Join(row.resource(), row.vpc()), row);
}

absl::StatusOr<std::vector<PlacedRow<AccountLedgerRow>>> ScanAccountLedger(
    store::Reader& reader, const ListLedgerRequest& request, const std::string& place,
    size_t limit) {
  return ScanSource<AccountLedgerRow>(reader, Table::kLedgerAccount, SourceOfAccounts(request),
                                      place, limit);
}

absl::StatusOr<std::vector<PlacedRow<VpcLedgerRow>>> ScanVpcLedger(store::Reader& reader,
                                                                   const ListLedgerRequest& request,
                                                                   const std::string& place,
                                                                   size_t limit) {
  return ScanSource<VpcLedgerRow>(reader, Table::kLedgerVpc, SourceOfVpcs(request), place, limit);
}

bool Fits(const ListLedgerRequest& request, const AccountLedgerRow& row) {
  // The account ledger knows no VPCs.
  return (request.account().empty() || request.account() == row.account()) &&
         request.vpc().empty() &&
         (request.resource().empty() || request.resource() == row.resource()) &&
         DomainFits(request, row.domain_name());
}

bool Fits(const ListLedgerRequest& request, const VpcLedgerRow& row) {
  return (request.account().empty() || request.account() == row.resource_account() ||
          request.account() == row.vpc_account()) &&
         (request.vpc().empty() || request.vpc() == row.vpc()) &&
         (request.resource().empty() || request.resource() == row.resource()) &&
         DomainFits(request, row.domain_name());
}

}  // namespace nave::catalog
