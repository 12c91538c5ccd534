// Indexes beside the resources: what must be unique on a VPC, and what must be found by domain name
// or address. Kept in the transaction that changes the resource. Functions; for the thread of the
// reader.
#ifndef NAVE_CATALOG_GOVERNANCE_INDEXES_H_
#define NAVE_CATALOG_GOVERNANCE_INDEXES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "store/transaction.h"

namespace nave::catalog {

// The indexes of Table::kIndexes: name, value, resource name.
inline constexpr char kVpcRuleIndex[] = "vpc_rule";  // VPC + domain name -> rule association
inline constexpr char kVpcZoneIndex[] =
    "vpc_zone";  // VPC + apex -> zone association that is ASSOCIATED
inline constexpr char kZoneIndex[] = "zone_apex";      // domain key -> zone
inline constexpr char kGrantIndex[] = "grant_suffix";  // domain key -> namespace grant
inline constexpr char kListenerIndex[] = "listener";  // address and port -> VPC or inbound endpoint
inline constexpr char kNameServerIndex[] = "name_server";  // address and port -> name server

// The labels of a domain name from the root down, so that what is below a name follows it.
// REQUIRES: `domain_name` is in the form of api.v1.DOMAIN_NAME.
std::string DomainKey(const std::string& domain_name);
// A domain name and every name above it, longest first, the root last.
std::vector<std::string> SelfAndAbove(const std::string& domain_name);
// Whether `name` is at or below `suffix`.
bool IsAtOrBelow(const std::string& name, const std::string& suffix);

// What is unique on a VPC by domain name.
std::string VpcIndexKey(std::string_view index, std::string_view vpc, std::string_view domain_name);
// The resource that holds the place; empty when it is free.
absl::StatusOr<std::string> FindOnVpc(store::Reader& reader, std::string_view index,
                                      const std::string& vpc, const std::string& domain_name);
// Every domain name of one VPC in the index.
absl::StatusOr<std::vector<std::string>> DomainNamesOnVpc(store::Reader& reader,
                                                          std::string_view index,
                                                          const std::string& vpc);

void PutIndex(store::Transaction& transaction, std::string_view index, std::string_view value,
              std::string_view resource);
void DeleteIndex(store::Transaction& transaction, std::string_view index, std::string_view value,
                 std::string_view resource);
// The resources at a value.
absl::StatusOr<std::vector<std::string>> FindByIndex(store::Reader& reader, std::string_view index,
                                                     std::string_view value);
// The resources at or below a domain name, of an index by DomainKey.
absl::StatusOr<std::vector<std::string>> FindBelow(store::Reader& reader, std::string_view index,
                                                   const std::string& suffix);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_INDEXES_H_
