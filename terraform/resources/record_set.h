// `nave_record_set`: an RRset of a private zone.
#ifndef NAVE_TERRAFORM_RESOURCES_RECORD_SET_H_
#define NAVE_TERRAFORM_RESOURCES_RECORD_SET_H_

#include <string>

#include "terraform/resources/resource.h"

namespace nave::terraform {

class RecordSetResource final : public Resource {
 public:
  RecordSetResource();
  std::string type() const override { return "nave_record_set"; }
  const Schema& schema() const override { return schema_; }
  // The rdata by its rrtype.
  void Validate(const Object& config, Diagnostics* diagnostics) const override;
  // From zone, owner and rrtype, before the control plane has said it.
  std::string NameOf(const Object& state) const override;
  absl::StatusOr<Remote> Read(Client& client, const std::string& name) const override;
  Applied Create(Client& client, const Object& planned) const override;
  Applied Update(Client& client, const Object& prior, const Object& planned,
                 const std::string& etag) const override;
  absl::Status Delete(Client& client, const Object& prior, const std::string& etag) const override;

 private:
  Schema schema_;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_RESOURCES_RECORD_SET_H_
