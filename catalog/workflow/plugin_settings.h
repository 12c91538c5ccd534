// Answers what governance asks about plugins when a product or a version of one is registered.
// Thread-safe.
#ifndef NAVE_CATALOG_WORKFLOW_PLUGIN_SETTINGS_H_
#define NAVE_CATALOG_WORKFLOW_PLUGIN_SETTINGS_H_

#include <string>
#include <vector>

#include "catalog/governance/engine.h"
#include "catalog/product.h"

namespace nave::catalog {

class PluginSettings final : public PluginCheck {
 public:
  // The list outlives this.
  explicit PluginSettings(const ProductList& products) : products_(products) {}

  absl::Status CheckPlugin(const std::string& plugin) const override;
  absl::Status CheckSettings(const std::string& plugin,
                             const std::vector<api::v1::Parameter>& settings) const override;

 private:
  const ProductList& products_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_PLUGIN_SETTINGS_H_
