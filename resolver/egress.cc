#include "resolver/egress.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/net/socket.h"

namespace nave::resolver {
namespace {

absl::Status Bind(int fd, int type, const net::IpAddress& source) {
  const int on = 1;
  // The port is then chosen when the target is known: ports are shared between targets.
  if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
  sockaddr_storage storage;
  const socklen_t length = net::Endpoint{source, 0}.ToSockaddr(&storage);
  if (bind(fd, reinterpret_cast<sockaddr*>(&storage), length) == 0) return absl::OkStatus();
  return net::SystemError(absl::StrCat("cannot ask from ", source.ToString()));
}

absl::Status Connect(int fd, const net::Endpoint& target) {
  sockaddr_storage storage;
  const socklen_t length = target.ToSockaddr(&storage);
  if (connect(fd, reinterpret_cast<sockaddr*>(&storage), length) == 0) return absl::OkStatus();
  if (errno == EINPROGRESS) return absl::OkStatus();
  const std::string text =
      absl::StrCat("cannot reach ", target.ToString(), ": ", std::strerror(errno));
  const bool exhausted = errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM;
  return exhausted ? absl::ResourceExhaustedError(text) : absl::UnavailableError(text);
}

absl::Status Prepare(int fd, int type, const std::optional<net::IpAddress>& source,
                     const net::Endpoint& target) {
  const int on = 1;
  // Questions are small and somebody waits for each.
  if (type == SOCK_STREAM) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (source.has_value()) NAVE_RETURN_IF_ERROR(Bind(fd, type, *source));
  return Connect(fd, target);
}

}  // namespace

absl::StatusOr<int> OpenEgressSocket(int type, const std::optional<net::IpAddress>& source,
                                     const net::Endpoint& target) {
  if (source.has_value() && source->is_v4() != target.address.is_v4()) {
    return absl::UnavailableError(absl::StrCat("cannot reach ", target.ToString(), " from ",
                                               source->ToString(), ": not of one address family"));
  }
  const int family = target.address.is_v4() ? AF_INET : AF_INET6;
  const int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return net::SystemError("cannot open a socket");
  const absl::Status status = Prepare(fd, type, source, target);
  if (!status.ok()) {
    close(fd);
    return status;
  }
  return fd;
}

}  // namespace nave::resolver
