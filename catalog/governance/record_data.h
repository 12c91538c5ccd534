// Record sets as the DNS sees them: parsing, the automatic ones of a zone, the serial. For the
// thread of the transaction.
#ifndef NAVE_CATALOG_GOVERNANCE_RECORD_DATA_H_
#define NAVE_CATALOG_GOVERNANCE_RECORD_DATA_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/dns/rrset.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// The RRset of a record set. INVALID_RECORD says what is wrong with it.
absl::StatusOr<dns::RRset> ParseRecordSet(const dns::v1::RecordSet& record_set);

// Whether a record set was made with its zone: SOA and NS at the apex.
bool IsAutomatic(const std::string& record_set, const std::string& apex);

// Makes the SOA and NS RRsets of a new zone.
void PutApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone, absl::Time now);
// Takes them away.
void DeleteApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone);
// Moves the serial of a zone on, once for each transaction (RFC 1982).
absl::Status BumpSerial(store::Transaction& transaction, const std::string& zone,
                        const std::string& apex);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_RECORD_DATA_H_
