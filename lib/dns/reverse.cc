#include "lib/dns/reverse.h"

#include <arpa/inet.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nave::dns {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

struct Address {
  int family = AF_UNSPEC;
  uint8_t octets[16] = {};
  int bits() const { return family == AF_INET ? 32 : 128; }
  // Bits that one label of the reverse tree stands for.
  int bits_per_label() const { return family == AF_INET ? 8 : 4; }
};

bool ParseAddress(absl::string_view text, Address* address) {
  const std::string terminated(text);
  for (const int family : {AF_INET, AF_INET6}) {
    address->family = family;
    if (inet_pton(family, terminated.c_str(), address->octets) == 1) return true;
  }
  return false;
}

Name MakeReverse(const Address& address, int length) {
  std::string text;
  for (int i = length / address.bits_per_label() - 1; i >= 0; --i) {
    if (address.family == AF_INET) {
      absl::StrAppend(&text, address.octets[i], ".");
    } else {
      const int nibble = i % 2 == 0 ? address.octets[i / 2] >> 4 : address.octets[i / 2] & 0xF;
      text.push_back(kHexDigits[nibble]);
      text.push_back('.');
    }
  }
  absl::StrAppend(&text, address.family == AF_INET ? "in-addr.arpa." : "ip6.arpa.");
  return *Name::FromText(text);
}

bool HasBitsBehind(const Address& address, int length) {
  for (int bit = length; bit < address.bits(); ++bit) {
    if (address.octets[bit / 8] >> (7 - bit % 8) & 1) return true;
  }
  return false;
}

// A number 0 to 255 as one label, without leading zeros.
bool ParseOctetLabel(absl::string_view label, uint8_t* octet) {
  uint32_t value;
  if (label.size() > 3 || !absl::ascii_isdigit(label[0]) || !absl::SimpleAtoi(label, &value))
    return false;
  if (value > 255 || (label.size() > 1 && label[0] == '0')) return false;
  *octet = static_cast<uint8_t>(value);
  return true;
}

bool ParseNibbleLabel(absl::string_view label, uint8_t* nibble) {
  if (label.size() != 1 || !absl::ascii_isxdigit(label[0])) return false;
  const char c = absl::ascii_tolower(label[0]);
  *nibble = c <= '9' ? c - '0' : c - 'a' + 10;
  return true;
}

std::optional<std::string> AddressText(const Address& address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(address.family, address.octets, text, sizeof(text));
}

std::optional<std::string> Ipv4FromReverse(const Name& name) {
  Address address{AF_INET, {}};
  int index = 3;
  for (const absl::string_view label : name.labels()) {
    if (index < 0) break;
    if (!ParseOctetLabel(label, &address.octets[index--])) return std::nullopt;
  }
  return AddressText(address);
}

std::optional<std::string> Ipv6FromReverse(const Name& name) {
  Address address{AF_INET6, {}};
  int index = 31;
  for (const absl::string_view label : name.labels()) {
    if (index < 0) break;
    uint8_t nibble;
    if (!ParseNibbleLabel(label, &nibble)) return std::nullopt;
    address.octets[index / 2] |= index % 2 == 0 ? nibble << 4 : nibble;
    --index;
  }
  return AddressText(address);
}

}  // namespace

absl::StatusOr<Name> ReverseName(absl::string_view text) {
  Address address;
  if (!ParseAddress(text, &address)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not an IP address"));
  }
  return MakeReverse(address, address.bits());
}

absl::StatusOr<Name> ReverseZone(absl::string_view prefix) {
  const size_t slash = prefix.find('/');
  Address address;
  uint32_t length;
  if (slash == absl::string_view::npos || !ParseAddress(prefix.substr(0, slash), &address) ||
      !absl::SimpleAtoi(prefix.substr(slash + 1), &length) || length > address.bits()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", prefix, "\" is not a prefix such as 10.1.0.0/16"));
  }
  if (length % address.bits_per_label() != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", prefix,
                     "\" does not end on a label of the reverse tree; its length "
                     "must be a multiple of ",
                     address.bits_per_label()));
  }
  if (HasBitsBehind(address, length)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", prefix, "\" has bits behind its length"));
  }
  return MakeReverse(address, length);
}

std::optional<std::string> AddressFromReverse(const Name& name) {
  static const Name& ipv4 = *new Name(*Name::FromText("in-addr.arpa."));
  static const Name& ipv6 = *new Name(*Name::FromText("ip6.arpa."));
  if (name.label_count() == 6 && name.IsSubdomainOf(ipv4)) return Ipv4FromReverse(name);
  if (name.label_count() == 34 && name.IsSubdomainOf(ipv6)) return Ipv6FromReverse(name);
  return std::nullopt;
}

}  // namespace nave::dns
