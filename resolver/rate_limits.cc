#include "resolver/rate_limits.h"

#include <algorithm>
#include <cstring>

#include "lib/base/random.h"

namespace nave::resolver {
namespace {

constexpr int64_t kSecond = 1000000000;

// Spreads what differs anywhere over all bits (the finalizer of SplitMix64). With a secret within,
// nobody can tell who meets whom.
uint64_t Mix(uint64_t x) {
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}

// The part of an address that makes one client.
uint64_t NetworkOf(const net::IpAddress& client) {
  static_assert(RateLimits::kClientBitsV4 == 32 && RateLimits::kClientBitsV6 == 64);
  uint64_t network = 0;
  std::memcpy(&network, client.bytes().data(), client.is_v4() ? 4 : 8);
  return network;
}

}  // namespace

RateLimits::Table::Table(size_t size, uint32_t per_second)
    : interval_(per_second == 0 ? 0 : std::max<int64_t>(kSecond / per_second, 1)),
      full_until_(interval_ == 0 ? 0 : size, 0) {}

bool RateLimits::Table::Take(uint64_t hash, int64_t now) {
  if (interval_ == 0) return true;
  int64_t& a = full_until_[FirstPlace(hash)];
  int64_t& b = full_until_[SecondPlace(hash)];
  // A second's worth: what has been taken drains as time passes.
  if (std::min(a, b) > now + kSecond) return false;
  // Of two that are unlike, the fuller one is another client's doing.
  const int64_t full = std::max(std::min(a, b), now) + interval_;
  a = std::max(a, full);
  b = std::max(b, full);
  return true;
}

void RateLimits::Table::Prefetch(uint64_t hash) const {
  if (interval_ == 0) return;
  __builtin_prefetch(&full_until_[FirstPlace(hash)]);
  __builtin_prefetch(&full_until_[SecondPlace(hash)]);
}

RateLimits::RateLimits(const RateLimitOptions& options)
    : secret_(RandomUint64()),
      clients_(kClientBuckets, options.queries_per_client),
      vpcs_(kVpcBuckets, options.queries_per_vpc),
      answers_(kAnswerBuckets, options.answers_per_client) {
  for (const net::Prefix& prefix : options.exempt) exempt_.Insert(prefix, true);
}

uint64_t RateLimits::ClientHash(const net::IpAddress& client) const {
  return Mix(NetworkOf(client) ^ secret_);
}

uint64_t RateLimits::AnswerHash(const net::IpAddress& client, uint64_t what) const {
  return Mix(ClientHash(client) ^ what);
}

bool RateLimits::IsExempt(const net::IpAddress& client) const {
  return client.IsLoopback() || exempt_.Find(client) != nullptr;
}

RateLimits::Limit RateLimits::CountQuery(const net::IpAddress& client, uint64_t view_id,
                                         int64_t now) {
  if (!clients_.Take(ClientHash(client), now)) {
    return IsExempt(client) ? Limit::kNone : Limit::kClient;
  }
  if (!vpcs_.Take(Mix(view_id ^ secret_), now)) {
    return IsExempt(client) ? Limit::kNone : Limit::kVpc;
  }
  return Limit::kNone;
}

RateLimits::Limit RateLimits::CountAnswer(const net::IpAddress& client, dns::Rcode rcode,
                                          uint64_t question_hash, int64_t now) {
  // Names that are not there can be made up without end, so all of them are one answer.
  const uint64_t what =
      rcode == dns::Rcode::kNoError ? question_hash : static_cast<uint64_t>(rcode);
  if (answers_.Take(AnswerHash(client, what), now) || IsExempt(client)) return Limit::kNone;
  return Limit::kAnswer;
}

}  // namespace nave::resolver
