#include "terraform/resources/resource.h"

namespace nave::terraform {

void Resource::Validate(const Object&, Diagnostics*) const {}

void Resource::RefineUpdate(Client*, const Object&, Plan*) const {}

std::string Resource::NameOf(const Object& state) const { return TextAt(state, "name"); }

}  // namespace nave::terraform
