#include "terraform/protocol/type.h"

#include <gtest/gtest.h>

namespace nave::terraform {
namespace {

Type Zone() {
  return Type::Object({{"name", Type::String()},
                       {"ttl", Type::Number()},
                       {"on", Type::Bool()},
                       {"rdata", Type::SetOf(Type::String())},
                       {"parameters", Type::MapOf(Type::ListOf(Type::String()))}});
}

Value::Map Whole() {
  return {{"name", Value::String("a")},
          {"ttl", Value::Int(1)},
          {"on", Value::Bool(true)},
          {"rdata", Value::OfList({Value::String("x")})},
          {"parameters", Value::OfMap({{"vpc", Value::OfList({Value::String("main")})}})}};
}

TEST(TypeTest, JsonIsThatOfTheProtocol) {
  EXPECT_EQ(Type::SetOf(Type::String()).Json(), R"(["set","string"])");
  EXPECT_EQ(Type::MapOf(Type::ListOf(Type::Number())).Json(), R"(["map",["list","number"]])");
  EXPECT_EQ(Type::Object({{"a", Type::Bool()}, {"b", Type::String()}}).Json(),
            R"(["object",{"a":"bool","b":"string"}])");
}

TEST(TypeTest, AWholeObjectConforms) {
  EXPECT_TRUE(Conform(Zone(), Value::OfMap(Whole())).ok());
  for (const auto& [name, value] : Whole()) {
    for (const Value& any : {Value(), Value::Unknown()}) {
      Value::Map object = Whole();
      object[name] = any;
      EXPECT_TRUE(Conform(Zone(), Value::OfMap(object)).ok()) << name;
    }
  }
}

TEST(TypeTest, AMismatchIsRefusedWithItsPlace) {
  const struct {
    const char* name;
    Value value;
    const char* place;
  } cases[] = {
      {"name", Value::Int(1), "name: 1 is not of the type \"string\""},
      {"ttl", Value::String("soon"), "ttl:"},
      {"on", Value::Int(1), "on:"},
      {"rdata", Value::OfMap({}), "rdata:"},
      {"rdata", Value::OfList({Value::String("x"), Value::Bool(false)}), "rdata[1]:"},
      {"parameters", Value::OfMap({{"vpc", Value::String("main")}}), "parameters[\"vpc\"]:"},
      {"parameters", Value::OfList({}), "parameters:"},
      {"other", Value(), "other: there is no such attribute"},
  };
  for (const auto& c : cases) {
    Value::Map object = Whole();
    object[c.name] = c.value;
    const auto result = Conform(Zone(), Value::OfMap(object));
    ASSERT_FALSE(result.ok()) << c.name;
    EXPECT_EQ(std::string(result.status().message()).find(c.place), 0u) << result.status();
  }
}

TEST(TypeTest, AMissingAttributeIsRefusedAndCompleted) {
  Value::Map object = Whole();
  object.erase("ttl");
  EXPECT_EQ(Conform(Zone(), Value::OfMap(object)).status().message(), "ttl: is missing");
  object["gone"] = Value::String("from an older schema");
  const auto complete = Complete(Zone(), Value::OfMap(object));
  ASSERT_TRUE(complete.ok()) << complete.status();
  EXPECT_TRUE(complete->AsMap()->at("ttl").is_null());
  EXPECT_EQ(complete->AsMap()->count("gone"), 0u);
}

TEST(TypeTest, ANumberThatCameAsATextIsANumber) {
  Value::Map object = Whole();
  object["ttl"] = Value::String("0.1");
  const auto result = Conform(Zone(), Value::OfMap(object));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->AsMap()->at("ttl"), Value::Number("0.1"));
}

}  // namespace
}  // namespace nave::terraform
