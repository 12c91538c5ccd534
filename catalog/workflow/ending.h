// The end of an operation, good or bad, and the proof that a terminated product left nothing.
// Functions; for the thread of the transaction.
#ifndef NAVE_CATALOG_WORKFLOW_ENDING_H_
#define NAVE_CATALOG_WORKFLOW_ENDING_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "catalog/served.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/store/v1/record.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// Every step is done, and what they changed is served as `state` says: the product is AVAILABLE
// with what it was to get, or gone. STEP_FAILED when a terminated product still has something.
absl::Status Succeed(store::Transaction& transaction, absl::Time now, v1::Operation operation,
                     const store::v1::WorkItem& item, const ServedState& state);

// The step in work gave up: operation FAILED, product TAINTED or ERROR, a dead letter. The work
// item stays, for a redrive.
absl::Status GiveUp(store::Transaction& transaction, absl::Time now, v1::Operation operation,
                    const store::v1::WorkItem& item, const absl::Status& error);

// OK when nothing is left of what the steps took away: no resource, no intent, no row in either
// ledger.
absl::Status ProveNothingLeft(store::Reader& reader, const std::string& product,
                              const store::v1::WorkItem& item);

// The dead letter of an operation.
std::string DeadLetterName(const std::string& operation);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_ENDING_H_
