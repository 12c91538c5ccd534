// How much the cache helps, by view and by who would be asked: counts that go on while targets and
// policy stay what they are. Of one worker, on its thread.
#ifndef NAVE_RESOLVER_CACHE_USE_H_
#define NAVE_RESOLVER_CACHE_USE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"

namespace nave::resolver {

class CacheUse {
 public:
  // Of a view and a target group by their ids.
  using Scope = std::pair<uint64_t, uint64_t>;
  // Where the counts of a scope are; valid until Reset.
  using Slot = uint32_t;
  // Scopes that are told apart; all others count as one.
  static constexpr size_t kMaxScopes = 65536;
  // Of what belongs to no scope: answers of zones.
  static constexpr Slot kNoScope = 0;

  struct Counts {
    uint64_t hits = 0;
    uint64_t stale_hits = 0;
    uint64_t misses = 0;
    uint64_t failures = 0;
  };

  CacheUse() { Reset(); }

  Slot SlotOf(Scope scope) {
    const auto [at, is_new] = slots_.try_emplace(scope, static_cast<Slot>(counts_.size()));
    if (!is_new) return at->second;
    if (counts_.size() >= kMaxScopes + kFirstSlot) {
      slots_.erase(at);
      return kOthers;
    }
    counts_.emplace_back();
    return at->second;
  }
  Counts& operator[](Slot slot) { return counts_[slot]; }
  Counts& Of(Scope scope) { return counts_[SlotOf(scope)]; }
  // Of all scopes beyond kMaxScopes.
  const Counts& others() const { return counts_[kOthers]; }

  // New scopes are no longer told apart.
  bool is_full() const { return slots_.size() >= kMaxScopes; }
  // Begins anew.
  void Reset() {
    slots_.clear();
    counts_.assign(kFirstSlot, Counts());
  }
  void ForEach(absl::FunctionRef<void(const Scope&, const Counts&)> visit) const {
    for (const auto& [scope, slot] : slots_) visit(scope, counts_[slot]);
  }

 private:
  static constexpr Slot kOthers = 1;
  static constexpr Slot kFirstSlot = 2;

  absl::flat_hash_map<Scope, Slot> slots_;
  std::vector<Counts> counts_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_CACHE_USE_H_
