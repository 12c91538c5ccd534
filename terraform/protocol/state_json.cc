#include "terraform/protocol/state_json.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "terraform/protocol/msgpack.h"
#include "terraform/protocol/value_builder.h"

namespace nave::terraform {
namespace {

using Json = nlohmann::json;

// What the parser says, as events of a builder; false stops it.
class Handler : public nlohmann::json_sax<Json> {
 public:
  explicit Handler(ValueBuilder& builder) : builder_(builder) {}

  bool null() override { return builder_.Add(Value()); }
  bool boolean(bool value) override { return builder_.Add(Value::Bool(value)); }
  bool number_integer(number_integer_t value) override { return builder_.Add(Value::Int(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    return builder_.Add(Value::Number(absl::StrCat(value)));
  }
  bool number_float(number_float_t, const string_t& digits) override {
    return builder_.Add(Value::Number(digits));
  }
  bool string(string_t& text) override { return builder_.Add(Value::String(std::move(text))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return builder_.BeginMap(); }
  bool key(string_t& text) override { return builder_.Key(std::move(text)); }
  bool end_object() override { return builder_.End(); }
  bool start_array(size_t) override { return builder_.BeginList(); }
  bool end_array() override { return builder_.End(); }
  bool parse_error(size_t position, const std::string&, const Json::exception&) override {
    position_ = position;
    return false;
  }
  size_t position() const { return position_; }

 private:
  ValueBuilder& builder_;
  size_t position_ = 0;
};

}  // namespace

absl::StatusOr<Value> FromJson(absl::string_view text) {
  ValueBuilder builder(kMaxValueDepth);
  Handler handler(builder);
  const bool parsed = Json::sax_parse(text.begin(), text.end(), &handler);
  if (parsed && builder.result().has_value()) return *builder.result();
  return absl::InvalidArgumentError(
      absl::StrCat("the stored state is no JSON that can be read, at byte ", handler.position()));
}

}  // namespace nave::terraform
