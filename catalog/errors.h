// Refusals with a reason for programs: an absl::Status that carries api.v1.Reason and the resources
// concerned. The server turns them into google.rpc.ErrorInfo. Pure functions.
#ifndef NAVE_CATALOG_ERRORS_H_
#define NAVE_CATALOG_ERRORS_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "nave/api/v1/errors.pb.h"

namespace nave::catalog {

using api::v1::Reason;
using ErrorMetadata = std::map<std::string, std::string>;

// A refusal. The code follows from the reason; `message` says what is wrong and what to do.
absl::Status Error(Reason reason, std::string message, ErrorMetadata metadata = {});
// NOT_FOUND for a resource.
absl::Status NotFoundError(const std::string& name);
// INVALID_FIELD for a field's path.
absl::Status FieldError(const std::string& field, const std::string& message);

// The reason of a status; REASON_UNSPECIFIED when it carries none.
Reason ReasonOf(const absl::Status& status);
ErrorMetadata MetadataOf(const absl::Status& status);
// The code that a reason stands for.
absl::StatusCode CodeOf(Reason reason);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_ERRORS_H_
