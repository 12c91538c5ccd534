// Errors of the control plane with the reason that it gave. Functions; any thread.
#ifndef NAVE_TERRAFORM_CLIENT_ERRORS_H_
#define NAVE_TERRAFORM_CLIENT_ERRORS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "nave/api/v1/errors.pb.h"

namespace nave::terraform {

// An error with a reason by its name, such as `IN_USE`, and its metadata.
absl::Status WithReason(absl::Status status, const std::string& reason,
                        const std::map<std::string, std::string>& metadata = {});
// REASON_UNSPECIFIED when the error has none that is known.
api::v1::Reason ReasonOf(const absl::Status& status);
// A value of the error's metadata; empty when it is not there.
std::string ErrorMetadata(const absl::Status& status, const std::string& key);
// The message, and the reason in parentheses.
std::string ErrorText(const absl::Status& status);

// The status of a call, from its code, its message and the bytes of its google.rpc.Status. `server`
// is named where the server was not reached.
absl::Status FromCall(absl::StatusCode code, const std::string& message, const std::string& details,
                      const std::string& server);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_CLIENT_ERRORS_H_
