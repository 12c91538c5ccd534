// The API as the provider sees it. channel.h speaks to a real server; tests may answer by
// themselves. Thread-safe.
#ifndef NAVE_TERRAFORM_CLIENT_CONTROL_PLANE_H_
#define NAVE_TERRAFORM_CLIENT_CONTROL_PLANE_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/stop_signal.h"

namespace nave::terraform {

using client::StopSignal;

class ControlPlane {
 public:
  virtual ~ControlPlane() = default;
  // One call; `method` such as `nave.dns.v1.ZoneService/CreateZone`. It ends with the answer, after
  // `timeout`, or, when a signal is given, with CANCELLED at its stop. Errors as errors.h says.
  virtual absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                            google::protobuf::Message* response, absl::Duration timeout,
                            StopSignal* stop) = 0;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_CLIENT_CONTROL_PLANE_H_
