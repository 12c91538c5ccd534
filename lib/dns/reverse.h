// Names of reverse zones: addresses as names under in-addr.arpa and ip6.arpa (RFC 1035 section 3.5,
// RFC 3596 section 2.5). Functions; any thread.
#ifndef NAVE_LIB_DNS_REVERSE_H_
#define NAVE_LIB_DNS_REVERSE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/dns/name.h"

namespace nave::dns {

// The PTR owner of an address: "192.0.2.1" -> 1.2.0.192.in-addr.arpa. INVALID_ARGUMENT if it is not
// an address.
absl::StatusOr<Name> ReverseName(absl::string_view address);
// The reverse zone of a prefix whose length ends on a label: "10.1.0.0/16" -> 1.10.in-addr.arpa.
// IPv4 lengths are multiples of 8, IPv6 of 4; INVALID_ARGUMENT otherwise, or if bits behind the
// prefix are set.
absl::StatusOr<Name> ReverseZone(absl::string_view prefix);
// The address a PTR owner stands for, in text; nothing if the name is no full reverse name.
std::optional<std::string> AddressFromReverse(const Name& name);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_REVERSE_H_
