// The server's identity (control-plane.md section 2): a CA and a certificate in the data directory,
// made at the first start and renewed at a later one, or the user's own. For start-up; one thread.
#ifndef NAVE_SERVER_TLS_H_
#define NAVE_SERVER_TLS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/net/endpoint.h"
#include "server/flags.h"

namespace nave::server {

// A certificate of our own with less than this left is renewed at the start.
inline constexpr absl::Duration kRenewBefore = absl::Hours(24 * 30);

struct Tls {
  std::string certificate;  // chain, PEM
  std::string key;          // PEM
  std::string ca_path;      // what clients verify by
};

// The names for which our own certificate is good: localhost, 127.0.0.1, ::1, the host's name, the
// addresses listened at, and those of --tls-name. Sorted.
absl::StatusOr<std::vector<std::string>> CertificateNames(const Flags& flags);

// Reads, makes or renews what the server needs. Files in `<data_dir>/tls`: ca.crt, ca.key (0600),
// server.crt, server.key (0600). PERMISSION_DENIED when others may read a key; FAILED_PRECONDITION
// when files do not fit each other.
absl::StatusOr<Tls> PrepareTls(const Flags& flags, absl::Time now);

// Checks the files without making any: for --check.
absl::Status CheckTlsFiles(const Flags& flags, absl::Time now);

}  // namespace nave::server

#endif  // NAVE_SERVER_TLS_H_
