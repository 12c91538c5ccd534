// A reply from outside, reduced to what may be believed, as the cache holds it (RFC 5452, RFC 2308;
// data-plane.md section 3). Immutable once made; any thread.
#ifndef NAVE_RESOLVER_REPLY_H_
#define NAVE_RESOLVER_REPLY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/base/rare.h"
#include "lib/dns/edns.h"
#include "lib/dns/message.h"
#include "lib/dns/rrset.h"
#include "lib/net/endpoint.h"

namespace nave::resolver {

// Seconds that anything is kept, and that a negative answer is (RFC 2308 section 5 suggests one to
// three hours), and that a failure is (RFC 9520 section 3.2: at least one).
inline constexpr uint32_t kMaxTtlSeconds = 86400;
inline constexpr uint32_t kMaxNegativeTtlSeconds = 3600;
inline constexpr uint32_t kFailureTtlSeconds = 1;
// What clients are told of an answer whose TTL has ended (RFC 8767 section 4).
inline constexpr uint32_t kStaleTtlSeconds = 30;
// CNAMEs taken from one reply.
inline constexpr int kMaxChainInReply = 16;

// A cache has very many of them: what few have stands aside.
struct Reply {
  struct Extra {
    // SOA, and what proves a negative answer.
    std::vector<dns::RRset> authorities;
    std::vector<dns::ExtendedError> errors;
    // Why there is no reply at all; empty when there is one.
    std::string failure;
    // Of a stale one.
    absl::Time stale_until;
  };

  dns::Rcode rcode = dns::Rcode::kNoError;
  bool authentic_data = false;
  // NS of a cut instead of an answer.
  bool is_referral = false;
  // The target spoke EDNS.
  bool has_edns = false;
  // Its TTL has ended, and no target answers: it may be used until `stale_until` (RFC 8767).
  bool is_stale = false;
  // How long it may be used, from `received`.
  uint32_t ttl_seconds = 0;
  // Who answered; for people.
  net::Endpoint target;
  absl::Time received;
  // From the qname on: each CNAME (and the DNAME that made it) in order, then what answers the last
  // name. Everything else that the target sent is left out.
  dns::RRsets answers;
  Rare<Extra> extra;

  // It says something about the name; else about the target.
  bool IsUsable() const;

  // NXDOMAIN of the qname. At the end of a CNAME chain it speaks of the last name instead.
  bool DeniesQname() const { return rcode == dns::Rcode::kNxDomain && answers.empty(); }

  // The SOA that makes a negative answer one, or null.
  const dns::RRset* FindSoa() const;
  // Octets of memory, for the cache's bound.
  size_t ByteSize() const;
  absl::Time expiry() const {
    return is_stale ? extra->stale_until : received + absl::Seconds(ttl_seconds);
  }
};

// Reduces `message`, the checked reply to `question`; null if it is malformed. The caller adds
// whose it is, and when it came.
std::shared_ptr<Reply> ReadReply(const dns::Question& question, absl::Span<const uint8_t> message);

// Within which TTLs are believed, in seconds.
struct TtlBounds {
  uint32_t min = 0;
  uint32_t max = kMaxTtlSeconds;
  // Of a negative answer, for which `min` does not count.
  uint32_t negative_max = kMaxNegativeTtlSeconds;
};

// Brings what the reply says within the bounds, the TTLs that clients are told included. A failure,
// and a negative answer that must not be cached, stay as they are.
void BoundTtls(const TtlBounds& bounds, Reply* reply);

// Stands for a reply when no target gave one.
Reply MakeFailure(std::string text, uint32_t ttl_seconds, absl::Time now);

// The same as a stale answer, from `now` on. REQUIRES: reply.IsUsable().
Reply MakeStale(const Reply& reply, absl::Time stale_until, absl::Time now);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_REPLY_H_
