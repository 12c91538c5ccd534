// An address and a port (data-plane.md section 1). Values; any thread.
#ifndef NAVE_LIB_NET_ENDPOINT_H_
#define NAVE_LIB_NET_ENDPOINT_H_

#include <sys/socket.h>

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/net/address.h"

namespace nave::net {

struct Endpoint {
  IpAddress address;
  uint16_t port = 0;

  // "192.0.2.1:53" or "[2001:db8::1]:53". INVALID_ARGUMENT otherwise.
  static absl::StatusOr<Endpoint> Parse(absl::string_view text);
  // As Parse, but the port may be left out.
  static absl::StatusOr<Endpoint> Parse(absl::string_view text, uint16_t default_port);
  // The form that Parse takes.
  std::string ToString() const;

  // Fills `*storage`; returns the length to give to the system.
  socklen_t ToSockaddr(sockaddr_storage* storage) const;
  // REQUIRES: family is AF_INET or AF_INET6. An IPv4-mapped address becomes IPv4.
  static Endpoint FromSockaddr(const sockaddr_storage& storage);

  friend bool operator==(const Endpoint& a, const Endpoint& b) {
    return a.port == b.port && a.address == b.address;
  }
  friend bool operator!=(const Endpoint& a, const Endpoint& b) { return !(a == b); }
  friend bool operator<(const Endpoint& a, const Endpoint& b) {
    return a.address != b.address ? a.address < b.address : a.port < b.port;
  }
  template <typename H>
  friend H AbslHashValue(H h, const Endpoint& e) {
    return H::combine(std::move(h), e.address, e.port);
  }
  friend std::ostream& operator<<(std::ostream& os, const Endpoint& e) {
    return os << e.ToString();
  }
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_ENDPOINT_H_
