// Replies of targets by question, until their TTL ends (data-plane.md section 3).
//
// One for each worker, used on its thread only. The key holds all that can change an answer: view,
// target group, question, DO and CD; two VPCs never share an entry, and a rule whose targets change
// gets another group and so an empty cache.
#ifndef NAVE_RESOLVER_CACHE_H_
#define NAVE_RESOLVER_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "lib/dns/name.h"
#include "lib/dns/type.h"
#include "resolver/cache_use.h"
#include "resolver/reply.h"

namespace nave::resolver {

class CacheKey {
 public:
  CacheKey() = default;
  CacheKey(uint64_t view, uint64_t group, const dns::Name& name, dns::RRType type,
           bool dnssec_ok = false, bool checking_disabled = false);
  // The same, where HashOfQuestion of name and type is known.
  CacheKey(uint64_t view, uint64_t group, const dns::Name& name, dns::RRType type, bool dnssec_ok,
           bool checking_disabled, uint64_t question_hash);

  uint64_t view() const { return view_; }
  uint64_t group() const { return group_; }
  CacheUse::Scope scope() const { return {view_, group_}; }
  const dns::Name& name() const { return name_; }
  dns::RRType type() const { return type_; }
  // Of all of it; made once.
  uint64_t hash() const { return hash_; }
  // The same for another type, for the name above. REQUIRES: the name is not the root.
  CacheKey WithType(dns::RRType type) const;
  CacheKey Parent() const;

  friend bool operator==(const CacheKey& a, const CacheKey& b) {
    return a.hash_ == b.hash_ && a.view_ == b.view_ && a.group_ == b.group_ && a.type_ == b.type_ &&
           a.dnssec_ok_ == b.dnssec_ok_ && a.checking_disabled_ == b.checking_disabled_ &&
           a.name_ == b.name_;
  }

 private:
  uint64_t view_ = 0;
  uint64_t group_ = 0;
  uint64_t hash_ = 0;
  dns::Name name_;
  dns::RRType type_ = dns::RRType::kA;
  bool dnssec_ok_ = false;
  bool checking_disabled_ = false;
};

class Cache {
 public:
  static constexpr size_t kDefaultMaxBytes = 64u << 20;

  // A popular answer is asked for again in the last tenth of its TTL, if that is not too short to
  // be worth it; so is a stale one, and neither more often than this.
  static constexpr uint32_t kMinPrefetchTtlSeconds = 10;
  static constexpr absl::Duration kRefreshPause = absl::Seconds(1);

  explicit Cache(size_t max_bytes = kDefaultMaxBytes) : max_bytes_(max_bytes) {}
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  // How long an answer is kept for want of a better one after its TTL; zero: not at all.
  void SetStaleLife(absl::Duration life) { stale_life_ = life; }
  void SetPrefetch(bool prefetch) { prefetch_ = prefetch; }

  // Asks for the memory that Insert and Find will look at first.
  void PrefetchPlace(const CacheKey& key) const { entries_.prefetch(key.hash()); }
  // The reply for the question, or the NXDOMAIN of a name above it (RFC 8020); null if there is
  // none that still holds. Counts as use. `refresh_due`, unless null: whether the caller should ask
  // for it again, which is said to one caller in each kRefreshPause.
  std::shared_ptr<const Reply> Find(const CacheKey& key, absl::Time now,
                                    bool* refresh_due = nullptr);
  // What may be said if no target answers: the reply of the question as a stale one, or null.
  std::shared_ptr<const Reply> FindStale(const CacheKey& key, absl::Time now) const;
  bool HasStale(const CacheKey& key, absl::Time now) const {
    return FindUsable(key, now) != nullptr;
  }
  // Until when nobody needs to ask for a fresh reply again.
  absl::Time RefreshTime(const Reply& reply) const;
  // Keeps the reply until it expires, or room is needed and it was not used for long. Nothing for a
  // TTL of 0 or a reply larger than a quarter of the cache.
  void Insert(const CacheKey& key, std::shared_ptr<const Reply> reply);
  // Forgets the replies of which this is true, whether their TTL has ended or not. How many.
  size_t Flush(absl::FunctionRef<bool(const CacheKey& key, const Reply& reply)> is_meant);
  void ForEach(absl::FunctionRef<void(const CacheKey& key, const Reply& reply, size_t byte_size)>
                   visit) const;

  CacheUse& use() { return use_; }
  const CacheUse& use() const { return use_; }

  size_t entry_count() const { return ring_.size(); }
  size_t byte_size() const { return byte_size_; }
  size_t max_bytes() const { return max_bytes_; }

 private:
  struct Entry {
    CacheKey key;
    std::shared_ptr<const Reply> reply;
    // Of the reply, here too: most hits look at nothing else of it before the answer is written.
    absl::Time expiry;
    absl::Time refresh_at;
    // Below 2^32: a reply is of one message, and of entries a cache has fewer.
    uint32_t byte_size;
    uint32_t place;
    // Found since the hand passed it last.
    bool used = false;
  };
  // Hashes are as good as random already.
  struct Same {
    size_t operator()(uint64_t hash) const { return hash; }
  };

  std::shared_ptr<const Reply> FindExact(const CacheKey& key, absl::Time now, bool* refresh_due);
  // Null if there is none, whether it holds or not.
  Entry* FindEntry(const CacheKey& key) const;
  // The last reply of the question that says something and is not too old; or null.
  const Entry* FindUsable(const CacheKey& key, absl::Time now) const;
  absl::Time StaleEnd(const Reply& reply) const {
    return reply.is_stale ? reply.extra->stale_until : reply.expiry() + stale_life_;
  }
  void Forget(uint64_t hash);
  void Erase(Entry* entry);
  // Erases one entry: from the hand on, the first that was not used.
  void EraseUnused();

  const size_t max_bytes_;
  CacheUse use_;
  absl::Duration stale_life_;
  bool prefetch_ = false;
  size_t byte_size_ = 0;
  // Entries of type kNoType, which stand for every type of an NXDOMAIN name.
  size_t nxdomain_count_ = 0;
  // Owns them, in no order; each knows its place. The hand goes around.
  std::vector<std::unique_ptr<Entry>> ring_;
  size_t hand_ = 0;
  // By the key's hash; of two entries with one hash the newer.
  absl::flat_hash_map<uint64_t, Entry*, Same> entries_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_CACHE_H_
