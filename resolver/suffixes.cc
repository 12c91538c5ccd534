#include "resolver/suffixes.h"

namespace nave::resolver {

Suffixes::Suffixes(const dns::Name& name) : size_(name.wire_size()) {
  const absl::Span<const uint8_t> wire = name.wire();
  // Length octets are below 'A', so one pass may treat all octets alike.
  dns::ToLowerOctets(wire.data(), size_, reinterpret_cast<uint8_t*>(lower_));
  for (size_t at = 0; wire[at] != 0; at += 1 + wire[at]) {
    starts_[label_count_++] = static_cast<uint8_t>(at);
  }
  starts_[label_count_] = static_cast<uint8_t>(size_ - 1);
}

}  // namespace nave::resolver
