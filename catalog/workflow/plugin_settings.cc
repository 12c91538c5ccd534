#include "catalog/workflow/plugin_settings.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catalog/errors.h"
#include "catalog/workflow/parameters.h"
#include "catalog/workflow/planner.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {

absl::Status PluginSettings::CheckPlugin(const std::string& plugin) const {
  if (FindPlugin(products_, plugin) != nullptr) return absl::OkStatus();
  std::string known = absl::StrJoin(products_, ", ", [](std::string* out, const auto& product) {
    absl::StrAppend(out, product->name());
  });
  return Error(api::v1::INVALID_PARAMETER,
               absl::StrCat("there is no plugin '", plugin, "'; this server has: ", known),
               {{"plugin", plugin}});
}

absl::Status PluginSettings::CheckSettings(const std::string& plugin,
                                           const std::vector<api::v1::Parameter>& settings) const {
  NAVE_RETURN_IF_ERROR(CheckPlugin(plugin));
  NAVE_ASSIGN_OR_RETURN(Values values, ValuesOf(ParameterList(settings.begin(), settings.end())));
  const Product& product = *FindPlugin(products_, plugin);
  NAVE_RETURN_IF_ERROR(catalog::CheckSettings(product.schema(), values));
  return FromPlugin(plugin, product.Validate(values));
}

}  // namespace nave::catalog
