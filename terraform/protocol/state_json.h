// Values as the JSON of a stored state; numbers keep their digits. The door of nlohmann/json.
// Functions; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_STATE_JSON_H_
#define NAVE_TERRAFORM_PROTOCOL_STATE_JSON_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "terraform/protocol/value.h"

namespace nave::terraform {

// INVALID_ARGUMENT for what is no JSON, or deeper than kMaxValueDepth.
absl::StatusOr<Value> FromJson(absl::string_view text);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_STATE_JSON_H_
