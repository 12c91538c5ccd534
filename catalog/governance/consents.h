// Consents: by what an actor speaks for an account. For the thread of the reader.
#ifndef NAVE_CATALOG_GOVERNANCE_CONSENTS_H_
#define NAVE_CATALOG_GOVERNANCE_CONSENTS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "catalog/governance/resources.h"
#include "nave/dns/v1/zone_association.pb.h"

namespace nave::catalog {

// The actor's own yes for an account: by a right, or by the launch role of the product that acts;
// none without either.
absl::StatusOr<std::optional<dns::v1::Consent>> OwnConsent(store::Reader& reader,
                                                           const Actor& actor,
                                                           const std::string& account);
// The yes that a share of a rule or zone gives to an account.
absl::StatusOr<std::optional<dns::v1::Consent>> SharedConsent(store::Reader& reader,
                                                              const Actor& actor,
                                                              const std::string& resource,
                                                              const std::string& account);
// Who is written into the ledgers as the maker: the product, or the principal.
std::string MakerOf(const Actor& actor);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_CONSENTS_H_
