// The Outbound product: a VPC of a spoke uses the rules that are shared with its account
// (README.md). Pure; any thread.
#ifndef NAVE_PLUGINS_OUTBOUND_OUTBOUND_H_
#define NAVE_PLUGINS_OUTBOUND_OUTBOUND_H_

#include <string>

#include "catalog/product.h"

namespace nave::plugins {

class Outbound final : public catalog::Product {
 public:
  std::string name() const override { return "outbound"; }
  catalog::ParameterSchema schema() const override;
  absl::Status Validate(const catalog::Values& settings) const override;
  absl::StatusOr<catalog::Plan> MakePlan(const catalog::PlanInput& input) const override;
};

}  // namespace nave::plugins

#endif  // NAVE_PLUGINS_OUTBOUND_OUTBOUND_H_
