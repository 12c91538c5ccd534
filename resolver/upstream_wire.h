// The sockets under one channel: datagrams from a pool of ports, or a stream (data-plane.md
// section 2). A wire moves whole messages and knows nothing of what is in them. On the thread of
// one event loop.
#ifndef NAVE_RESOLVER_UPSTREAM_WIRE_H_
#define NAVE_RESOLVER_UPSTREAM_WIRE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace nave::resolver {

// Why no message came.
enum class WireFailure : uint8_t {
  // Nothing listens there: ICMP, or a reset of the connection while it was made.
  kRefused,
  // No way to the target, or none from the source.
  kUnreachable,
  // The connection ended.
  kClosed,
};

class UpstreamWire {
 public:
  // One socket of the wire for its life; never used again.
  using Token = uint64_t;

  // Who waits. The wire may be called back within these calls, but not destroyed.
  class Receiver {
   public:
    virtual ~Receiver() = default;
    virtual void OnMessage(Token token, absl::Span<const uint8_t> message) = 0;
    // Nothing that was sent over `token` will be answered. `text` is for people.
    virtual void OnFailure(Token token, WireFailure failure, const std::string& text) = 0;
  };

  virtual ~UpstreamWire() = default;
  // Sends a message and says over which socket; never calls back within. An error is of the target
  // (UNAVAILABLE) or of this machine (RESOURCE_EXHAUSTED). What the system drops for lack of room
  // is a lost packet and no error.
  virtual absl::StatusOr<Token> Send(absl::Span<const uint8_t> message) = 0;
  // One message that was sent over `token` is no longer waited for. Once for each Send.
  virtual void Release(Token token) = 0;
  // Closes what has not been used for long.
  virtual void Tick(absl::Time now) = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_WIRE_H_
