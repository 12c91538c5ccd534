// A call that lasts: it ends when its caller goes away, when its credential does, or when the
// server stops. For the thread of the call.
#ifndef NAVE_SERVER_SERVICES_LONG_CALL_H_
#define NAVE_SERVER_SERVICES_LONG_CALL_H_

#include <grpcpp/server_context.h>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "server/auth.h"
#include "server/stopping.h"

namespace nave::server {

class LongCall {
 public:
  // All outlive this.
  LongCall(const Auth& auth, const Clock& clock, const Stopping& stopping,
           const grpc::ServerContextBase& context)
      : auth_(auth),
        clock_(clock),
        stopping_(stopping),
        context_(context),
        next_check_(clock.Now() + kRecheck) {}

  // OK to go on. CANCELLED, UNAUTHENTICATED, or UNAVAILABLE when the server stops: the caller tries
  // another time.
  absl::Status Alive() {
    if (context_.IsCancelled()) return absl::CancelledError("the caller went away");
    if (stopping_.IsSet()) return absl::UnavailableError("the server stops; connect again");
    if (clock_.Now() < next_check_) return absl::OkStatus();
    next_check_ = clock_.Now() + kRecheck;
    return auth_.Authenticate(context_).status();
  }

 private:
  const Auth& auth_;
  const Clock& clock_;
  const Stopping& stopping_;
  const grpc::ServerContextBase& context_;
  absl::Time next_check_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_SERVICES_LONG_CALL_H_
