// The API over gRPC: TLS by a CA, a bearer token, calls by the name of their method. What the
// command line and the Terraform provider have in common. Thread-safe.
#ifndef NAVE_CLIENT_CHANNEL_H_
#define NAVE_CLIENT_CHANNEL_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/stop_signal.h"
#include "lib/base/clock.h"

namespace nave::client {

// A large snapshot, or a zone's list of records, comes as one message.
inline constexpr int kMaxResponseBytes = 64 << 20;

struct Target {
  std::string server;   // HOST:PORT
  std::string ca_path;  // the certificate of the server's CA, PEM
  std::string token;
};

class Channel {
 public:
  // Connects with the first call. INVALID_ARGUMENT when the CA's file holds no certificate.
  // `clock` outlives the channel. REQUIRES: the target has server and CA.
  static absl::StatusOr<std::unique_ptr<Channel>> Open(const Target& target, const Clock& clock);
  ~Channel();

  // One call; `method` such as `nave.dns.v1.ZoneService/CreateZone`. It ends with the answer, after
  // `timeout`, or, when a signal is given, with CANCELLED at its stop. Errors carry the server's
  // code, message and reason (error_info.h); one that the server did not send has no reason, and
  // names the server.
  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message* response, absl::Duration timeout,
                    StopSignal* stop = nullptr);
  // A call that answers with a stream: `each` runs for every message, which stands in `response`,
  // and ends the call by returning false.
  absl::Status Stream(const std::string& method, const google::protobuf::Message& request,
                      google::protobuf::Message* response, absl::FunctionRef<bool()> each);

 private:
  struct Impl;
  explicit Channel(std::unique_ptr<Impl> impl);
  const std::unique_ptr<Impl> impl_;
};

// The status of a call, from its code, its message and the bytes of its google.rpc.Status. `server`
// is named where the server was not reached.
absl::Status FromCall(absl::StatusCode code, const std::string& message, const std::string& details,
                      const std::string& server);

}  // namespace nave::client

#endif  // NAVE_CLIENT_CHANNEL_H_
