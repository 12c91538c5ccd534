// An IPv4 or IPv6 address (data-plane.md section 1). Values; any thread.
#ifndef NAVE_LIB_NET_ADDRESS_H_
#define NAVE_LIB_NET_ADDRESS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nave::net {

class IpAddress {
 public:
  // 0.0.0.0
  IpAddress() = default;

  // Strict text: four decimal octets without leading zeros, or RFC 4291 section 2.2 without zone
  // index. INVALID_ARGUMENT otherwise. An IPv4-mapped IPv6 address becomes the IPv4 address: a peer
  // is one peer, however its socket names it.
  static absl::StatusOr<IpAddress> Parse(absl::string_view text);
  // From network order. REQUIRES: octets has 4 or 16.
  static IpAddress FromBytes(absl::Span<const uint8_t> octets);

  // RFC 5952 for IPv6.
  std::string ToString() const;
  bool is_v4() const { return v4_; }
  int bits() const { return v4_ ? 32 : 128; }
  // 4 or 16 octets in network order.
  absl::Span<const uint8_t> bytes() const {
    return absl::MakeConstSpan(octets_.data(), v4_ ? 4 : 16);
  }
  // 0.0.0.0 or ::
  bool IsUnspecified() const;
  // 127.0.0.0/8 or ::1
  bool IsLoopback() const;
  // All bits behind the first `length` cleared. REQUIRES: 0 <= length <= bits().
  IpAddress Masked(int length) const;

  friend bool operator==(const IpAddress& a, const IpAddress& b) {
    return a.v4_ == b.v4_ && a.octets_ == b.octets_;
  }
  friend bool operator!=(const IpAddress& a, const IpAddress& b) { return !(a == b); }
  friend bool operator<(const IpAddress& a, const IpAddress& b) {
    return a.v4_ != b.v4_ ? a.v4_ : a.octets_ < b.octets_;
  }
  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& a) {
    return H::combine(std::move(h), a.v4_, a.octets_);
  }
  friend std::ostream& operator<<(std::ostream& os, const IpAddress& a) {
    return os << a.ToString();
  }

 private:
  std::array<uint8_t, 16> octets_{};  // IPv4 uses the first four, the rest is zero.
  bool v4_ = true;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_ADDRESS_H_
