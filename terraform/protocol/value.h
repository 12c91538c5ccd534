// A value of a configuration or a state, as Terraform knows them: null, unknown, a primitive, a
// collection. A number keeps its digits, because Terraform's numbers have any precision. What a
// value may be is said by its Type (type.h). Values; any thread.
#ifndef NAVE_TERRAFORM_PROTOCOL_VALUE_H_
#define NAVE_TERRAFORM_PROTOCOL_VALUE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace nave::terraform {

class Value {
 public:
  // Lists, sets and tuples; maps and objects.
  using List = std::vector<Value>;
  using Map = std::map<std::string, Value>;

  // Null.
  Value() = default;
  static Value Unknown() { return Value(UnknownTag{}); }
  static Value Bool(bool value) { return Value(value); }
  static Value Int(int64_t value);
  // Decimal digits such as `0.1` or `1e+30`. REQUIRES: IsNumber(digits).
  static Value Number(std::string digits) { return Value(Digits{std::move(digits)}); }
  static Value String(std::string text) { return Value(std::move(text)); }
  static Value OfList(List items) { return Value(std::move(items)); }
  static Value OfMap(Map items) { return Value(std::move(items)); }

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_unknown() const { return std::holds_alternative<UnknownTag>(data_); }
  // Neither it nor anything in it is unknown.
  bool WhollyKnown() const;

  // Null pointers unless it is of that kind.
  const bool* AsBool() const { return std::get_if<bool>(&data_); }
  const std::string* AsString() const { return std::get_if<std::string>(&data_); }
  const std::string* AsDigits() const;
  const List* AsList() const { return std::get_if<List>(&data_); }
  const Map* AsMap() const { return std::get_if<Map>(&data_); }
  // The number, if it is an integer of 64 bits.
  std::optional<int64_t> AsInt() const;

  // Numbers are equal when their digits or their integers are.
  friend bool operator==(const Value& a, const Value& b);
  friend bool operator!=(const Value& a, const Value& b) { return !(a == b); }
  // For messages and tests.
  std::string DebugString() const;
  friend std::ostream& operator<<(std::ostream& os, const Value& value) {
    return os << value.DebugString();
  }

 private:
  struct UnknownTag {
    friend bool operator==(UnknownTag, UnknownTag) { return true; }
  };
  struct Digits {
    std::string text;
    friend bool operator==(const Digits& a, const Digits& b) { return a.text == b.text; }
  };
  using Data = std::variant<std::monostate, UnknownTag, bool, Digits, std::string, List, Map>;
  explicit Value(Data data) : data_(std::move(data)) {}

  Data data_;
};

// True for what JSON takes as a number: an optional minus, digits, fraction, exponent; a plus
// before the exponent's digits too.
bool IsNumber(const std::string& digits);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROTOCOL_VALUE_H_
