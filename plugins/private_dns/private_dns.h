// The Private DNS product: a zone of the spoke's own, seen in its VPC, in the hub's, and in others
// (README.md). Pure; any thread.
#ifndef NAVE_PLUGINS_PRIVATE_DNS_PRIVATE_DNS_H_
#define NAVE_PLUGINS_PRIVATE_DNS_PRIVATE_DNS_H_

#include <string>

#include "catalog/product.h"

namespace nave::plugins {

class PrivateDns final : public catalog::Product {
 public:
  std::string name() const override { return "private_dns"; }
  catalog::ParameterSchema schema() const override;
  absl::Status Validate(const catalog::Values& settings) const override;
  absl::StatusOr<catalog::Plan> MakePlan(const catalog::PlanInput& input) const override;
};

}  // namespace nave::plugins

#endif  // NAVE_PLUGINS_PRIVATE_DNS_PRIVATE_DNS_H_
