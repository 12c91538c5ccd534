// `nave_zone`: a private zone.
#ifndef NAVE_TERRAFORM_RESOURCES_ZONE_H_
#define NAVE_TERRAFORM_RESOURCES_ZONE_H_

#include <string>

#include "terraform/resources/resource.h"

namespace nave::terraform {

class ZoneResource final : public Resource {
 public:
  ZoneResource();
  std::string type() const override { return "nave_zone"; }
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

#endif  // NAVE_TERRAFORM_RESOURCES_ZONE_H_
