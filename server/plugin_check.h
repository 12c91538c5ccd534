// Answers the catalog's questions about plugins from the list of those that are built in.
// Thread-safe.
#ifndef NAVE_SERVER_PLUGIN_CHECK_H_
#define NAVE_SERVER_PLUGIN_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "catalog/governance/engine.h"
#include "catalog/product.h"

namespace nave::server {

class BuiltInPlugins final : public catalog::PluginCheck {
 public:
  // Outlives this.
  explicit BuiltInPlugins(const catalog::ProductList& products) : products_(products) {}

  absl::Status CheckPlugin(const std::string& plugin) const override;
  absl::Status CheckSettings(const std::string& plugin,
                             const std::vector<api::v1::Parameter>& settings) const override;

 private:
  const catalog::Product* Find(const std::string& plugin) const;

  const catalog::ProductList& products_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_PLUGIN_CHECK_H_
