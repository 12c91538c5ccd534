// Resource names and messages in their one form. Pure functions.
#ifndef NAVE_CATALOG_GOVERNANCE_NAMES_H_
#define NAVE_CATALOG_GOVERNANCE_NAMES_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/resource_name.h"

namespace nave::catalog {

// A name in the form in which it is stored: of a record set the owner lower-case, absolute and
// in ASCII (lib/dns/idna.h), the type upper-case. INVALID_NAME when it is of no kind.
absl::StatusOr<std::string> CanonicalName(const std::string& name);
// The same for a resource of a kind.
absl::Status NormalizeName(const ResourceType& type, google::protobuf::Message* resource);
// Brings the texts that are set into their forms, without asking for what is missing: for an update
// by mask.
absl::Status NormalizeFields(google::protobuf::Message* resource);

std::unique_ptr<google::protobuf::Message> NewMessage(
    const google::protobuf::Descriptor* descriptor);
// The bytes on disk: deterministic, without revision and etag, which follow from the entry.
std::string StoredBytes(const google::protobuf::Message& resource);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_NAMES_H_
