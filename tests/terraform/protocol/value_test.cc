#include "terraform/protocol/value.h"

#include <gtest/gtest.h>

namespace nave::terraform {
namespace {

TEST(ValueTest, NumbersAreWhatJsonTakes) {
  for (const char* good : {"0", "-1", "0.1", "1e30", "1E+30", "1.5e-7"}) {
    EXPECT_TRUE(IsNumber(good)) << good;
  }
  for (const char* bad : {"", "-", "+1", ".5", "1.", "1e", "1e+", "0x10", "1 ", "NaN", "inf"}) {
    EXPECT_FALSE(IsNumber(bad)) << bad;
  }
}

TEST(ValueTest, NumbersAreEqualByDigitsOrInteger) {
  EXPECT_EQ(Value::Int(60), Value::Number("60"));
  EXPECT_EQ(Value::Number("0.1"), Value::Number("0.1"));
  EXPECT_NE(Value::Number("0.1"), Value::Number("0.10000000000000001"));
  EXPECT_NE(Value::Int(60), Value::String("60"));
}

TEST(ValueTest, AnIntegerIsOneOf64Bits) {
  EXPECT_EQ(Value::Number("9223372036854775807").AsInt(), 9223372036854775807);
  EXPECT_EQ(Value::Number("9223372036854775808").AsInt(), std::nullopt);
  EXPECT_EQ(Value::Number("1.5").AsInt(), std::nullopt);
  EXPECT_EQ(Value::String("1").AsInt(), std::nullopt);
}

TEST(ValueTest, UnknownIsFoundAtAnyDepth) {
  const Value deep = Value::OfMap({{"a", Value::OfList({Value::Int(1), Value::Unknown()})}});
  EXPECT_FALSE(deep.WhollyKnown());
  EXPECT_FALSE(deep.is_unknown());
  EXPECT_TRUE(Value().WhollyKnown());
  EXPECT_TRUE(Value::OfMap({{"a", Value()}}).WhollyKnown());
}

TEST(ValueTest, NullUnknownAndEmptyDiffer) {
  EXPECT_NE(Value(), Value::Unknown());
  EXPECT_NE(Value(), Value::String(""));
  EXPECT_NE(Value::OfList({}), Value::OfMap({}));
}

TEST(ValueTest, DebugStringShowsEverything) {
  EXPECT_EQ(Value::OfMap({{"a", Value::OfList({Value::Bool(true), Value(), Value::Unknown()})},
                          {"b", Value::String("x\"y")},
                          {"c", Value::Number("1e30")}})
                .DebugString(),
            R"({a: [true, null, unknown], b: "x\"y", c: 1e30})");
}

}  // namespace
}  // namespace nave::terraform
