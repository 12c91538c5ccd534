// The Inbound product: a zone of the hub answers in a VPC of a spoke (README.md).
// Pure; any thread.
#ifndef NAVE_PLUGINS_INBOUND_INBOUND_H_
#define NAVE_PLUGINS_INBOUND_INBOUND_H_

#include <string>

#include "catalog/product.h"

namespace nave::plugins {

class Inbound final : public catalog::Product {
 public:
  std::string name() const override { return "inbound"; }
  catalog::ParameterSchema schema() const override;
  absl::Status Validate(const catalog::Values& settings) const override;
  absl::StatusOr<catalog::Plan> MakePlan(const catalog::PlanInput& input) const override;
};

}  // namespace nave::plugins

#endif  // NAVE_PLUGINS_INBOUND_INBOUND_H_
