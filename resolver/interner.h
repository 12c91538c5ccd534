// Numbers for texts: a text has the same number as long as somebody holds it, and one that was away
// comes back with a new one. Numbers are never used again, so what is cached under one can never be
// read by another. One thread at a time.
#ifndef NAVE_RESOLVER_INTERNER_H_
#define NAVE_RESOLVER_INTERNER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace nave::resolver {

class Interner {
 public:
  // The number of `text`: its own, or a new one, which lasts until Sweep unless it is held.
  uint64_t Id(absl::string_view text) {
    auto [at, inserted] = ids_.try_emplace(text, last_ + 1);
    if (inserted) {
      ++last_;
      held_[last_].text = at->first;
      loose_.push_back(last_);
    }
    return at->second;
  }
  // REQUIRES: the number has not been swept.
  void Hold(uint64_t id) { ++held_.at(id).count; }
  // REQUIRES: it is held.
  void Release(uint64_t id) {
    if (--held_.at(id).count == 0) loose_.push_back(id);
  }
  // Forgets the texts that nobody holds.
  void Sweep() {
    for (const uint64_t id : loose_) {
      auto found = held_.find(id);
      if (found == held_.end() || found->second.count > 0) continue;
      ids_.erase(found->second.text);
      held_.erase(found);
    }
    loose_.clear();
  }

 private:
  struct Held {
    std::string text;
    size_t count = 0;
  };

  uint64_t last_ = 0;
  absl::flat_hash_map<std::string, uint64_t> ids_;
  absl::flat_hash_map<uint64_t, Held> held_;
  // Among them are all that nobody holds.
  std::vector<uint64_t> loose_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_INTERNER_H_
