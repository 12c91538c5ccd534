// Numbers for texts: the same text has the same number from one generation to the next, and a text
// that was away for a generation comes back with a new one. Numbers are never used again, so what
// is cached under one can never be read by another. One thread at a time; a copy is a value.
#ifndef NAVE_RESOLVER_INTERNER_H_
#define NAVE_RESOLVER_INTERNER_H_

#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace nave::resolver {

class Interner {
 public:
  // The next generation of this one: numbers of texts that it does not ask for are forgotten.
  Interner Next() const {
    Interner next;
    next.previous_ = &ids_;
    next.last_ = last_;
    return next;
  }
  // Ends the generation: drops the tie to the one before. REQUIRES: that one still lives.
  void Seal() { previous_ = nullptr; }

  uint64_t Id(absl::string_view text) {
    auto found = ids_.find(text);
    if (found != ids_.end()) return found->second;
    uint64_t id = 0;
    if (previous_ != nullptr) {
      auto old = previous_->find(text);
      if (old != previous_->end()) id = old->second;
    }
    if (id == 0) id = ++last_;
    ids_.emplace(std::string(text), id);
    return id;
  }

 private:
  uint64_t last_ = 0;
  absl::flat_hash_map<std::string, uint64_t> ids_;
  const absl::flat_hash_map<std::string, uint64_t>* previous_ = nullptr;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_INTERNER_H_
