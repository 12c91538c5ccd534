// Who calls, and whether it may: identity from the credential in the metadata, right and scope from
// the method's annotation (control-plane.md section 2). Thread-safe.
#ifndef NAVE_SERVER_AUTH_H_
#define NAVE_SERVER_AUTH_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/caller.h"
#include "lib/base/clock.h"
#include "store/store.h"

namespace nave::server {

inline constexpr char kAuthorization[] = "authorization";
inline constexpr char kBearer[] = "Bearer ";
inline constexpr size_t kMaxCredentialBytes = 512;

class Auth {
 public:
  // Both outlive this.
  Auth(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // The caller, by `authorization: Bearer SECRET`. UNAUTHENTICATED when it is absent, given twice,
  // unknown or expired.
  absl::StatusOr<catalog::Caller> Authenticate(const grpc::ServerContextBase& context) const;

  // OK when the caller's role and scope cover what the method demands for this request.
  // PERMISSION_DENIED otherwise; for a method that reads one resource NOT_FOUND, so that nobody
  // learns what there is.
  absl::Status Authorize(const catalog::Caller& caller,
                         const google::protobuf::MethodDescriptor& method,
                         const google::protobuf::Message& request) const;

 private:
  store::Store& store_;
  const Clock& clock_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_AUTH_H_
