// What the kinds with addresses share: their form, and what it means that two claim one. Internal
// to the hooks. For one thread.
#ifndef NAVE_CATALOG_GOVERNANCE_LISTENERS_H_
#define NAVE_CATALOG_GOVERNANCE_LISTENERS_H_

#include <google/protobuf/repeated_field.h>

#include <string>

#include "absl/status/status.h"

namespace nave::catalog {

// INVALID_FIELD unless each is an `address:port`, named once, with a port (`want_port`) or with
// port 0.
absl::Status CheckPorts(const std::string& field,
                        const google::protobuf::RepeatedPtrField<std::string>& addresses,
                        bool want_port);

// ADDRESS_CONFLICT: both resources want the address.
absl::Status AddressConflict(const std::string& address, const std::string& name,
                             const std::string& other, const std::string& why);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_LISTENERS_H_
