#include "server/plugin_check.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "catalog/errors.h"
#include "catalog/workflow/parameters.h"
#include "lib/base/status_macros.h"

namespace nave::server {

const catalog::Product* BuiltInPlugins::Find(const std::string& plugin) const {
  for (const auto& product : products_) {
    if (product->name() == plugin) return product.get();
  }
  return nullptr;
}

absl::Status BuiltInPlugins::CheckPlugin(const std::string& plugin) const {
  if (Find(plugin) != nullptr) return absl::OkStatus();
  const std::string known = absl::StrJoin(
      products_, ", ", [](std::string* out, const auto& product) { out->append(product->name()); });
  return catalog::Error(api::v1::INVALID_PARAMETER,
                        absl::StrCat("there is no plugin '", plugin, "'; there are: ", known));
}

absl::Status BuiltInPlugins::CheckSettings(const std::string& plugin,
                                           const std::vector<api::v1::Parameter>& settings) const {
  NAVE_RETURN_IF_ERROR(CheckPlugin(plugin));
  const catalog::Product& product = *Find(plugin);
  NAVE_ASSIGN_OR_RETURN(const catalog::Values values,
                        catalog::ValuesOf({settings.begin(), settings.end()}));
  NAVE_RETURN_IF_ERROR(catalog::CheckSettings(product.schema(), values));
  return catalog::FromPlugin(plugin, product.Validate(values));
}

}  // namespace nave::server
