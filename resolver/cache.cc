#include "resolver/cache.h"

#include <utility>

namespace nave::resolver {
namespace {

// No question has type 0: under it stands the NXDOMAIN of a name, whatever the type.
constexpr dns::RRType kNoType = static_cast<dns::RRType>(0);
// What an entry costs beside its reply: list node, map slot, control block.
constexpr size_t kEntryOverhead = 256;

// An NXDOMAIN at the end of a CNAME chain speaks of the last name, not of the qname.
bool DeniesQname(const Reply& reply) {
  return reply.rcode == dns::Rcode::kNxDomain && reply.answers.empty();
}

}  // namespace

std::shared_ptr<const Reply> Cache::Find(const CacheKey& key, absl::Time now) {
  if (auto reply = FindExact(key, now)) return reply;
  if (nxdomain_count_ == 0) return nullptr;
  CacheKey above = key;
  above.type = kNoType;
  // One probe for each label; the name has at most kMaxLabels.
  while (true) {
    if (auto reply = FindExact(above, now)) return reply;
    if (above.name.IsRoot()) return nullptr;
    above.name = above.name.Parent();
  }
}

std::shared_ptr<const Reply> Cache::FindExact(const CacheKey& key, absl::Time now) {
  auto found = entries_.find(key);
  if (found == entries_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (now >= entry->expiry) {
    Erase(entry);
    return nullptr;
  }
  entry->used = true;
  return entry->reply;
}

void Cache::Insert(const CacheKey& key, std::shared_ptr<const Reply> reply) {
  CacheKey stored = key;
  if (DeniesQname(*reply)) stored.type = kNoType;
  auto found = entries_.find(stored);
  if (found != entries_.end()) Erase(found->second);
  const size_t size = reply->ByteSize() + key.name.wire_size() + kEntryOverhead;
  if (reply->ttl_seconds == 0 || size > max_bytes_ / 4) return;
  while (byte_size_ + size > max_bytes_) EraseUnused();
  if (stored.type == kNoType) ++nxdomain_count_;
  byte_size_ += size;
  const absl::Time expiry = reply->expiry();
  order_.push_front({stored, std::move(reply), expiry, size});
  entries_.emplace(std::move(stored), order_.begin());
}

void Cache::Erase(Entries::iterator entry) {
  if (entry->key.type == kNoType) --nxdomain_count_;
  byte_size_ -= entry->byte_size;
  entries_.erase(entry->key);
  order_.erase(entry);
}

void Cache::EraseUnused() {
  // Each turn clears a mark that only a hit sets again, so this ends after once round at most.
  while (order_.back().used) {
    order_.back().used = false;
    order_.splice(order_.begin(), order_, std::prev(order_.end()));
  }
  Erase(std::prev(order_.end()));
}

void Cache::Flush(const dns::Name& suffix) {
  for (auto entry = order_.begin(); entry != order_.end();) {
    const auto next = std::next(entry);
    if (entry->key.name.IsSubdomainOf(suffix)) Erase(entry);
    entry = next;
  }
}

void Cache::Clear() {
  entries_.clear();
  order_.clear();
  byte_size_ = 0;
  nxdomain_count_ = 0;
}

}  // namespace nave::resolver
