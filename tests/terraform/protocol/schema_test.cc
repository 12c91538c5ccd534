#include "terraform/protocol/schema.h"

#include <gtest/gtest.h>

#include "terraform/protocol/diagnostics.h"
#include "terraform/protocol/dynamic_value.h"
#include "terraform/protocol/msgpack.h"

namespace nave::terraform {
namespace {

Schema TestSchema() {
  Schema schema;
  schema.version = 2;
  schema.description = "Something.";
  schema.attributes = {
      {"name", Type::String(), Attribute::Given::kRequired, "Its name."},
      {"size", Type::Number(), Attribute::Given::kOptional, "How large."},
      {"made", Type::ListOf(Type::String()), Attribute::Given::kComputed, "What it made."},
  };
  schema.attributes[1].sensitive = true;
  return schema;
}

TEST(SchemaTest, ToProtoSaysWhoSetsWhat) {
  tfplugin6::Schema proto;
  TestSchema().ToProto(&proto);
  EXPECT_EQ(proto.version(), 2);
  ASSERT_EQ(proto.block().attributes_size(), 3);
  const auto& name = proto.block().attributes(0);
  EXPECT_EQ(name.name(), "name");
  EXPECT_EQ(name.type(), "\"string\"");
  EXPECT_TRUE(name.required() && !name.optional() && !name.computed());
  const auto& size = proto.block().attributes(1);
  EXPECT_TRUE(!size.required() && size.optional() && !size.computed() && size.sensitive());
  const auto& made = proto.block().attributes(2);
  EXPECT_EQ(made.type(), "[\"list\",\"string\"]");
  EXPECT_TRUE(!made.required() && !made.optional() && made.computed());
}

TEST(SchemaTest, AccessorsTakeWhatIsThere) {
  const Object object = {
      {"name", Value::String("a")}, {"size", Value::Unknown()}, {"made", TextList({"x", "y"})}};
  EXPECT_EQ(TextAt(object, "name"), "a");
  EXPECT_EQ(TextAt(object, "size"), "");
  EXPECT_TRUE(At(object, "other").is_null());
  EXPECT_EQ(TextsOf(At(object, "made")), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(TextOrNull("").is_null());
}

TEST(DynamicValueTest, ReadsMessagePackThenJson) {
  const Object object = {{"name", Value::String("a")}, {"size", Value()}, {"made", Value()}};
  tfplugin6::DynamicValue value;
  WriteObject(object, &value);
  auto read = ReadObject(value, TestSchema());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(**read, object);
  value.clear_msgpack();
  value.set_json(R"({"name":"a","size":null,"made":null})");
  read = ReadObject(value, TestSchema());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(**read, object);
}

TEST(DynamicValueTest, NullIsNoObject) {
  tfplugin6::DynamicValue value;
  WriteObject(std::nullopt, &value);
  EXPECT_EQ(value.msgpack(), "\xc0");
  for (const tfplugin6::DynamicValue& null : {value, tfplugin6::DynamicValue()}) {
    const auto read = ReadObject(null, TestSchema());
    ASSERT_TRUE(read.ok());
    EXPECT_FALSE(read->has_value());
  }
}

TEST(DynamicValueTest, WhatIsNotOfTheSchemaIsRefused) {
  tfplugin6::DynamicValue value;
  value.set_msgpack(ToMsgpack(Value::OfMap({{"name", Value::String("a")}})));
  EXPECT_FALSE(ReadObject(value, TestSchema()).ok());
  value.set_msgpack(ToMsgpack(Value::Unknown()));
  EXPECT_FALSE(ReadObject(value, TestSchema()).ok());
  value.set_msgpack("\xc1");
  EXPECT_FALSE(ReadObject(value, TestSchema()).ok());
}

TEST(DiagnosticsTest, SeverityAndAttributeReachTheProto) {
  Diagnostics diagnostics;
  diagnostics.Warn("w", "d");
  EXPECT_FALSE(diagnostics.has_error());
  diagnostics.Error("none", absl::OkStatus());
  EXPECT_FALSE(diagnostics.has_error());
  diagnostics.Error("e", absl::NotFoundError("gone"), "name");
  EXPECT_TRUE(diagnostics.has_error());
  tfplugin6::ValidateResourceConfigResponse response;
  diagnostics.AppendTo(response.mutable_diagnostics());
  ASSERT_EQ(response.diagnostics_size(), 2);
  EXPECT_EQ(response.diagnostics(0).severity(), tfplugin6::Diagnostic::WARNING);
  EXPECT_FALSE(response.diagnostics(0).has_attribute());
  EXPECT_EQ(response.diagnostics(1).severity(), tfplugin6::Diagnostic::ERROR);
  EXPECT_EQ(response.diagnostics(1).detail(), "gone");
  EXPECT_EQ(response.diagnostics(1).attribute().steps(0).attribute_name(), "name");
}

}  // namespace
}  // namespace nave::terraform
