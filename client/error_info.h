// What an error of the API says beside its code: the reason and the metadata of
// google.rpc.ErrorInfo, carried as payloads of a status. Functions; any thread.
#ifndef NAVE_CLIENT_ERROR_INFO_H_
#define NAVE_CLIENT_ERROR_INFO_H_

#include <map>
#include <string>

#include "absl/status/status.h"

namespace nave::client {

struct ErrorInfo {
  std::string reason;  // of api.v1.Reason by its name, such as `IN_USE`; empty: none
  std::map<std::string, std::string> metadata;
};

// Of the bytes of a google.rpc.Status, which gRPC sends as `grpc-status-details-bin`. Empty when
// there is none, or it is malformed.
ErrorInfo ReadErrorInfo(const std::string& status_details);

// Adds a reason, and metadata to what is there; an OK status stays so.
absl::Status WithReason(absl::Status status, const std::string& reason,
                        const std::map<std::string, std::string>& metadata = {});
// The same error, code, reason and metadata, said in other words.
absl::Status WithMessage(const absl::Status& status, const std::string& message);
// The reason; empty when the error has none.
std::string ReasonOf(const absl::Status& status);
std::map<std::string, std::string> ErrorMetadataOf(const absl::Status& status);

}  // namespace nave::client

#endif  // NAVE_CLIENT_ERROR_INFO_H_
