// Replies of targets by question, until their TTL ends (data-plane.md section 3).
//
// One for each worker, used on its thread only. The key holds all that can change an answer: view,
// target group, question, DO and CD; two VPCs never share an entry, and a rule whose targets change
// gets another group and so an empty cache.
#ifndef NAVE_RESOLVER_CACHE_H_
#define NAVE_RESOLVER_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "lib/dns/name.h"
#include "lib/dns/type.h"
#include "resolver/reply.h"

namespace nave::resolver {

struct CacheKey {
  uint64_t view = 0;
  uint64_t group = 0;
  dns::Name name;
  dns::RRType type = dns::RRType::kA;
  bool dnssec_ok = false;
  bool checking_disabled = false;

  friend bool operator==(const CacheKey& a, const CacheKey& b) {
    return a.view == b.view && a.group == b.group && a.type == b.type &&
           a.dnssec_ok == b.dnssec_ok && a.checking_disabled == b.checking_disabled &&
           a.name == b.name;
  }
  template <typename H>
  friend H AbslHashValue(H h, const CacheKey& k) {
    return H::combine(std::move(h), k.view, k.group, k.type, k.dnssec_ok, k.checking_disabled,
                      k.name);
  }
};

class Cache {
 public:
  static constexpr size_t kDefaultMaxBytes = 64u << 20;

  explicit Cache(size_t max_bytes = kDefaultMaxBytes) : max_bytes_(max_bytes) {}
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  // The reply for the question, or the NXDOMAIN of a name above it (RFC 8020); null if there is
  // none that still holds. Counts as use.
  std::shared_ptr<const Reply> Find(const CacheKey& key, absl::Time now);
  // Keeps the reply until it expires, or room is needed and it was not used for long. Nothing for a
  // TTL of 0 or a reply larger than a quarter of the cache.
  void Insert(const CacheKey& key, std::shared_ptr<const Reply> reply);
  // Forgets every entry of a name and below it.
  void Flush(const dns::Name& suffix);
  void Clear();

  size_t entry_count() const { return entries_.size(); }
  size_t byte_size() const { return byte_size_; }
  size_t max_bytes() const { return max_bytes_; }

 private:
  struct Entry {
    CacheKey key;
    std::shared_ptr<const Reply> reply;
    // Of the reply, here too: most hits look at nothing else of it before the answer is written.
    absl::Time expiry;
    size_t byte_size;
    // Found since it came to the front.
    bool used = false;
  };
  // The newest first. A hit moves nothing, for that would touch three entries more: what was used
  // comes to the front again when its turn to go has come.
  using Entries = std::list<Entry>;

  std::shared_ptr<const Reply> FindExact(const CacheKey& key, absl::Time now);
  void Erase(Entries::iterator entry);
  // Erases one entry: from the back, the first that was not used.
  void EraseUnused();

  const size_t max_bytes_;
  size_t byte_size_ = 0;
  // Entries of type kNoType, which stand for every type of an NXDOMAIN name.
  size_t nxdomain_count_ = 0;
  Entries order_;
  absl::flat_hash_map<CacheKey, Entries::iterator> entries_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_CACHE_H_
