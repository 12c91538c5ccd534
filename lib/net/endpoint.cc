#include "lib/net/endpoint.h"

#include <netinet/in.h>

#include <cstring>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nave::net {
namespace {

std::optional<uint16_t> ParsePort(absl::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
  }
  uint32_t port = 0;
  if (!absl::SimpleAtoi(text, &port) || port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

absl::StatusOr<Endpoint> Invalid(absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", text,
                   "' is not an address with a port; write 192.0.2.1:53 or "
                   "[2001:db8::1]:53"));
}

// Splits "[v6]:port", "v4:port", and the same without port, which is then empty.
bool Split(absl::string_view text, absl::string_view* address, absl::string_view* port) {
  if (!text.empty() && text[0] == '[') {
    const size_t close = text.find(']');
    if (close == absl::string_view::npos) return false;
    *address = text.substr(1, close - 1);
    absl::string_view rest = text.substr(close + 1);
    if (!rest.empty() && (rest[0] != ':' || rest.size() == 1)) return false;
    *port = rest.empty() ? rest : rest.substr(1);
    return address->find(':') != absl::string_view::npos;
  }
  const size_t colon = text.find(':');
  if (colon != absl::string_view::npos && text.find(':', colon + 1) != absl::string_view::npos) {
    // An IPv6 address without brackets: its last group cannot be told from a port.
    *address = text;
    *port = absl::string_view();
    return true;
  }
  *address = text.substr(0, colon);
  *port = colon == absl::string_view::npos ? absl::string_view() : text.substr(colon + 1);
  return colon == absl::string_view::npos || !port->empty();
}

absl::StatusOr<Endpoint> ParseEndpoint(absl::string_view text,
                                       std::optional<uint16_t> default_port) {
  absl::string_view address_text, port_text;
  if (!Split(text, &address_text, &port_text)) return Invalid(text);
  absl::StatusOr<IpAddress> address = IpAddress::Parse(address_text);
  if (!address.ok()) return Invalid(text);
  const std::optional<uint16_t> port = port_text.empty() ? default_port : ParsePort(port_text);
  if (!port.has_value()) return Invalid(text);
  return Endpoint{*address, *port};
}

}  // namespace

absl::StatusOr<Endpoint> Endpoint::Parse(absl::string_view text) {
  return ParseEndpoint(text, std::nullopt);
}

absl::StatusOr<Endpoint> Endpoint::Parse(absl::string_view text, uint16_t default_port) {
  return ParseEndpoint(text, default_port);
}

std::string Endpoint::ToString() const {
  return address.is_v4() ? absl::StrCat(address.ToString(), ":", port)
                         : absl::StrCat("[", address.ToString(), "]:", port);
}

socklen_t Endpoint::ToSockaddr(sockaddr_storage* storage) const {
  if (address.is_v4()) {
    auto* in = reinterpret_cast<sockaddr_in*>(storage);
    std::memset(in, 0, sizeof(*in));
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    std::memcpy(&in->sin_addr, address.bytes().data(), 4);
    return sizeof(*in);
  }
  auto* in6 = reinterpret_cast<sockaddr_in6*>(storage);
  std::memset(in6, 0, sizeof(*in6));
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(port);
  std::memcpy(&in6->sin6_addr, address.bytes().data(), 16);
  return sizeof(*in6);
}

Endpoint Endpoint::FromSockaddr(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    const auto* octets = reinterpret_cast<const uint8_t*>(&in.sin_addr);
    return {IpAddress::FromBytes(absl::MakeConstSpan(octets, 4)), ntohs(in.sin_port)};
  }
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(storage);
  const auto* octets = reinterpret_cast<const uint8_t*>(&in6.sin6_addr);
  return {IpAddress::FromBytes(absl::MakeConstSpan(octets, 16)), ntohs(in6.sin6_port)};
}

}  // namespace nave::net
