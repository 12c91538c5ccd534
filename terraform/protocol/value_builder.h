// Builds a value from the events of a parser: scalars, and the begin and end of collections. For
// one thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_VALUE_BUILDER_H_
#define NAVE_TERRAFORM_PROTOCOL_VALUE_BUILDER_H_

#include <optional>
#include <string>
#include <vector>

#include "terraform/protocol/value.h"

namespace nave::terraform {

class ValueBuilder {
 public:
  explicit ValueBuilder(int max_depth) : max_depth_(max_depth) {}

  // Each is false when what comes does not fit: a second value, too deep, a key outside of a map.
  bool Add(Value value);
  bool BeginList() { return Begin(false); }
  bool BeginMap() { return Begin(true); }
  // The key of the value that comes next.
  bool Key(std::string key);
  bool End();

  // The value, once it is whole.
  const std::optional<Value>& result() const { return result_; }

 private:
  struct Level {
    bool is_map = false;
    Value::List list;
    Value::Map map;
    std::optional<std::string> key;
  };
  bool Begin(bool is_map);

  const int max_depth_;
  std::vector<Level> levels_;
  std::optional<Value> result_;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_VALUE_BUILDER_H_
