// What a query gets, before it is bytes: RRsets by section, RCODE, flags, extended errors. The
// answer only points to its rdata (zones and cached replies hold it), until KeepAll makes it stand
// alone. One thread at a time.
#ifndef NAVE_RESOLVER_ANSWER_H_
#define NAVE_RESOLVER_ANSWER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/edns.h"
#include "lib/dns/name.h"
#include "lib/dns/rrset.h"
#include "lib/dns/type.h"
#include "resolver/query.h"

namespace nave::resolver {

struct AnswerRRset {
  dns::Name owner;
  dns::RRType type;
  uint32_t ttl;
  const dns::RdataList* rdatas;
};

// Two are enough for nearly all; a walk that waits is then small enough for the allocator's caches.
using AnswerSection = absl::InlinedVector<AnswerRRset, 2>;

class Answer {
 public:
  // Extended errors of one answer; further ones are left out.
  static constexpr size_t kMaxErrors = 4;

  dns::Rcode rcode = dns::Rcode::kNoError;
  // The first owner in the answer is of our own data (RFC 1035 section 4.1.1).
  bool authoritative = false;
  bool authentic_data = false;
  // The first so many additional RRsets are glue that truncates if it does not fit (RFC 9471
  // section 3.1); other additional data does not.
  size_t glue_count = 0;
  // Nothing is said but that the client must come back over TCP.
  bool truncated = false;
  AnswerSection answers;
  AnswerSection authorities;
  AnswerSection additionals;
  absl::InlinedVector<dns::ExtendedError, 1> errors;

  // Rdata that nothing else holds.
  const dns::RdataList* Keep(dns::RdataList rdatas);
  // Copies all rdata that zones and cached replies hold, so that they may go.
  void KeepAll();
  void AddError(dns::ExtendedErrorCode code, absl::string_view text);
  // The whole answer becomes this failure: no RRsets but the error.
  void Fail(dns::Rcode rcode, dns::ExtendedErrorCode code, absl::string_view text);

 private:
  // Each has an address of its own that stays. Nearly always empty, which then costs no allocation.
  std::vector<std::unique_ptr<const dns::RdataList>> kept_;
};

// What an answer's bytes depend on beside the query.
struct AnswerFormat {
  // Most octets: the payload size for UDP, 65535 for TCP.
  size_t size_max = dns::kMinUdpPayloadSize;
  // Where a multi-value RRset begins; each query takes another.
  uint32_t rotation = 0;
  bool recursion_available = true;
  // For NSID; empty: none.
  absl::string_view node_id;
  // How long we keep a TCP connection without a query, in tenths of a second (RFC 7828); 0 over
  // UDP.
  uint16_t keepalive_tenths = 0;
};

// Writes the reply to `query` into `buffer`; returns its size. Answer and authority RRsets that do
// not fit set TC and end the message (RFC 2181 section 9), as glue does; other additional RRsets
// that do not fit are left out. REQUIRES: buffer.size() >= dns::kMinUdpPayloadSize.
size_t WriteAnswer(const Query& query, const Answer& answer, const AnswerFormat& format,
                   absl::Span<uint8_t> buffer);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_ANSWER_H_
