// What the fuzz targets share: a check that ends the run, and choices read from the input.
#ifndef NAVE_TESTS_FUZZ_FUZZING_H_
#define NAVE_TESTS_FUZZ_FUZZING_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"

namespace nave::fuzzing {

inline void Require(bool holds, absl::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", std::string(what).c_str());
  std::abort();
}

// The input, taken from its front. At its end every choice is 0.
class Input {
 public:
  Input(const uint8_t* data, size_t size)
      : rest_(size == 0 ? absl::string_view()
                        : absl::string_view(reinterpret_cast<const char*>(data), size)) {}

  uint8_t U8() {
    const absl::string_view octet = Take(1);
    return octet.empty() ? 0 : static_cast<uint8_t>(octet[0]);
  }
  uint16_t U16() {
    const uint16_t upper = U8();
    return static_cast<uint16_t>(upper << 8 | U8());
  }
  uint32_t U32() {
    const uint32_t upper = U16();
    return upper << 16 | U16();
  }
  absl::string_view Take(size_t size) {
    const absl::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  absl::string_view Rest() { return Take(rest_.size()); }
  bool empty() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
};

}  // namespace nave::fuzzing

#endif  // NAVE_TESTS_FUZZ_FUZZING_H_
