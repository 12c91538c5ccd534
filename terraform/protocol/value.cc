#include "terraform/protocol/value.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nave::terraform {
namespace {

// Moves past digits; false when there is none.
bool SkipDigits(const std::string& text, size_t* at) {
  const size_t begin = *at;
  while (*at < text.size() && text[*at] >= '0' && text[*at] <= '9') ++*at;
  return *at > begin;
}

}  // namespace

bool IsNumber(const std::string& digits) {
  size_t at = 0;
  if (at < digits.size() && digits[at] == '-') ++at;
  if (!SkipDigits(digits, &at)) return false;
  if (at < digits.size() && digits[at] == '.' && !SkipDigits(digits, &++at)) return false;
  if (at < digits.size() && (digits[at] == 'e' || digits[at] == 'E')) {
    ++at;
    if (at < digits.size() && (digits[at] == '+' || digits[at] == '-')) ++at;
    if (!SkipDigits(digits, &at)) return false;
  }
  return at == digits.size();
}

Value Value::Int(int64_t value) { return Number(absl::StrCat(value)); }

bool Value::WhollyKnown() const {
  if (is_unknown()) return false;
  if (const List* list = AsList()) {
    return std::all_of(list->begin(), list->end(), [](const Value& v) { return v.WhollyKnown(); });
  }
  if (const Map* map = AsMap()) {
    return std::all_of(map->begin(), map->end(),
                       [](const auto& entry) { return entry.second.WhollyKnown(); });
  }
  return true;
}

const std::string* Value::AsDigits() const {
  const Digits* digits = std::get_if<Digits>(&data_);
  return digits == nullptr ? nullptr : &digits->text;
}

std::optional<int64_t> Value::AsInt() const {
  int64_t number = 0;
  const std::string* digits = AsDigits();
  if (digits == nullptr || !absl::SimpleAtoi(*digits, &number)) return std::nullopt;
  return number;
}

bool operator==(const Value& a, const Value& b) {
  if (a.data_ == b.data_) return true;
  const std::optional<int64_t> number = a.AsInt();
  return number.has_value() && number == b.AsInt();
}

std::string Value::DebugString() const {
  if (is_null()) return "null";
  if (is_unknown()) return "unknown";
  if (const bool* value = AsBool()) return *value ? "true" : "false";
  if (const std::string* digits = AsDigits()) return *digits;
  if (const std::string* text = AsString()) return absl::StrCat("\"", absl::CEscape(*text), "\"");
  if (const List* list = AsList()) {
    return absl::StrCat("[",
                        absl::StrJoin(*list, ", ",
                                      [](std::string* out, const Value& item) {
                                        absl::StrAppend(out, item.DebugString());
                                      }),
                        "]");
  }
  return absl::StrCat("{",
                      absl::StrJoin(*AsMap(), ", ",
                                    [](std::string* out, const auto& entry) {
                                      absl::StrAppend(out, entry.first, ": ",
                                                      entry.second.DebugString());
                                    }),
                      "}");
}

}  // namespace nave::terraform
