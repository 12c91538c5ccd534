// The one place that turns a status of the inner layers into what goes over the wire
// (architecture.md section 5): the gRPC code, the message, and google.rpc.Status details with
// ErrorInfo{reason, domain "nave", metadata}. Pure; any thread.
#ifndef NAVE_SERVER_STATUS_H_
#define NAVE_SERVER_STATUS_H_

#include <grpcpp/support/status.h>

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace nave::server {

inline constexpr char kErrorDomain[] = "nave";
inline constexpr char kErrorInfoType[] = "type.googleapis.com/google.rpc.ErrorInfo";
// Messages are cut to this: headers of HTTP/2 are bounded.
inline constexpr size_t kMaxErrorMessageBytes = 2048;
inline constexpr size_t kMaxErrorMetadataBytes = 2048;

// OK becomes OK. Every error carries a reason: one that the inner layers did not classify gets the
// nearest. INTERNAL, UNKNOWN and DATA_LOSS keep their text for the server's log and say only that
// it is there.
grpc::Status ToGrpc(const absl::Status& status);

// google.rpc.ErrorInfo.
struct ErrorInfo {
  std::string reason, domain;
  std::map<std::string, std::string> metadata;
};
// What ToGrpc put into the details; nullopt when there is none or it is malformed.
std::optional<ErrorInfo> ErrorInfoOf(const grpc::Status& status);

}  // namespace nave::server

#endif  // NAVE_SERVER_STATUS_H_
