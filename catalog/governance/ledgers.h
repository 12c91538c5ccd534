// The two ledgers and their indexes, written in the transaction that makes the change, and read by
// any of their columns. For the thread of the transaction.
#ifndef NAVE_CATALOG_GOVERNANCE_LEDGERS_H_
#define NAVE_CATALOG_GOVERNANCE_LEDGERS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nave/dns/v1/ledger.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

void PutAccountRow(store::Transaction& transaction, const dns::v1::AccountLedgerRow& row);
absl::StatusOr<std::optional<dns::v1::AccountLedgerRow>> FindAccountRow(
    store::Reader& reader, const std::string& account, const std::string& resource);
void DeleteAccountRow(store::Transaction& transaction, const dns::v1::AccountLedgerRow& row);

void PutVpcRow(store::Transaction& transaction, const dns::v1::VpcLedgerRow& row);
absl::StatusOr<std::optional<dns::v1::VpcLedgerRow>> FindVpcRow(store::Reader& reader,
                                                                const std::string& resource,
                                                                const std::string& vpc);
void DeleteVpcRow(store::Transaction& transaction, const dns::v1::VpcLedgerRow& row);

// A row of a page, and where to go on after it.
template <typename Row>
struct PlacedRow {
  std::string place;
  Row row;
};
// The next `limit` rows after `place` that may fit the request; the narrowest index is used, and
// the caller checks the other conditions. Empty at the end.
absl::StatusOr<std::vector<PlacedRow<dns::v1::AccountLedgerRow>>> ScanAccountLedger(
    store::Reader& reader, const dns::v1::ListLedgerRequest& request, const std::string& place,
    size_t limit);
absl::StatusOr<std::vector<PlacedRow<dns::v1::VpcLedgerRow>>> ScanVpcLedger(
    store::Reader& reader, const dns::v1::ListLedgerRequest& request, const std::string& place,
    size_t limit);

// Whether every condition of the request holds for a row.
bool Fits(const dns::v1::ListLedgerRequest& request, const dns::v1::AccountLedgerRow& row);
bool Fits(const dns::v1::ListLedgerRequest& request, const dns::v1::VpcLedgerRow& row);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_LEDGERS_H_
