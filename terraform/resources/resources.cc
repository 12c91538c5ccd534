#include "terraform/resources/resources.h"

#include "terraform/resources/provisioned_product.h"
#include "terraform/resources/record_set.h"
#include "terraform/resources/rule_association.h"
#include "terraform/resources/zone.h"
#include "terraform/resources/zone_association.h"

namespace nave::terraform {

std::vector<std::unique_ptr<Resource>> MakeResources() {
  std::vector<std::unique_ptr<Resource>> resources;
  resources.push_back(std::make_unique<ZoneResource>());
  resources.push_back(std::make_unique<ZoneAssociationResource>());
  resources.push_back(std::make_unique<RecordSetResource>());
  resources.push_back(std::make_unique<RuleAssociationResource>());
  resources.push_back(std::make_unique<ProvisionedProductResource>());
  return resources;
}

}  // namespace nave::terraform
