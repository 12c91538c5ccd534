// The resolver's one door to gRPC: a stream to the control plane, from its begin to its end
// (proto/nave/resolver/v1/stream.proto).
#ifndef NAVE_RESOLVER_STREAM_CLIENT_CONNECTION_H_
#define NAVE_RESOLVER_STREAM_CLIENT_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "nave/resolver/v1/stream.pb.h"

namespace nave::resolver {

struct StreamAddress {
  std::string control_plane;  // `host:port`.
  std::string ca_pem;         // Empty: without TLS, which only tests do.
  std::string token;          // A bearer token; empty: none.
};

class StreamConnection {
 public:
  // Of one message.
  static constexpr int kMaxMessageSize = 64 << 20;

  // Begins to connect; errors show themselves in Read.
  explicit StreamConnection(const StreamAddress& address);
  // REQUIRES: Finish was called.
  ~StreamConnection();
  StreamConnection(const StreamConnection&) = delete;
  StreamConnection& operator=(const StreamConnection&) = delete;

  // Waits for the next message; false at the stream's end. One thread.
  bool Read(v1::ControlMessage* message);
  // False when the stream is over. Any thread.
  bool Write(const v1::NodeMessage& message);
  // Ends the stream: Read and Write return false soon. Any thread.
  void Cancel();
  // Why the stream ended, with the code that the control plane gave. Waits for the end. Once, in
  // the thread of Read.
  absl::Status Finish();

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STREAM_CLIENT_CONNECTION_H_
