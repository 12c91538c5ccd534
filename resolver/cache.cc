#include "resolver/cache.h"

#include <utility>

#include "absl/hash/hash.h"

namespace nave::resolver {
namespace {

// No question has type 0: under it stands the NXDOMAIN of a name, whatever the type.
constexpr dns::RRType kNoType = static_cast<dns::RRType>(0);
// What an entry costs beside its reply: its own memory, map and ring slots, control block.
constexpr size_t kEntryOverhead = 256;

// An NXDOMAIN at the end of a CNAME chain speaks of the last name, not of the qname.
bool DeniesQname(const Reply& reply) {
  return reply.rcode == dns::Rcode::kNxDomain && reply.answers.empty();
}

}  // namespace

CacheKey::CacheKey(uint64_t view, uint64_t group, dns::Name name, dns::RRType type, bool dnssec_ok,
                   bool checking_disabled)
    : view_(view),
      group_(group),
      hash_(absl::HashOf(view, group, type, dnssec_ok, checking_disabled, name)),
      name_(std::move(name)),
      type_(type),
      dnssec_ok_(dnssec_ok),
      checking_disabled_(checking_disabled) {}

CacheKey CacheKey::WithType(dns::RRType type) const {
  return CacheKey(view_, group_, name_, type, dnssec_ok_, checking_disabled_);
}

CacheKey CacheKey::Parent() const {
  return CacheKey(view_, group_, name_.Parent(), type_, dnssec_ok_, checking_disabled_);
}

std::shared_ptr<const Reply> Cache::Find(const CacheKey& key, absl::Time now) {
  if (auto reply = FindExact(key, now)) return reply;
  if (nxdomain_count_ == 0) return nullptr;
  CacheKey above = key.WithType(kNoType);
  // One probe for each label; the name has at most kMaxLabels.
  while (true) {
    if (auto reply = FindExact(above, now)) return reply;
    if (above.name().IsRoot()) return nullptr;
    above = above.Parent();
  }
}

std::shared_ptr<const Reply> Cache::FindExact(const CacheKey& key, absl::Time now) {
  auto found = entries_.find(key.hash());
  if (found == entries_.end() || !(found->second->key == key)) return nullptr;
  Entry* const entry = found->second;
  if (now >= entry->expiry) {
    Erase(entry);
    return nullptr;
  }
  entry->used = true;
  return entry->reply;
}

void Cache::Insert(const CacheKey& key, std::shared_ptr<const Reply> reply) {
  CacheKey stored = DeniesQname(*reply) ? key.WithType(kNoType) : key;
  auto found = entries_.find(stored.hash());
  if (found != entries_.end()) Erase(found->second);
  const size_t size = reply->ByteSize() + key.name().wire_size() + kEntryOverhead;
  if (reply->ttl_seconds == 0 || size > max_bytes_ / 4) return;
  while (byte_size_ + size > max_bytes_) EraseUnused();
  if (stored.type() == kNoType) ++nxdomain_count_;
  byte_size_ += size;
  const absl::Time expiry = reply->expiry();
  ring_.push_back(std::make_unique<Entry>(
      Entry{std::move(stored), std::move(reply), expiry, size, ring_.size()}));
  entries_.emplace(ring_.back()->key.hash(), ring_.back().get());
}

void Cache::Erase(Entry* entry) {
  if (entry->key.type() == kNoType) --nxdomain_count_;
  byte_size_ -= entry->byte_size;
  entries_.erase(entry->key.hash());
  std::unique_ptr<Entry>& place = ring_[entry->place];
  if (&place != &ring_.back()) {
    ring_.back()->place = entry->place;
    std::swap(place, ring_.back());
  }
  ring_.pop_back();
}

void Cache::EraseUnused() {
  // Each step clears a mark that only a hit sets again, so this ends after once round at most.
  while (true) {
    if (hand_ >= ring_.size()) hand_ = 0;
    Entry* const entry = ring_[hand_].get();
    if (!entry->used) return Erase(entry);
    entry->used = false;
    ++hand_;
  }
}

void Cache::Flush(const dns::Name& suffix) {
  // From the end, for Erase moves the last one.
  for (size_t i = ring_.size(); i > 0; --i) {
    if (ring_[i - 1]->key.name().IsSubdomainOf(suffix)) Erase(ring_[i - 1].get());
  }
}

void Cache::Clear() {
  entries_.clear();
  ring_.clear();
  byte_size_ = 0;
  nxdomain_count_ = 0;
}

}  // namespace nave::resolver
