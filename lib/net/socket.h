// The few system calls that every socket of ours needs, with their errors as statuses. Functions;
// any thread.
#ifndef NAVE_LIB_NET_SOCKET_H_
#define NAVE_LIB_NET_SOCKET_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/net/endpoint.h"

namespace nave::net {

// errno as a status: UNAVAILABLE for an address in use or not of this machine, PERMISSION_DENIED,
// RESOURCE_EXHAUSTED for lack of descriptors or memory, else INTERNAL.
absl::Status SystemError(absl::string_view what);

// A non-blocking socket bound to `endpoint`; `type` is SOCK_DGRAM or SOCK_STREAM. The caller closes
// it.
absl::StatusOr<int> BindSocket(int type, const Endpoint& endpoint, bool reuse_port);

// As the kernel knows it.
Endpoint LocalEndpoint(int fd);

}  // namespace nave::net

#endif  // NAVE_LIB_NET_SOCKET_H_
