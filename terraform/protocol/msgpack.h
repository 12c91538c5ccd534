// Values as MessagePack, by the rules of Terraform's wire format: an extension of any type is an
// unknown value, whatever it says about it; what we send as unknown is `d4 00 00`. Integers of 64
// bits are integers, every other number is its digits as a text. The door of msgpack. Functions;
// any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_MSGPACK_H_
#define NAVE_TERRAFORM_PROTOCOL_MSGPACK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "terraform/protocol/value.h"

namespace nave::terraform {

// A state of ours is three deep; more than this was made to cost us memory.
inline constexpr int kMaxValueDepth = 32;

// INVALID_ARGUMENT for bytes that are no value, or more than one, or too deep.
absl::StatusOr<Value> FromMsgpack(absl::string_view bytes);
std::string ToMsgpack(const Value& value);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_MSGPACK_H_
