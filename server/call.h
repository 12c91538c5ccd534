// What every RPC has in common: authenticate, authorise, check the sizes of the request, do the
// work, map the status, count. Thread-safe.
#ifndef NAVE_SERVER_CALL_H_
#define NAVE_SERVER_CALL_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "catalog/caller.h"
#include "lib/base/clock.h"
#include "lib/base/metrics.h"
#include "server/auth.h"

namespace nave::server {

inline constexpr metrics::Metric kCalls{"nave_server_calls_total",
                                        "Finished calls, by method and gRPC code."};
inline constexpr metrics::Metric kCallSeconds{"nave_server_call_seconds",
                                              "How long unary calls took, by method."};
inline constexpr metrics::Metric kStreams{"nave_server_streams",
                                          "Open streams and waits, by kind."};

class Calls {
 public:
  // All outlive this. REQUIRES: every method of ServedMethods passes CheckMethod.
  Calls(const Auth& auth, const Clock& clock, metrics::Registry& registry);

  using Work = absl::FunctionRef<absl::Status(const catalog::Caller&)>;

  // Runs `work` for an authenticated caller who may call `service`.`method` with this request.
  // REQUIRES: the service has such a method.
  grpc::Status Handle(const grpc::ServerContextBase& context,
                      const google::protobuf::ServiceDescriptor& service, const char* method,
                      const google::protobuf::Message& request, Work work);

 private:
  struct Meter {
    metrics::Histogram* seconds;
    metrics::Counter* ok;
  };
  absl::Status Run(const grpc::ServerContextBase& context,
                   const google::protobuf::MethodDescriptor& method,
                   const google::protobuf::Message& request, Work work) const;

  const Auth& auth_;
  const Clock& clock_;
  metrics::Registry& registry_;
  std::map<const google::protobuf::MethodDescriptor*, Meter>
      meters_;  // fixed after the constructor
};

}  // namespace nave::server

#endif  // NAVE_SERVER_CALL_H_
