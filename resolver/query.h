// A client's query as the road needs it: header bits, one question, EDNS (data-plane.md sections 1
// and 3). Value; any thread.
#ifndef NAVE_RESOLVER_QUERY_H_
#define NAVE_RESOLVER_QUERY_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "lib/dns/message.h"
#include "resolver/hop_guard.h"

namespace nave::resolver {

// A client cookie has 8 octets, a server cookie of ours 16 (RFC 9018 section 4).
inline constexpr size_t kClientCookieSize = 8;
inline constexpr size_t kServerCookieSize = 16;

// What is known of the cookie that came (RFC 7873 section 5.2).
enum class CookieState : uint8_t {
  kNone,        // No cookie, or cookies are not spoken here.
  kClientOnly,  // The client asks for a server cookie.
  kWrong,       // The server cookie is not ours, not this client's, or too old.
  kOld,  // Ours, and good, but the client shall have one of today: younger, or of the new secret.
  kGood,
};

// Equal for equal questions, whatever the case of the name; the same in all of the process.
uint64_t HashOfQuestion(const dns::Name& name, dns::RRType type, dns::RRClass rrclass);
inline uint64_t HashOfQuestion(const dns::Question& question) {
  return HashOfQuestion(question.name, question.type, question.rrclass);
}

struct Query {
  dns::Header header;
  // The client's case is kept: the reply repeats it.
  dns::Question question;
  bool has_question = false;
  // HashOfQuestion of it, where somebody has made it already; else 0.
  uint64_t question_hash = 0;
  bool has_edns = false;
  bool dnssec_ok = false;
  bool wants_nsid = false;
  // RFC 7828; means something over TCP alone.
  bool wants_keepalive = false;
  CookieState cookie_state = CookieState::kNone;
  // Octets of `cookie` that came: 0, kClientCookieSize, or both. A server cookie of another size is
  // none of ours, and is left out.
  uint8_t cookie_size = 0;
  std::array<uint8_t, kClientCookieSize + kServerCookieSize> cookie;
  // What the client can take over UDP, at least 512.
  uint16_t udp_payload_size = dns::kMinUdpPayloadSize;
  // From the private option; nothing from anyone but a Nave resolver.
  HopTrail hops;

  // The client showed that it gets what is sent to its address.
  bool has_proven_address() const {
    return cookie_state == CookieState::kGood || cookie_state == CookieState::kOld;
  }
};

// Of the query's question: made anew only if nobody has made it.
uint64_t HashOfQuestion(const Query& query);

enum class QueryVerdict : uint8_t {
  kDrop,    // No answer: a response, or less than a header.
  kReject,  // Answer with `rcode` and nothing else.
  kCookie,  // No question: the client asks for a cookie alone (RFC 7873 section 5.4).
  kServer,  // Class CH: a question about this server (identity.h).
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

// Reads and judges `wire`: BADVERS for EDNS above 0, whatever else it says; NOTIMP for other
// opcodes and types that only servers among themselves use; REFUSED for classes other than IN and
// CH, zone transfers and updates; FORMERR for what cannot be read, for anything but one question
// (RFC 9619) and for a cookie of no legal size; NOTAUTH for a signature by TSIG, whose key nobody
// here holds. Well-formed records that no query needs, SIG(0) among them, are ignored.
ParsedQuery ParseQuery(absl::Span<const uint8_t> wire);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_QUERY_H_
