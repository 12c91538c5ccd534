// SHA-256 (FIPS 180-4), to keep the secrets of tokens as hashes. Pure function.
#ifndef NAVE_CATALOG_GOVERNANCE_SHA256_H_
#define NAVE_CATALOG_GOVERNANCE_SHA256_H_

#include <string>
#include <string_view>

namespace nave::catalog {

// 32 bytes.
std::string Sha256(std::string_view message);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_SHA256_H_
