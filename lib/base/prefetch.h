// Asks for memory before it is looked at, so that it comes nearer to the processor meanwhile.
#ifndef NAVE_LIB_BASE_PREFETCH_H_
#define NAVE_LIB_BASE_PREFETCH_H_

#include <cstddef>

namespace nave {

// The octets from `memory` on. It need not be memory that may be read.
inline void Prefetch(const void* memory, size_t size) {
  constexpr size_t kCacheLine = 64;
  const char* const begin = static_cast<const char*>(memory);
  for (size_t at = 0; at < size; at += kCacheLine) __builtin_prefetch(begin + at);
}

}  // namespace nave

#endif  // NAVE_LIB_BASE_PREFETCH_H_
