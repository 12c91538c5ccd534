// X.509 by OpenSSL: a CA and certificates that it signs, ECDSA P-256. Values as PEM text; any
// thread.
#ifndef NAVE_SERVER_CERTIFICATE_H_
#define NAVE_SERVER_CERTIFICATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nave::server {

inline constexpr absl::Duration kCaLife = absl::Hours(24 * 3652);
inline constexpr absl::Duration kServerCertificateLife = absl::Hours(24 * 365);

struct KeyPair {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS#8
};

// A new CA that is good from `now` on for kCaLife.
absl::StatusOr<KeyPair> MakeCa(absl::Time now);
// A new server certificate, good for `names` (domain names and addresses), signed by the CA. It
// ends with the CA at the latest.
absl::StatusOr<KeyPair> MakeServerCertificate(const KeyPair& ca,
                                              const std::vector<std::string>& names,
                                              absl::Time now);

// When the first certificate of a PEM text ends.
absl::StatusOr<absl::Time> EndOf(const std::string& certificate);
// The domain names and addresses for which it is good, as text, sorted.
absl::StatusOr<std::vector<std::string>> NamesOf(const std::string& certificate);
// FAILED_PRECONDITION when the key is not the certificate's.
absl::Status CheckPair(const KeyPair& pair);
// FAILED_PRECONDITION when none of the certificates of `ca` leads to the first of `certificate`,
// whose others may help.
absl::Status CheckSignedBy(const std::string& certificate, const std::string& ca, absl::Time now);

}  // namespace nave::server

#endif  // NAVE_SERVER_CERTIFICATE_H_
