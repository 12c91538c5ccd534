// The one list of the resources that the provider has. Constant after it is made; any thread.
#ifndef NAVE_TERRAFORM_RESOURCES_RESOURCES_H_
#define NAVE_TERRAFORM_RESOURCES_RESOURCES_H_

#include <memory>
#include <vector>

#include "terraform/resources/resource.h"

namespace nave::terraform {

std::vector<std::unique_ptr<Resource>> MakeResources();

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_RESOURCES_RESOURCES_H_
