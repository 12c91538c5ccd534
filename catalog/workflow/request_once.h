// One request id makes one result: the record of a request is part of the transaction that carries
// it out. Functions; any thread.
#ifndef NAVE_CATALOG_WORKFLOW_REQUEST_ONCE_H_
#define NAVE_CATALOG_WORKFLOW_REQUEST_ONCE_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nave/api/v1/common.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// Fills `response` and returns true when the principal's request was carried out before; false when
// it is new or has no id. REQUEST_ID_REUSED when the id came with another body.
absl::StatusOr<bool> WasDone(store::Reader& reader, const std::string& principal,
                             const google::protobuf::Message& request,
                             const api::v1::Mutation& mutation,
                             google::protobuf::Message* response);
// Records it; nothing without an id.
void RecordDone(store::Transaction& transaction, absl::Time now, const std::string& principal,
                const google::protobuf::Message& request, const api::v1::Mutation& mutation,
                const google::protobuf::Message& response);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_REQUEST_ONCE_H_
