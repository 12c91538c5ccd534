// The types of Terraform's values, as far as Nave's schemas use them. Values; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_TYPE_H_
#define NAVE_TERRAFORM_PROTOCOL_TYPE_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "terraform/protocol/value.h"

namespace nave::terraform {

class Type {
 public:
  enum class Kind { kString, kNumber, kBool, kList, kSet, kMap, kObject };

  static Type String() { return Type(Kind::kString); }
  static Type Number() { return Type(Kind::kNumber); }
  static Type Bool() { return Type(Kind::kBool); }
  static Type ListOf(Type element) { return Type(Kind::kList, std::move(element)); }
  static Type SetOf(Type element) { return Type(Kind::kSet, std::move(element)); }
  static Type MapOf(Type element) { return Type(Kind::kMap, std::move(element)); }
  static Type Object(std::map<std::string, Type> attributes);

  Kind kind() const { return kind_; }
  // REQUIRES: a list, set or map.
  const Type& element() const { return *element_; }
  // Of an object.
  const std::map<std::string, Type>& attributes() const { return *attributes_; }

  // As the protocol writes it: `"string"`, `["set","string"]`, `["object",{"a":"bool"}]`.
  std::string Json() const;

 private:
  explicit Type(Kind kind) : kind_(kind) {}
  Type(Kind kind, Type element)
      : kind_(kind), element_(std::make_shared<const Type>(std::move(element))) {}

  Kind kind_;
  std::shared_ptr<const Type> element_;
  std::shared_ptr<const std::map<std::string, Type>> attributes_;
};

// The value, when it is of the type; null and unknown are of every type, an object has every
// attribute and no other. INVALID_ARGUMENT says where it is not.
absl::StatusOr<Value> Conform(const Type& type, Value value);

// The value brought to the type as a stored state needs it: what the type does not know is dropped,
// what is missing is null. INVALID_ARGUMENT as above.
absl::StatusOr<Value> Complete(const Type& type, const Value& value);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_TYPE_H_
