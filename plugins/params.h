// What the plugins have in common: reading values, resource names in short form, ids made of other
// ids. Pure functions.
#ifndef NAVE_PLUGINS_PARAMS_H_
#define NAVE_PLUGINS_PARAMS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/product.h"

namespace nave::plugins {

// INVALID_ARGUMENT that names the parameter or setting.
absl::Status InvalidValue(const std::string& key, const std::string& message);

// The one value of a key; INVALID_ARGUMENT when it is missing or not one.
absl::StatusOr<std::string> OneValue(const catalog::Values& values, const std::string& key);
// The setting when the platform team made one, else the parameter.
absl::StatusOr<std::string> SettingOrParameter(const catalog::PlanInput& input,
                                               const std::string& key);
// The values of a key, none when it is missing.
std::vector<std::string> ValuesOf(const catalog::Values& values, const std::string& key);

// A resource name of one collection, such as `vpcs`: `main` becomes `accounts/spoke1/vpcs/main`, a
// full name stays. INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> FullName(const std::string& key, const std::string& account,
                                     const std::string& collection, const std::string& value);
// The account of a full name, and its last part.
std::string AccountOf(std::string_view name);
std::string IdOf(std::string_view name);

// An existing VPC; `own` demands one of the account of the launch. INVALID_ARGUMENT says what is
// wrong.
absl::StatusOr<std::string> CheckedVpc(const catalog::PlanInput& input, const std::string& key,
                                       const std::string& value, bool own);

// One id made of several, which no other list of parts makes: `out.main.hub.corp`, parts joined by
// dots, and a hash of them instead of the end when that would be too long or ambiguous.
std::string JoinIds(const std::vector<std::string>& parts);

// The association of a zone with a VPC; its name follows from both, so that there is one for the
// pair.
catalog::PlannedResource AssociateZone(const std::string& zone, const std::string& domain_name,
                                       const std::string& vpc);

}  // namespace nave::plugins

#endif  // NAVE_PLUGINS_PARAMS_H_
