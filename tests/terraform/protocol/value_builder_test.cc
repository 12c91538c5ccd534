#include "terraform/protocol/value_builder.h"

#include <gtest/gtest.h>

namespace nave::terraform {
namespace {

TEST(ValueBuilderTest, BuildsNestedCollections) {
  ValueBuilder builder(3);
  EXPECT_TRUE(builder.BeginMap() && builder.Key("a") && builder.BeginList() &&
              builder.Add(Value::Int(1)) && builder.End() && builder.Key("b") &&
              builder.Add(Value()));
  EXPECT_FALSE(builder.result().has_value());
  EXPECT_TRUE(builder.End());
  EXPECT_EQ(*builder.result(),
            Value::OfMap({{"a", Value::OfList({Value::Int(1)})}, {"b", Value()}}));
}

TEST(ValueBuilderTest, RefusesWhatDoesNotFit) {
  ValueBuilder scalar(1);
  EXPECT_TRUE(scalar.Add(Value()));
  EXPECT_FALSE(scalar.Add(Value()));
  EXPECT_FALSE(scalar.Key("a"));
  EXPECT_FALSE(scalar.End());
  ValueBuilder map(1);
  EXPECT_TRUE(map.BeginMap());
  EXPECT_FALSE(map.Add(Value()));
  EXPECT_TRUE(map.Key("a"));
  EXPECT_FALSE(map.Key("b"));
  EXPECT_FALSE(map.BeginList());
}

}  // namespace
}  // namespace nave::terraform
