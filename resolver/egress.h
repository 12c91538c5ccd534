// How questions leave: sockets to a target, from an address of an outbound endpoint
// (data-plane.md section 2). Functions; any thread.
#ifndef NAVE_RESOLVER_EGRESS_H_
#define NAVE_RESOLVER_EGRESS_H_

#include <optional>

#include "absl/status/statusor.h"
#include "lib/net/address.h"
#include "lib/net/endpoint.h"

namespace nave::resolver {

// A non-blocking socket of `type` (SOCK_DGRAM or SOCK_STREAM), connected to `target` or, for a
// stream, about to be. The system chooses an unpredictable port (RFC 5452 section 9.2), and the
// address too unless `source` is given. The caller closes it. UNAVAILABLE names a source that this
// machine does not have or a target that it has no way to; RESOURCE_EXHAUSTED.
absl::StatusOr<int> OpenEgressSocket(int type, const std::optional<net::IpAddress>& source,
                                     const net::Endpoint& target);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_EGRESS_H_
