// Randomness as one door: unpredictable bytes, ids and secrets from the system. Thread-safe.
#ifndef NAVE_LIB_BASE_RANDOM_H_
#define NAVE_LIB_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace nave {

// `count` unpredictable bytes.
std::string RandomBytes(size_t count);
// An unpredictable number.
uint64_t RandomUint64();
// An id of 26 characters 0-9a-z whose order is the order of time (milliseconds first, then
// randomness).
std::string NewId(int64_t unix_ms);
// A secret of 43 characters that is safe in headers, files and URLs: 256 bits.
std::string NewSecret();

}  // namespace nave

#endif  // NAVE_LIB_BASE_RANDOM_H_
