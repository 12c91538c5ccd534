#include "terraform/protocol/dynamic_value.h"

#include "lib/base/status_macros.h"
#include "terraform/protocol/msgpack.h"
#include "terraform/protocol/state_json.h"

namespace nave::terraform {
namespace {

absl::StatusOr<Value> Parse(const tfplugin6::DynamicValue& from) {
  if (!from.msgpack().empty()) return FromMsgpack(from.msgpack());
  if (!from.json().empty()) return FromJson(from.json());
  return Value();
}

}  // namespace

absl::StatusOr<std::optional<Object>> ReadObject(const tfplugin6::DynamicValue& from,
                                                 const Schema& schema) {
  NAVE_ASSIGN_OR_RETURN(Value value, Parse(from));
  if (value.is_null()) return std::optional<Object>();
  NAVE_ASSIGN_OR_RETURN(value, Conform(schema.type(), std::move(value)));
  if (value.AsMap() == nullptr) {
    return absl::InvalidArgumentError("the configuration is unknown as a whole");
  }
  return std::optional<Object>(*value.AsMap());
}

void WriteObject(const std::optional<Object>& object, tfplugin6::DynamicValue* to) {
  to->set_msgpack(ToMsgpack(object.has_value() ? Value::OfMap(*object) : Value()));
}

}  // namespace nave::terraform
