// The plugin's identity for one run: a fresh key and a certificate for `localhost`, signed by
// itself. The door of OpenSSL here. Functions; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_CERTIFICATE_H_
#define NAVE_TERRAFORM_PROTOCOL_CERTIFICATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace nave::terraform {

struct Certificate {
  std::string pem;
  std::string der;
  std::string key_pem;
};

// Valid from a little before `now`, for longer than any run.
absl::StatusOr<Certificate> MakeCertificate(absl::Time now);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_CERTIFICATE_H_
