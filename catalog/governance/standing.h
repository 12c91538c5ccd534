// What stands on a share: which rule associations of an account would lose their leave to use a
// rule. Functions; for the thread of the transaction.
#ifndef NAVE_CATALOG_GOVERNANCE_STANDING_H_
#define NAVE_CATALOG_GOVERNANCE_STANDING_H_

#include <string>

#include "absl/status/status.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// IN_USE when the association's rule is neither of the VPC's account nor shared with it.
absl::Status CheckStillShared(store::Reader& reader, const dns::v1::RuleAssociation& association);
// The same for every rule association of an account.
absl::Status CheckAccountStillShared(store::Reader& reader, const std::string& account);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_STANDING_H_
