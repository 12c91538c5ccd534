// `nave_provisioned_product`: a launched product. Its changes are operations, which are waited for
// until the resolvers serve what they changed.
#ifndef NAVE_TERRAFORM_RESOURCES_PROVISIONED_PRODUCT_H_
#define NAVE_TERRAFORM_RESOURCES_PROVISIONED_PRODUCT_H_

#include <string>

#include "terraform/resources/resource.h"

namespace nave::terraform {

inline constexpr absl::Duration kDefaultOperationTimeout = absl::Minutes(30);
inline constexpr absl::Duration kMaxOperationTimeout = absl::Hours(24);
// How many operations of others on the same product are waited for before a change gives up.
inline constexpr int kMaxForeignOperations = 3;

class ProvisionedProductResource final : public Resource {
 public:
  ProvisionedProductResource();
  std::string type() const override { return "nave_provisioned_product"; }
  const Schema& schema() const override { return schema_; }
  // A failed update (TAINTED) is made again, a failed launch (ERROR) is replaced; so is what an
  // update cannot do: another product, and parameters for which the control plane says so.
  void RefineUpdate(Client* client, const Object& prior, Plan* plan) const override;
  absl::StatusOr<Remote> Read(Client& client, const std::string& name) const override;
  Applied Create(Client& client, const Object& planned) const override;
  Applied Update(Client& client, const Object& prior, const Object& planned,
                 const std::string& etag) const override;
  absl::Status Delete(Client& client, const Object& prior, const std::string& etag) const override;

 private:
  Schema schema_;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_RESOURCES_PROVISIONED_PRODUCT_H_
