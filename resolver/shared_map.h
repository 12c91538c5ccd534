// An ordered map of names whose copies share what they have in common: a copy costs a pointer for
// each shard, a change after it the copy of one shard, and what differs between two maps is found
// without a look into the shards that are the same (data-plane.md section 1).
//
// A shard may be changed in place only by the one map that made it and has not been copied since:
// each map counts its copies, and a shard remembers the count at which it became the map's own.
// Reading and copying from several threads at once is safe, changing is not.
#ifndef NAVE_RESOLVER_SHARED_MAP_H_
#define NAVE_RESOLVER_SHARED_MAP_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"

namespace nave::resolver {

template <typename T>
class SharedMap {
 public:
  // A shard is split in two above this.
  static constexpr size_t kMaxShardSize = 256;

 private:
  using Shard = absl::btree_map<std::string, T>;
  struct Slot {
    std::shared_ptr<Shard> shard;  // Never empty.
    uint64_t own_since = 0;        // It is the map's own if this is copies_.
  };

 public:
  using value_type = typename Shard::value_type;

  // In order of names; valid until the map is changed.
  class const_iterator {
   public:
    const value_type& operator*() const { return *at_; }
    const value_type* operator->() const { return &*at_; }
    const_iterator& operator++() {
      if (++at_ == slot_->shard->end()) NextShard();
      return *this;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
      return a.slot_ == b.slot_ && (a.slot_ == a.end_ || a.at_ == b.at_);
    }

   private:
    friend class SharedMap;
    const_iterator(const Slot* slot, const Slot* end) : slot_(slot), end_(end) {
      if (slot_ != end_) at_ = slot_->shard->cbegin();
    }
    void NextShard() { *this = const_iterator(slot_ + 1, end_); }
    bool IsAtStart() const { return slot_ != end_ && at_ == slot_->shard->cbegin(); }

    const Slot* slot_;
    const Slot* end_;
    typename Shard::const_iterator at_;
  };

  SharedMap() = default;
  SharedMap(const SharedMap& other) : slots_(other.slots_), size_(other.size_) {
    ++other.copies_;
    for (Slot& slot : slots_) slot.own_since = 0;
  }
  SharedMap(SharedMap&& other) noexcept { Swap(&other); }
  SharedMap& operator=(SharedMap other) noexcept {
    Swap(&other);
    return *this;
  }

  const_iterator begin() const { return const_iterator(slots_.data(), EndSlot()); }
  const_iterator end() const { return const_iterator(EndSlot(), EndSlot()); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const_iterator find(absl::string_view name) const {
    if (slots_.empty()) return end();
    const_iterator found(&slots_[IndexOf(name)], EndSlot());
    found.at_ = std::as_const(*found.slot_->shard).find(name);
    return found.at_ == found.slot_->shard->cend() ? end() : found;
  }
  size_t count(absl::string_view name) const { return find(name) == end() ? 0 : 1; }
  // REQUIRES: it is there.
  const T& at(absl::string_view name) const { return find(name)->second; }

  // Valid until the map is copied or changed.
  T& operator[](const std::string& name) { return Emplace(name).first; }
  // False, and nothing changes, if there is one of this name.
  bool emplace(const std::string& name, T value) {
    const auto [place, is_new] = Emplace(name);
    if (is_new) place = std::move(value);
    return is_new;
  }
  size_t erase(const std::string& name) {
    if (count(name) == 0) return 0;
    const size_t index = IndexOf(name);
    OwnShard(index).erase(name);
    if (slots_[index].shard->empty()) slots_.erase(slots_.begin() + index);
    --size_;
    return 1;
  }
  void clear() { *this = SharedMap(); }

  // Each name whose values differ or that only one of the maps has, in order; with the value in
  // `after`, or null.
  static void ForEachDifference(
      const SharedMap& before, const SharedMap& after,
      absl::FunctionRef<void(const std::string& name, const T* value)> call) {
    const_iterator a = before.begin(), b = after.begin();
    while (a != before.end() || b != after.end()) {
      if (a.IsAtStart() && b.IsAtStart() && a.slot_->shard == b.slot_->shard) {
        a.NextShard();
        b.NextShard();
      } else if (b == after.end() || (a != before.end() && a->first < b->first)) {
        call(a->first, nullptr);
        ++a;
      } else if (a == before.end() || b->first < a->first) {
        call(b->first, &b->second);
        ++b;
      } else {
        if (a->second != b->second) call(b->first, &b->second);
        ++a;
        ++b;
      }
    }
  }

 private:
  const Slot* EndSlot() const { return slots_.data() + slots_.size(); }

  // The shard that has the name, if one has. REQUIRES: there are shards.
  size_t IndexOf(absl::string_view name) const {
    const auto after = std::upper_bound(slots_.begin() + 1, slots_.end(), name,
                                        [](absl::string_view wanted, const Slot& slot) {
                                          return wanted < slot.shard->begin()->first;
                                        });
    return static_cast<size_t>(after - slots_.begin()) - 1;
  }

  Shard& OwnShard(size_t index) {
    Slot& slot = slots_[index];
    if (slot.own_since != copies_) {
      slot = {std::make_shared<Shard>(*slot.shard), copies_};
    }
    return *slot.shard;
  }

  // The place of the name, and whether it is new.
  std::pair<T&, bool> Emplace(const std::string& name) {
    if (slots_.empty()) slots_.push_back({std::make_shared<Shard>(), copies_});
    size_t index = slots_.size() == 1 ? 0 : IndexOf(name);
    if (OwnShard(index).size() >= kMaxShardSize) {
      Split(index);
      index = IndexOf(name);
    }
    const auto [at, is_new] = OwnShard(index).try_emplace(name);
    if (is_new) ++size_;
    return {at->second, is_new};
  }

  // REQUIRES: the shard is the map's own.
  void Split(size_t index) {
    Shard& lower = *slots_[index].shard;
    // What comes in order goes on coming behind: the lower part stays nearly full.
    auto middle = std::prev(lower.end(), kMaxShardSize / 4);
    auto upper = std::make_shared<Shard>(middle, lower.end());
    lower.erase(middle, lower.end());
    slots_.insert(slots_.begin() + index + 1, {std::move(upper), copies_});
  }

  void Swap(SharedMap* other) {
    slots_.swap(other->slots_);
    std::swap(size_, other->size_);
    copies_ = other->copies_.exchange(copies_);
  }

  std::vector<Slot> slots_;
  size_t size_ = 0;
  // One more than there were copies of it.
  mutable std::atomic<uint64_t> copies_{1};
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SHARED_MAP_H_
