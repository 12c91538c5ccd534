#include "resolver/cache.h"

#include <utility>

#include "absl/hash/hash.h"
#include "resolver/query.h"

namespace nave::resolver {
namespace {

// No question has type 0: under it stands the NXDOMAIN of a name, whatever the type.
constexpr dns::RRType kNoType = static_cast<dns::RRType>(0);
// What an entry costs beside itself and its reply: its slots in map and ring, the reply's control
// block, the allocator's rounding.
constexpr size_t kEntryOverhead = 64;

}  // namespace

CacheKey::CacheKey(uint64_t view, uint64_t group, const dns::Name& name, dns::RRType type,
                   bool dnssec_ok, bool checking_disabled)
    : CacheKey(view, group, name, type, dnssec_ok, checking_disabled,
               HashOfQuestion(name, type, dns::RRClass::kIn)) {}

CacheKey::CacheKey(uint64_t view, uint64_t group, const dns::Name& name, dns::RRType type,
                   bool dnssec_ok, bool checking_disabled, uint64_t question_hash)
    : view_(view),
      group_(group),
      hash_(absl::HashOf(view, group, dnssec_ok, checking_disabled, question_hash)),
      name_(name),
      type_(type),
      dnssec_ok_(dnssec_ok),
      checking_disabled_(checking_disabled) {}

CacheKey CacheKey::WithType(dns::RRType type) const {
  return CacheKey(view_, group_, name_, type, dnssec_ok_, checking_disabled_);
}

CacheKey CacheKey::Parent() const {
  return CacheKey(view_, group_, name_.Parent(), type_, dnssec_ok_, checking_disabled_);
}

std::shared_ptr<const Reply> Cache::Find(const CacheKey& key, absl::Time now, bool* refresh_due) {
  if (auto reply = FindExact(key, now, refresh_due)) return reply;
  if (nxdomain_count_ == 0) return nullptr;
  CacheKey above = key.WithType(kNoType);
  // The name's own denial may be asked for again; of one above, whoever asks for that name.
  if (auto reply = FindExact(above, now, refresh_due)) return reply;
  // One probe for each label; the name has at most kMaxLabels.
  while (!above.name().IsRoot()) {
    above = above.Parent();
    if (auto reply = FindExact(above, now, nullptr)) return reply;
  }
  return nullptr;
}

std::shared_ptr<const Reply> Cache::FindExact(const CacheKey& key, absl::Time now,
                                              bool* refresh_due) {
  Entry* const entry = FindEntry(key);
  if (entry == nullptr) return nullptr;
  if (now >= entry->expiry) {
    if (!entry->reply->IsUsable() || now >= StaleEnd(*entry->reply)) Erase(entry);
    return nullptr;
  }
  entry->used = true;
  if (refresh_due != nullptr && now >= entry->refresh_at) {
    *refresh_due = true;
    entry->refresh_at = now + kRefreshPause;
  }
  return entry->reply;
}

const Cache::Entry* Cache::FindUsable(const CacheKey& key, absl::Time now) const {
  const Entry* entry = FindEntry(key);
  if (entry == nullptr && nxdomain_count_ > 0) entry = FindEntry(key.WithType(kNoType));
  const bool is_usable =
      entry != nullptr && entry->reply->IsUsable() && now < StaleEnd(*entry->reply);
  return is_usable ? entry : nullptr;
}

Cache::Entry* Cache::FindEntry(const CacheKey& key) const {
  auto found = entries_.find(key.hash());
  return found != entries_.end() && found->second->key == key ? found->second : nullptr;
}

std::shared_ptr<const Reply> Cache::FindStale(const CacheKey& key, absl::Time now) const {
  const Entry* const entry = FindUsable(key, now);
  if (entry == nullptr) return nullptr;
  // Its TTL has not ended: it is as good as ever.
  if (!entry->reply->is_stale && now < entry->expiry) return entry->reply;
  return std::make_shared<const Reply>(MakeStale(*entry->reply, StaleEnd(*entry->reply), now));
}

absl::Time Cache::RefreshTime(const Reply& reply) const {
  if (reply.is_stale) return reply.received + kRefreshPause;
  if (!prefetch_ || !reply.IsUsable() || reply.ttl_seconds < kMinPrefetchTtlSeconds) {
    return absl::InfiniteFuture();
  }
  // When a tenth of its life is left.
  return reply.received + absl::Milliseconds(int64_t{reply.ttl_seconds} * 900);
}

void Cache::Insert(const CacheKey& key, std::shared_ptr<const Reply> reply) {
  const bool denies = reply->DeniesQname();
  const CacheKey stored = denies ? key.WithType(kNoType) : key;
  const Entry* const old = FindEntry(stored);
  if (old != nullptr && old->reply == reply) return;
  // What the name's reply says now contradicts what it had, or denied, before.
  if (denies) Forget(key.hash());
  if (!denies && nxdomain_count_ > 0 && reply->IsUsable()) Forget(key.WithType(kNoType).hash());
  Forget(stored.hash());
  const size_t size =
      reply->ByteSize() + sizeof(Entry) + key.name().AllocatedSize() + kEntryOverhead;
  if (reply->ttl_seconds == 0 || size > max_bytes_ / 4) return;
  while (byte_size_ + size > max_bytes_) EraseUnused();
  if (stored.type() == kNoType) ++nxdomain_count_;
  byte_size_ += size;
  const absl::Time expiry = reply->expiry();
  const absl::Time refresh_at = RefreshTime(*reply);
  ring_.push_back(std::make_unique<Entry>(Entry{stored, std::move(reply), expiry, refresh_at,
                                                static_cast<uint32_t>(size),
                                                static_cast<uint32_t>(ring_.size())}));
  entries_.emplace(ring_.back()->key.hash(), ring_.back().get());
}

void Cache::Forget(uint64_t hash) {
  auto found = entries_.find(hash);
  if (found != entries_.end()) Erase(found->second);
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

size_t Cache::Flush(absl::FunctionRef<bool(const CacheKey&, const Reply&)> is_meant) {
  const size_t before = ring_.size();
  // From the end, for Erase moves the last one.
  for (size_t i = ring_.size(); i > 0; --i) {
    Entry* const entry = ring_[i - 1].get();
    if (is_meant(entry->key, *entry->reply)) Erase(entry);
  }
  return before - ring_.size();
}

void Cache::ForEach(absl::FunctionRef<void(const CacheKey&, const Reply&, size_t)> visit) const {
  for (const auto& entry : ring_) visit(entry->key, *entry->reply, entry->byte_size);
}

}  // namespace nave::resolver
