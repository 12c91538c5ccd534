// Calls as the resources make them: repeated when the server is away for a moment, which is safe
// because every mutation has a request id; and the wait for operations. Thread-safe.
#ifndef NAVE_TERRAFORM_CLIENT_CLIENT_H_
#define NAVE_TERRAFORM_CLIENT_CLIENT_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "nave/api/v1/common.pb.h"
#include "nave/catalog/v1/operation.pb.h"
#include "terraform/client/control_plane.h"

namespace nave::terraform {

// A call that does not wait for an operation ends after this.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(30);
// How often a call is tried while the server cannot be reached, and the first pause between tries,
// which doubles.
inline constexpr int kMaxTries = 6;
inline constexpr absl::Duration kFirstPause = absl::Milliseconds(200);
// The server waits at most this long in one call.
inline constexpr absl::Duration kMaxWaitOfOneCall = absl::Minutes(1);

class Client {
 public:
  // All outlive the client.
  Client(ControlPlane& control_plane, const Clock& clock, StopSignal& stop)
      : control_plane_(control_plane), clock_(clock), stop_(stop) {}

  // One call, tried again while it is UNAVAILABLE.
  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message* response);
  // A fresh request id.
  api::v1::Mutation NewMutation(bool validate_only = false) const;

  // The operation when it has ended, well or not. DEADLINE_EXCEEDED after `timeout`, CANCELLED at
  // the stop: it goes on all the same.
  absl::StatusOr<catalog::v1::Operation> WaitOperation(const std::string& name,
                                                       absl::Duration timeout);

 private:
  absl::Status CallFor(const std::string& method, const google::protobuf::Message& request,
                       google::protobuf::Message* response, absl::Duration timeout,
                       StopSignal* stop);

  ControlPlane& control_plane_;
  const Clock& clock_;
  StopSignal& stop_;
};

// Why a FAILED operation failed: the step, and what was said; with its reason.
absl::Status FailureOf(const catalog::v1::Operation& operation);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_CLIENT_CLIENT_H_
