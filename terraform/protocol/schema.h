// The form of a configuration and its state: attributes, and for each what a plan must know about
// it. Values; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_SCHEMA_H_
#define NAVE_TERRAFORM_PROTOCOL_SCHEMA_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "nave/terraform/v6/provider.pb.h"
#include "terraform/protocol/type.h"

namespace nave::terraform {

// The attributes of a configuration or a state by their names.
using Object = Value::Map;

struct Attribute {
  // Who sets it.
  enum class Given { kRequired, kOptional, kComputed };

  std::string name;
  Type type;
  Given given = Given::kOptional;
  std::string description;
  bool sensitive = false;
  // Another value needs another resource.
  bool replaces = false;
  // Kept in the state alone: the control plane does not know it.
  bool local = false;
  // Computed, and another value may come of every change.
  bool changes = false;
  // A known value that the user wrote; null stands for no rule. The message ends the sentence that
  // begins with the attribute.
  std::function<absl::Status(const Value&)> check;
  // Two spellings of one thing, neither null nor unknown; null stands for equal values. `object` is
  // what the first belongs to. What the user wrote stays while it is the same.
  std::function<bool(const Object& object, const Value& a, const Value& b)> same;
};

struct Schema {
  int64_t version = 0;
  std::string description;
  std::vector<Attribute> attributes;

  const Attribute* Find(const std::string& name) const;
  // An object with all attributes.
  Type type() const;
  void ToProto(tfplugin6::Schema* out) const;
};

// The value of the state `object` that has `name`; null when there is none.
const Value& At(const Object& object, const std::string& name);
// A text; empty for null and unknown.
std::string TextAt(const Object& object, const std::string& name);
// The known texts of a list or set.
std::vector<std::string> TextsOf(const Value& value);
// Null for the empty text.
Value TextOrNull(const std::string& text);
Value TextList(const std::vector<std::string>& texts);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_SCHEMA_H_
