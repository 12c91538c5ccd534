#include "lib/net/address.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace nave::net {
namespace {

constexpr uint8_t kMappedPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

absl::StatusOr<IpAddress> IpAddress::Parse(absl::string_view text) {
  const std::string terminated(text);
  uint8_t octets[16];
  const bool has_zero = terminated.find('\0') != std::string::npos;
  if (!has_zero && inet_pton(AF_INET, terminated.c_str(), octets) == 1) {
    return FromBytes(absl::MakeConstSpan(octets, 4));
  }
  if (!has_zero && inet_pton(AF_INET6, terminated.c_str(), octets) == 1) {
    return FromBytes(absl::MakeConstSpan(octets, 16));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is not an IP address; write 192.0.2.1 or 2001:db8::1"));
}

IpAddress IpAddress::FromBytes(absl::Span<const uint8_t> octets) {
  IpAddress address;
  if (octets.size() == 16 && std::equal(kMappedPrefix, kMappedPrefix + 12, octets.begin())) {
    octets = octets.subspan(12);
  }
  address.v4_ = octets.size() == 4;
  std::copy(octets.begin(), octets.end(), address.octets_.begin());
  return address;
}

std::string IpAddress::ToString() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(v4_ ? AF_INET : AF_INET6, octets_.data(), text, sizeof(text));
  return text;
}

bool IpAddress::IsUnspecified() const {
  return std::all_of(octets_.begin(), octets_.end(), [](uint8_t octet) { return octet == 0; });
}

bool IpAddress::IsLoopback() const {
  if (v4_) return octets_[0] == 127;
  return octets_[15] == 1 &&
         std::all_of(octets_.begin(), octets_.end() - 1, [](uint8_t octet) { return octet == 0; });
}

IpAddress IpAddress::Masked(int length) const {
  IpAddress masked = *this;
  for (int i = 0; i < bits() / 8; ++i) {
    const int keep = std::clamp(length - 8 * i, 0, 8);
    masked.octets_[i] &= static_cast<uint8_t>(0xff00 >> keep);
  }
  return masked;
}

}  // namespace nave::net
