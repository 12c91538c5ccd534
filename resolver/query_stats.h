// Counts of one worker, on its thread: plain numbers that the worker gives to the registry now and
// then, so that no query pays for an atomic.
#ifndef NAVE_RESOLVER_QUERY_STATS_H_
#define NAVE_RESOLVER_QUERY_STATS_H_

#include <array>
#include <cstdint>

namespace nave::resolver {

struct QueryStats {
  // By the header's four bits.
  std::array<uint64_t, 16> answers_by_rcode{};
  // By CookieState; kNone is not counted.
  std::array<uint64_t, 5> cookies_by_state{};
  // Queries that got no data for want of a cookie.
  uint64_t cookies_demanded = 0;
  uint64_t udp_queries = 0;
  uint64_t tcp_queries = 0;
  uint64_t dropped = 0;
  uint64_t truncated = 0;
  // Queries and answers held back, by RateLimits::Limit; and of these the ones answered with TC.
  std::array<uint64_t, 4> limited{};
  uint64_t slipped = 0;
  // Answers that were whole packets of the cache before.
  uint64_t from_packets = 0;
  uint64_t forwarded = 0;
  uint64_t coalesced = 0;
  // Questions asked again before a client had to wait for it.
  uint64_t refreshes = 0;
  // Answers whose TTL had ended.
  uint64_t stale_answers = 0;
  uint64_t forward_failures = 0;
  // Questions that came back.
  uint64_t loops = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_QUERY_STATS_H_
