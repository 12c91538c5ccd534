// Checks a resource by the rules that its contract declares on its fields
// (api/v1/annotations.proto), and brings its texts into their one form. Pure functions.
#ifndef NAVE_CATALOG_GOVERNANCE_FIELDS_H_
#define NAVE_CATALOG_GOVERNANCE_FIELDS_H_

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nave/api/v1/annotations.pb.h"

namespace nave::catalog {

// OK, or INVALID_FIELD with the field's path. Domain names become lower-case and absolute,
// addresses and prefixes canonical. Goes into sub-messages.
absl::Status CheckFields(google::protobuf::Message* message);

// Clears what only the control plane writes.
void ClearOutputFields(google::protobuf::Message* message);

// Copies the fields that the mask names (all that a client may change when it is empty) from
// `update` to `target`. INVALID_QUERY for an unknown path, IMMUTABLE_FIELD when an immutable one
// would change.
absl::Status ApplyUpdate(const google::protobuf::Message& update,
                         const google::protobuf::FieldMask& mask,
                         google::protobuf::Message* target);

// A resource name that a field holds, with the types that it may point at.
struct Reference {
  std::string field;
  std::string target;
  std::vector<std::string> types;
};
// Every reference of a resource that is set, sub-messages included.
std::vector<Reference> ReferencesOf(const google::protobuf::Message& message);

// One text in its form: a domain name in lower case, absolute, and its letters beyond ASCII as
// lib/dns/idna.h says. INVALID_ARGUMENT with advice when it has none.
absl::StatusOr<std::string> Normalize(api::v1::Format format, const std::string& text);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_FIELDS_H_
