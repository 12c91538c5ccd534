// SipHash-2-4 with 64 bits, by OpenSSL: what servers agree on for cookies (RFC 9018 section 4.4).
// One thread at a time.
#ifndef NAVE_RESOLVER_SIPHASH_H_
#define NAVE_RESOLVER_SIPHASH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/types/span.h"

namespace nave::resolver {

class SipHash {
 public:
  static constexpr size_t kKeySize = 16;
  static constexpr size_t kHashSize = 8;

  // REQUIRES: key.size() == kKeySize.
  explicit SipHash(std::string key);
  ~SipHash();
  SipHash(SipHash&&) noexcept;
  SipHash& operator=(SipHash&&) noexcept;

  std::array<uint8_t, kHashSize> Of(absl::Span<const uint8_t> data);

 private:
  // OpenSSL's context: made once, since finding the algorithm costs more than a query.
  struct Context;
  std::string key_;
  std::unique_ptr<Context> context_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SIPHASH_H_
