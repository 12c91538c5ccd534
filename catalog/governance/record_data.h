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

// Whether somebody took such a record set over: it has values, labels or an owner of their own. A
// serial alone is none.
bool IsAdopted(const dns::v1::Zone& zone, const dns::v1::RecordSet& record_set);

// Makes the SOA and NS RRsets of a new zone. They have no owner: whoever changes one takes it over.
void PutApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone, absl::Time now);
// Puts the automatic one back in the place of `record_set`; a serial goes on.
void ResetApexRecord(store::Transaction& transaction, const dns::v1::Zone& zone,
                     const dns::v1::RecordSet& record_set, absl::Time now);
// Takes them away.
void DeleteApexRecords(store::Transaction& transaction, const dns::v1::Zone& zone);

// The serial of a zone, by the arithmetic of RFC 1982 section 3: a transaction that changes a zone
// leaves it with a serial ahead of the one that it found. That is one step, however many changes
// it makes, or the user's own serial if that is ahead. 4294967295 is followed by 0.
//
// Brings an SOA that a user writes in line: a serial that is not ahead is no wish, and counts as
// the present one, so that an SOA that differs in nothing else is no change.
absl::Status KeepSerialAhead(store::Transaction& transaction, const dns::v1::RecordSet& before,
                             dns::v1::RecordSet* after);
// Moves the serial, unless this transaction has done so. Gives the SOA's rdata.
absl::StatusOr<std::string> SettleSerial(store::Transaction& transaction,
                                         const dns::v1::Zone& zone);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_RECORD_DATA_H_
