#include "terraform/protocol/state_json.h"

#include <gtest/gtest.h>

#include "terraform/protocol/msgpack.h"

namespace nave::terraform {
namespace {

TEST(StateJsonTest, ReadsAStoredState) {
  const auto value = FromJson(
      R"({"name":"a/b","ttl":60,"on":true,"none":null,"list":["x","\u003cy\u003e"],"map":{}})");
  ASSERT_TRUE(value.ok()) << value.status();
  EXPECT_EQ(*value,
            Value::OfMap({{"name", Value::String("a/b")},
                          {"ttl", Value::Int(60)},
                          {"on", Value::Bool(true)},
                          {"none", Value()},
                          {"list", Value::OfList({Value::String("x"), Value::String("<y>")})},
                          {"map", Value::OfMap({})}}));
}

TEST(StateJsonTest, NumbersKeepTheirDigits) {
  const struct {
    const char* text;
    Value value;
  } cases[] = {
      {"0", Value::Int(0)},
      {"-5", Value::Int(-5)},
      {"18446744073709551615", Value::Number("18446744073709551615")},
      {"0.1", Value::Number("0.1")},
      {"123456789012345678901234567890", Value::Number("123456789012345678901234567890")},
      {"1e30", Value::Number("1e30")},
  };
  for (const auto& c : cases) {
    const auto value = FromJson(c.text);
    ASSERT_TRUE(value.ok()) << c.text;
    EXPECT_EQ(*value, c.value) << c.text;
  }
}

TEST(StateJsonTest, WhatIsNoJsonIsRefused) {
  for (const char* text : {"", "{", "{\"a\":}", "[1,]", "{} {}", "nul", "{\"a\":1e999}"}) {
    EXPECT_EQ(FromJson(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(StateJsonTest, TooDeepIsRefused) {
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(FromJson(nested(kMaxValueDepth)).ok());
  EXPECT_FALSE(FromJson(nested(kMaxValueDepth + 1)).ok());
}

}  // namespace
}  // namespace nave::terraform
