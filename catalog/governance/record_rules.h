// What the DNS allows among the record sets of a zone, asked of the state that a transaction
// leaves: for one change behind it, for a batch behind its last, so that the order within a batch
// does not matter. The rules themselves are those of lib/dns/zone_rules.h. For the thread of the
// transaction.
#ifndef NAVE_CATALOG_GOVERNANCE_RECORD_RULES_H_
#define NAVE_CATALOG_GOVERNANCE_RECORD_RULES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/governance/read.h"
#include "lib/dns/zone_rules.h"
#include "nave/dns/v1/zone.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// Of one answer; later ones are dropped.
inline constexpr int kMaxZoneWarnings = 1000;
// Of a zone that is looked through as a whole.
inline constexpr int kMaxCheckedRecordSets = 1 << 20;

// INVALID_RECORD with the record set and the rule.
absl::Status RefuseRecord(const std::string& record_set, const dns::Breach& breach);

// Checks the record sets that the transaction has made new, of those named. Cost: the labels of
// each owner; one pass over the zone when a DNAME or a delegation is among them.
absl::Status CheckRecordRules(store::Transaction& transaction, const dns::v1::Zone& zone,
                              const std::vector<std::string>& written);

using ZoneWarnings = google::protobuf::RepeatedPtrField<dns::v1::ZoneWarning>;

// What is odd about the record sets that were written and are there, about the delegations whose
// glue went, and about a DS whose NS went.
absl::Status AddRecordWarnings(store::Reader& reader, const dns::v1::Zone& zone,
                               const std::vector<std::string>& touched, ZoneWarnings* warnings);
// What is odd in the whole zone. LIMIT_REACHED beyond kMaxCheckedRecordSets.
absl::Status AddZoneWarnings(store::Reader& reader, const dns::v1::Zone& zone,
                             ZoneWarnings* warnings);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_RECORD_RULES_H_
