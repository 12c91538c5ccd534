// A name in lower case with the start of each suffix: what tables of names are probed with, without
// an allocation. Value; any thread.
#ifndef NAVE_RESOLVER_SUFFIXES_H_
#define NAVE_RESOLVER_SUFFIXES_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "lib/dns/name.h"

namespace nave::resolver {

class Suffixes {
 public:
  explicit Suffixes(const dns::Name& name);

  int label_count() const { return label_count_; }
  // The last `count` labels in lower-case wire form, valid while this lives. REQUIRES: 0 <= count
  // <= label_count().
  absl::string_view suffix(int count) const {
    const size_t start = starts_[label_count_ - count];
    return absl::string_view(lower_ + start, size_ - start);
  }
  absl::string_view whole() const { return absl::string_view(lower_, size_); }

 private:
  size_t size_ = 0;
  int label_count_ = 0;
  char lower_[dns::kMaxNameSize];
  // Where the label with this index starts; the last entry is the root's.
  uint8_t starts_[dns::kMaxLabels + 1];
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SUFFIXES_H_
