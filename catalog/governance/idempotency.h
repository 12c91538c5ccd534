// Requests that were carried out: the same request id with the same body returns the first result
// again. Functions; for the thread of the transaction. The workflow uses them too.
#ifndef NAVE_CATALOG_GOVERNANCE_IDEMPOTENCY_H_
#define NAVE_CATALOG_GOVERNANCE_IDEMPOTENCY_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nave/api/v1/common.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// Fills `response` with the first result, `metadata.revision` and `revision` included, and returns
// true; false when the id is new or empty. REQUEST_ID_REUSED when it came with another body.
absl::StatusOr<bool> FindRequest(store::Reader& reader, const std::string& principal,
                                 const google::protobuf::Message& request,
                                 const api::v1::Mutation& mutation,
                                 google::protobuf::Message* response);

// Remembers a result, its secrets left out. Nothing when the id is empty.
void RecordRequest(store::Transaction& transaction, const std::string& principal,
                   const google::protobuf::Message& request, const api::v1::Mutation& mutation,
                   const google::protobuf::Message& response, absl::Time now);

// Writes the commit's revision where a response speaks of it and does not have it yet: `revision`,
// and `metadata` of the response and of its direct parts.
void StampRevision(store::Revision revision, google::protobuf::Message* response);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_IDEMPOTENCY_H_
