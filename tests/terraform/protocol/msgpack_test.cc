#include "terraform/protocol/msgpack.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace nave::terraform {
namespace {

std::string Bytes(const char* hex) { return absl::HexStringToBytes(hex); }

TEST(MsgpackTest, ReadsWhatTerraformWrites) {
  const struct {
    const char* hex;
    Value value;
  } cases[] = {
      {"c0", Value()},
      {"c2", Value::Bool(false)},
      {"c3", Value::Bool(true)},
      {"3c", Value::Int(60)},
      {"ff", Value::Int(-1)},
      {"ce7fffffff", Value::Int(2147483647)},
      {"cf8000000000000000", Value::Number("9223372036854775808")},
      {"cfffffffffffffffff", Value::Number("18446744073709551615")},
      {"d38000000000000000", Value::Number("-9223372036854775808")},
      {"cb3fe0000000000000", Value::Number("0.5")},
      {"ca3f000000", Value::Number("0.5")},
      {"a3302e31", Value::String("0.1")},
      {"a0", Value::String("")},
      {"d90161", Value::String("a")},
      {"90", Value::OfList({})},
      {"92a16101", Value::OfList({Value::String("a"), Value::Int(1)})},
      {"80", Value::OfMap({})},
      {"82a161c0a16290", Value::OfMap({{"a", Value()}, {"b", Value::OfList({})}})},
  };
  for (const auto& c : cases) {
    const auto value = FromMsgpack(Bytes(c.hex));
    ASSERT_TRUE(value.ok()) << c.hex << " " << value.status();
    EXPECT_EQ(*value, c.value) << c.hex;
  }
}

TEST(MsgpackTest, EveryExtensionIsUnknown) {
  // Plain; refined as not null; refined by a prefix; a type that nobody has yet.
  for (const char* hex : {"d40000", "c7030c8101c2", "c7080c8201c202a3616263", "d563abcd"}) {
    const auto value = FromMsgpack(Bytes(hex));
    ASSERT_TRUE(value.ok()) << hex;
    EXPECT_TRUE(value->is_unknown()) << hex;
  }
  const auto inside = FromMsgpack(Bytes("81a16191d40000"));
  ASSERT_TRUE(inside.ok());
  EXPECT_EQ(*inside, Value::OfMap({{"a", Value::OfList({Value::Unknown()})}}));
}

TEST(MsgpackTest, MalformedBytesAreRefused) {
  const struct {
    const char* hex;
    const char* why;
  } cases[] = {
      {"", "empty"},
      {"c1", "a byte that means nothing"},
      {"a3302e", "a text cut short"},
      {"92a161", "a list cut short"},
      {"dd7fffffff", "a list of two billion that has none"},
      {"81a161", "a map without its value"},
      {"810102", "a key that is no text"},
      {"8190c0", "a key that is a list"},
      {"8181a161a162c0", "a key that is a map"},
      {"c40161", "bytes"},
      {"cb7ff8000000000000", "no number"},
      {"c0c0", "two values"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(FromMsgpack(Bytes(c.hex)).status().code(), absl::StatusCode::kInvalidArgument)
        << c.why;
  }
}

TEST(MsgpackTest, TooDeepIsRefused) {
  const std::string fits(kMaxValueDepth, '\x91'), deep(kMaxValueDepth + 1, '\x91');
  EXPECT_TRUE(FromMsgpack(fits + "\xc0").ok());
  EXPECT_FALSE(FromMsgpack(deep + "\xc0").ok());
}

TEST(MsgpackTest, WritesTheCanonicalForm) {
  const struct {
    Value value;
    const char* hex;
  } cases[] = {
      {Value(), "c0"},
      {Value::Unknown(), "d40000"},
      {Value::Int(60), "3c"},
      {Value::Number("9223372036854775808"), "cf8000000000000000"},
      {Value::Number("0.1"), "a3302e31"},
      {Value::Number("1e+30"), "a531652b3330"},
      {Value::OfList({}), "90"},
      {Value::OfMap({{"a", Value::Bool(true)}, {"b", Value::String("x")}}), "82a161c3a162a178"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(absl::BytesToHexString(ToMsgpack(c.value)), c.hex) << c.value;
  }
}

TEST(MsgpackTest, WhatIsWrittenIsReadAgain) {
  const Value value =
      Value::OfMap({{"big", Value::Number("123456789012345678901234567890")},
                    {"list", Value::OfList({Value::Unknown(), Value(), Value::String("\xc3\xa4")})},
                    {"map", Value::OfMap({{"long", Value::String(std::string(70000, 'x'))}})}});
  const auto again = FromMsgpack(ToMsgpack(value));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->AsMap()->at("list"), value.AsMap()->at("list"));
  EXPECT_EQ(again->AsMap()->at("map"), value.AsMap()->at("map"));
  // Without its type it is the text of its digits; type.h makes it a number again.
  EXPECT_EQ(again->AsMap()->at("big"), Value::String("123456789012345678901234567890"));
}

TEST(MsgpackTest, ADoubleKeepsItsExactDigits) {
  const auto value = FromMsgpack(Bytes("cb3fb999999999999a"));  // the double nearest to 0.1
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(*value->AsDigits(), "0.1000000000000000055511151231257827021181583404541015625");
}

}  // namespace
}  // namespace nave::terraform
