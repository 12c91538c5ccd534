// How much one client and one VPC may ask for, and how often one client is told the same, in memory
// that does not grow (data-plane.md section 3, "abuse"). Limits are high: they are for those who
// take from others, not for the busy.
//
// Each limit is a table of buckets. A client has two, chosen by a secret hash, and is over its
// limit only when both are: to suffer from others it would have to share both with them. One for
// each worker, used on its thread only; a worker counts what it sees.
#ifndef NAVE_RESOLVER_RATE_LIMITS_H_
#define NAVE_RESOLVER_RATE_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/dns/type.h"
#include "lib/net/address.h"
#include "lib/net/prefix.h"

namespace nave::resolver {

// Per second; 0: no limit. Who was quiet may use a second's worth at once.
struct RateLimitOptions {
  uint32_t queries_per_client = 50000;
  uint32_t queries_per_vpc = 200000;
  // The same answer, or any error or denial, over UDP to a client that has not shown that the
  // address is its own: someone else may be meant to suffer (reflection).
  uint32_t answers_per_client = 10000;
  // Never limited, besides loopback addresses.
  std::vector<net::Prefix> exempt;
};

class RateLimits {
 public:
  // Bits of an address that make one client: IPv6 networks are given out by 64 bits.
  static constexpr int kClientBitsV4 = 32;
  static constexpr int kClientBitsV6 = 64;
  static constexpr size_t kClientBuckets = 1u << 15;
  static constexpr size_t kVpcBuckets = 1u << 12;
  static constexpr size_t kAnswerBuckets = 1u << 15;
  // Of the answers that are held back over UDP, each such one is sent with TC instead, so that an
  // honest client comes back over TCP.
  static constexpr uint32_t kSlip = 2;

  enum class Limit : uint8_t { kNone, kClient, kVpc, kAnswer };
  static constexpr size_t kLimitCount = 4;

  explicit RateLimits(const RateLimitOptions& options);

  // Counts a query of `client` in the view with this id. Not kNone: it is over this limit, and was
  // not counted. `now`: nanoseconds of a clock that goes forward alone.
  Limit CountQuery(const net::IpAddress& client, uint64_t view_id, int64_t now);
  // Counts an answer to `client`, whose question has this hash; the same for kAnswer.
  Limit CountAnswer(const net::IpAddress& client, dns::Rcode rcode, uint64_t question_hash,
                    int64_t now);
  // Asks for the memory that CountAnswer will look at, if the answer is no error.
  void PrefetchAnswer(const net::IpAddress& client, uint64_t question_hash) const {
    answers_.Prefetch(AnswerHash(client, question_hash));
  }
  // Whether this one of those held back slips through with TC.
  bool Slips() { return ++held_back_ % kSlip == 0; }

 private:
  // Buckets as the times until which they are full (the virtual scheduling of GCRA): eight octets
  // hold level and age.
  class Table {
   public:
    Table(size_t size, uint32_t per_second);
    // False if both buckets of the hash are full; else they get one more.
    bool Take(uint64_t hash, int64_t now);
    void Prefetch(uint64_t hash) const;

   private:
    // Of the two buckets. The size is a power of two.
    size_t FirstPlace(uint64_t hash) const { return hash & (full_until_.size() - 1); }
    size_t SecondPlace(uint64_t hash) const { return FirstPlace(hash >> 32); }

    const int64_t interval_;  // Nanoseconds; 0: no limit.
    std::vector<int64_t> full_until_;
  };

  uint64_t ClientHash(const net::IpAddress& client) const;
  // `what`: which answer it is.
  uint64_t AnswerHash(const net::IpAddress& client, uint64_t what) const;
  bool IsExempt(const net::IpAddress& client) const;

  const uint64_t secret_;
  Table clients_;
  Table vpcs_;
  Table answers_;
  net::PrefixTable<bool> exempt_;
  uint32_t held_back_ = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_RATE_LIMITS_H_
