// Tokens: the credentials of people, programs and nodes. The secret is shown once; its SHA-256
// alone is stored. Thread-safe functions over the store.
#ifndef NAVE_CATALOG_GOVERNANCE_TOKENS_H_
#define NAVE_CATALOG_GOVERNANCE_TOKENS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/caller.h"
#include "catalog/governance/resources.h"
#include "lib/base/clock.h"
#include "store/store.h"
#include "store/transaction.h"

namespace nave::catalog {

inline constexpr absl::Duration kDefaultTokenLife = absl::Hours(24 * 90);
inline constexpr char kAdminToken[] = "tokens/admin";
inline constexpr char kAdminPrincipal[] = "users/admin";

// Gives a token that is being made its secret and its end, and writes the secret's hash.
absl::Status IssueSecret(store::Transaction& transaction, const Actor& actor,
                         governance::v1::Token* token);
// Revokes it.
absl::Status RevokeSecret(store::Transaction& transaction, const std::string& token);

// Who bears the secret. UNAUTHENTICATED when it is unknown, expired or revoked.
absl::StatusOr<Caller> Authenticate(store::Store& store, const Clock& clock,
                                    const std::string& secret);

// The secret of an organization-wide administrator's token, made at the first start;
// empty when it was made before.
absl::StatusOr<std::string> EnsureAdminToken(store::Store& store, const Clock& clock);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_TOKENS_H_
