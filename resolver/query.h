// A client's query as the road needs it: header bits, one question, EDNS (data-plane.md sections 1
// and 3). Value; any thread.
#ifndef NAVE_RESOLVER_QUERY_H_
#define NAVE_RESOLVER_QUERY_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "lib/dns/message.h"
#include "resolver/hop_guard.h"

namespace nave::resolver {

struct Query {
  dns::Header header;
  // The client's case is kept: the reply repeats it.
  dns::Question question;
  bool has_question = false;
  bool has_edns = false;
  bool dnssec_ok = false;
  bool wants_nsid = false;
  // What the client can take over UDP, at least 512.
  uint16_t udp_payload_size = dns::kMinUdpPayloadSize;
  // From the private option; nothing from anyone but a Nave resolver.
  HopTrail hops;
};

enum class QueryVerdict : uint8_t {
  kDrop,    // No answer: a response, or less than a header.
  kReject,  // Answer with `rcode` and nothing else.
  kAccept,
};

struct ParsedQuery {
  QueryVerdict verdict = QueryVerdict::kDrop;
  dns::Rcode rcode = dns::Rcode::kNoError;
  // For people, as extended error; may be empty. A literal.
  const char* reason = "";
  dns::ExtendedErrorCode reason_code = dns::ExtendedErrorCode::kNotSupported;
  Query query;
};

// Reads and judges `wire`: FORMERR for what cannot be read and for anything but one question,
// NOTIMP for other opcodes and types that only servers among themselves use, REFUSED for classes
// other than IN, zone transfers and updates, BADVERS for EDNS above 0.
ParsedQuery ParseQuery(absl::Span<const uint8_t> wire);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_QUERY_H_
