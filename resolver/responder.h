// Where an answer goes: the seam between the road and the sockets (architecture.md section 3).
#ifndef NAVE_RESOLVER_RESPONDER_H_
#define NAVE_RESOLVER_RESPONDER_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "lib/net/endpoint.h"

namespace nave::resolver {

// Whom to answer, and from where. A value: it outlives the datagram.
struct ReplyPath {
  net::Endpoint peer;
  net::IpAddress local;
  bool is_tcp = false;
  uint64_t connection = 0;  // TCP only.
};

class Responder {
 public:
  virtual ~Responder() = default;
  // Room for the next answer, valid until Respond; at least dns::kMaxMessageSize octets for TCP,
  // 4096 for UDP.
  virtual absl::Span<uint8_t> AnswerBuffer(const ReplyPath& path) = 0;
  // Sends the first `size` octets of the last AnswerBuffer; 0 is no answer, which TCP must know to
  // count what is outstanding.
  virtual void Respond(const ReplyPath& path, size_t size) = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_RESPONDER_H_
