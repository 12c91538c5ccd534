// Values as the messages of the protocol carry them. Functions; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_DYNAMIC_VALUE_H_
#define NAVE_TERRAFORM_PROTOCOL_DYNAMIC_VALUE_H_

#include <optional>

#include "absl/status/statusor.h"
#include "nave/terraform/v6/provider.pb.h"
#include "terraform/protocol/schema.h"

namespace nave::terraform {

// A whole configuration or state; nothing when it is null. INVALID_ARGUMENT when it is malformed or
// not of the schema.
absl::StatusOr<std::optional<Object>> ReadObject(const tfplugin6::DynamicValue& from,
                                                 const Schema& schema);
// Nothing becomes null. REQUIRES: of the schema, which the callers' tests show.
void WriteObject(const std::optional<Object>& object, tfplugin6::DynamicValue* to);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_DYNAMIC_VALUE_H_
