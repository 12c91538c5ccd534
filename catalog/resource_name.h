// Resource names: paths such as `accounts/hub/vpcs/main`, by the patterns that the contracts
// declare. Pure functions; the table of types is made once.
#ifndef NAVE_CATALOG_RESOURCE_NAME_H_
#define NAVE_CATALOG_RESOURCE_NAME_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nave::catalog {

inline constexpr size_t kMaxNameBytes = 220;
inline constexpr size_t kMaxRecordSetNameBytes = 400;
inline constexpr char kOrganization[] = "organization";

struct ResourceType {
  std::string type;                   // such as `Vpc`
  std::string plural;                 // such as `vpcs`
  std::vector<std::string> segments;  // `accounts`, `{account}`, `vpcs`, `{vpc}`
  const google::protobuf::Descriptor* descriptor;
};

// Every kind of resource.
const std::vector<ResourceType>& ResourceTypes();
// The kind of a message or of its type name; null when it is no resource.
const ResourceType* TypeOf(const google::protobuf::Descriptor* descriptor);
const ResourceType* TypeNamed(std::string_view type);
// The kind whose pattern a name fits; null when none does.
const ResourceType* TypeOfName(std::string_view name);

// OK, or INVALID_NAME with the pattern expected.
absl::Status CheckName(const ResourceType& type, const std::string& name);
// The resource below which a name stands: `accounts/a` for `accounts/a/vpcs/v`, empty at the top.
std::string ParentOf(std::string_view name);
// `accounts/a` for what stands in an account, `organization` for everything else.
std::string AccountOf(std::string_view name);
// The last part of a name.
std::string IdOf(std::string_view name);

// The name of an RRset: the owner lower-case and absolute, a slash within it escaped.
std::string RecordSetName(const std::string& zone, const std::string& owner,
                          const std::string& rrtype);
struct RecordSetParts {
  std::string zone, owner, rrtype;
};
// REQUIRES: the name fits the pattern of record sets.
RecordSetParts SplitRecordSetName(std::string_view name);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_RESOURCE_NAME_H_
