// Namespace grants: who may create zones below which domain name. Functions; for the thread of the
// reader.
#ifndef NAVE_CATALOG_GOVERNANCE_NAMESPACES_H_
#define NAVE_CATALOG_GOVERNANCE_NAMESPACES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/governance/resources.h"

namespace nave::catalog {

// What the grants say of an account and a domain name.
enum class NamespaceVerdict {
  kHeld,       // the longest suffix with a grant is granted to the account
  kOthers,     // it is granted to others alone
  kUngranted,  // no suffix is granted to anybody
};
absl::StatusOr<NamespaceVerdict> JudgeNamespace(store::Reader& reader, const std::string& account,
                                                const std::string& domain_name);

// NO_NAMESPACE_GRANT unless the account holds the name, or nobody does and an administrator of the
// organization acts.
absl::Status RequireNamespace(store::Reader& reader, const Actor& actor, const std::string& account,
                              const std::string& domain_name);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_NAMESPACES_H_
