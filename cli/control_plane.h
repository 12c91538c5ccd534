// The API as the commands see it. channel.h speaks to a real server; tests may answer by
// themselves. For one thread.
#ifndef NAVE_CLI_CONTROL_PLANE_H_
#define NAVE_CLI_CONTROL_PLANE_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

namespace nave::cli {

// A call that the user did not give another deadline ends after this.
inline constexpr absl::Duration kCallTimeout = absl::Seconds(30);

class ControlPlane {
 public:
  virtual ~ControlPlane() = default;
  // One call; `method` such as `nave.dns.v1.RuleService/CreateRule`. Errors carry the server's
  // code, message and reason (errors.h).
  virtual absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                            google::protobuf::Message* response,
                            absl::Duration timeout = kCallTimeout) = 0;
  // A call that answers with a stream: `each` runs for every message, which stands in `response`,
  // and ends the call by returning false.
  virtual absl::Status Stream(const std::string& method, const google::protobuf::Message& request,
                              google::protobuf::Message* response,
                              absl::FunctionRef<bool()> each) = 0;
};

}  // namespace nave::cli

#endif  // NAVE_CLI_CONTROL_PLANE_H_
