// Errors of the control plane with the reason that it gave. Functions; any thread.
#ifndef NAVE_TERRAFORM_CLIENT_ERRORS_H_
#define NAVE_TERRAFORM_CLIENT_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "client/error_info.h"
#include "nave/api/v1/errors.pb.h"

namespace nave::terraform {

using client::WithReason;

// REASON_UNSPECIFIED when the error has none that is known.
api::v1::Reason ReasonOf(const absl::Status& status);
// A value of the error's metadata; empty when it is not there.
std::string ErrorMetadata(const absl::Status& status, const std::string& key);
// The message, and the reason in parentheses.
std::string ErrorText(const absl::Status& status);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_CLIENT_ERRORS_H_
