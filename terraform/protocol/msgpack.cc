#include "terraform/protocol/msgpack.h"

#define MSGPACK_NO_BOOST
#include <cmath>
#include <cstdio>
#include <cstring>
#include <msgpack.hpp>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "terraform/protocol/value_builder.h"

namespace nave::terraform {
namespace {

// A double is exact in at most this many significant digits.
constexpr int kExactDigits = 767;

// The double's exact digits: Terraform compares numbers without rounding.
std::string ExactDigits(double number) {
  char text[kExactDigits + 32];
  std::snprintf(text, sizeof text, "%.*g", kExactDigits, number);
  return text;
}

// What the parser says, as events of a builder; false stops it.
class Visitor : public msgpack::null_visitor {
 public:
  explicit Visitor(ValueBuilder& builder) : builder_(builder) {}

  bool visit_nil() { return builder_.Add(Value()); }
  bool visit_boolean(bool value) { return builder_.Add(Value::Bool(value)); }
  bool visit_positive_integer(uint64_t value) {
    return builder_.Add(Value::Number(absl::StrCat(value)));
  }
  bool visit_negative_integer(int64_t value) { return builder_.Add(Value::Int(value)); }
  bool visit_float32(float value) { return visit_float64(value); }
  bool visit_float64(double value) {
    return std::isfinite(value) && builder_.Add(Value::Number(ExactDigits(value)));
  }
  bool visit_str(const char* data, uint32_t size) {
    std::string text(data, size);
    return in_key_ ? builder_.Key(std::move(text)) : builder_.Add(Value::String(std::move(text)));
  }
  bool visit_bin(const char*, uint32_t) { return false; }
  bool visit_ext(const char*, uint32_t) { return builder_.Add(Value::Unknown()); }
  bool start_array(uint32_t) { return builder_.BeginList(); }
  bool end_array() { return builder_.End(); }
  bool start_map(uint32_t) { return builder_.BeginMap(); }
  // Keys are texts; another key is refused by the builder, which waits for one.
  bool start_map_key() { return in_key_ = true; }
  bool end_map_key() { return !(in_key_ = false); }
  bool end_map() { return builder_.End(); }

 private:
  ValueBuilder& builder_;
  bool in_key_ = false;
};

class Packer {
 public:
  void Pack(const Value& value) {
    if (value.is_null()) {
      packer_.pack_nil();
    } else if (value.is_unknown()) {
      packer_.pack_ext(1, 0);
      packer_.pack_ext_body("\0", 1);
    } else if (const bool* flag = value.AsBool()) {
      packer_.pack(*flag);
    } else if (const std::string* digits = value.AsDigits()) {
      PackNumber(*digits);
    } else if (const std::string* text = value.AsString()) {
      packer_.pack(*text);
    } else if (const Value::List* list = value.AsList()) {
      packer_.pack_array(list->size());
      for (const Value& item : *list) Pack(item);
    } else {
      packer_.pack_map(value.AsMap()->size());
      for (const auto& [key, item] : *value.AsMap()) {
        packer_.pack(key);
        Pack(item);
      }
    }
  }
  std::string Take() { return std::string(buffer_.data(), buffer_.size()); }

 private:
  void PackNumber(const std::string& digits) {
    int64_t number = 0;
    uint64_t positive = 0;
    if (absl::SimpleAtoi(digits, &number)) {
      packer_.pack(number);
    } else if (absl::SimpleAtoi(digits, &positive)) {
      packer_.pack(positive);
    } else {
      packer_.pack(digits);
    }
  }

  msgpack::sbuffer buffer_;
  msgpack::packer<msgpack::sbuffer> packer_{buffer_};
};

}  // namespace

absl::StatusOr<Value> FromMsgpack(absl::string_view bytes) {
  ValueBuilder builder(kMaxValueDepth);
  Visitor visitor(builder);
  size_t offset = 0;
  const bool parsed = msgpack::parse(bytes.data(), bytes.size(), offset, visitor);
  if (parsed && offset == bytes.size() && builder.result().has_value()) return *builder.result();
  return absl::InvalidArgumentError(absl::StrCat("the bytes are no value in MessagePack: byte ",
                                                 offset, " of ", bytes.size(),
                                                 " is not as expected"));
}

std::string ToMsgpack(const Value& value) {
  Packer packer;
  packer.Pack(value);
  return packer.Take();
}

}  // namespace nave::terraform
