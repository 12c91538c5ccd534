// `nave_zone_association`: makes a zone answer in a VPC.
#ifndef NAVE_TERRAFORM_RESOURCES_ZONE_ASSOCIATION_H_
#define NAVE_TERRAFORM_RESOURCES_ZONE_ASSOCIATION_H_

#include <string>

#include "terraform/resources/resource.h"

namespace nave::terraform {

// Nothing of it changes: every other value is another association.
class ZoneAssociationResource final : public Resource {
 public:
  ZoneAssociationResource();
  std::string type() const override { return "nave_zone_association"; }
  const Schema& schema() const override { return schema_; }
  absl::StatusOr<Remote> Read(Client& client, const std::string& name) const override;
  Applied Create(Client& client, const Object& planned) const override;
  Applied Update(Client& client, const Object& prior, const Object& planned,
                 const std::string& etag) const override;
  absl::Status Delete(Client& client, const Object& prior, const std::string& etag) const override;

 private:
  Schema schema_;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_RESOURCES_ZONE_ASSOCIATION_H_
