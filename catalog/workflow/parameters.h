// Parameters and settings: from the messages of the contract to the values of a plugin, checked
// against its schema. Pure functions.
#ifndef NAVE_CATALOG_WORKFLOW_PARAMETERS_H_
#define NAVE_CATALOG_WORKFLOW_PARAMETERS_H_

#include <google/protobuf/repeated_field.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/product.h"
#include "nave/api/v1/common.pb.h"

namespace nave::catalog {

// Of one text.
inline constexpr size_t kMaxParameterValueBytes = 1024;
inline constexpr size_t kMaxParameterValues = 1000;

using ParameterList = google::protobuf::RepeatedPtrField<api::v1::Parameter>;

// By key. INVALID_PARAMETER when a key is empty or stands twice, or a value is too long.
absl::StatusOr<Values> ValuesOf(const ParameterList& parameters);
ParameterList ParametersOf(const std::vector<Output>& outputs);

// INVALID_PARAMETER for a key that the schema does not know (with those that it does), a list where
// one value is taken, a parameter that a setting decides, a required one that neither gives.
absl::Status CheckParameters(const ParameterSchema& schema, const Values& settings,
                             const Values& parameters);
absl::Status CheckSettings(const ParameterSchema& schema, const Values& settings);

// What a plugin says against its input, for the caller: INVALID_PARAMETER for INVALID_ARGUMENT,
// errors of the store as they are, PLUGIN_FAILED for what no plugin should say.
absl::Status FromPlugin(const std::string& plugin, const absl::Status& status);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_PARAMETERS_H_
