#include "lib/net/prefix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace nave::net {
namespace {

Prefix P(const char* text) {
  absl::StatusOr<Prefix> prefix = Prefix::Parse(text);
  EXPECT_TRUE(prefix.ok()) << prefix.status();
  return prefix.ok() ? *prefix : Prefix();
}
IpAddress A(const char* text) { return *IpAddress::Parse(text); }

TEST(PrefixTest, ReadsAndWrites) {
  for (const char* text : {"10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "2001:db8::/32", "::/0"}) {
    EXPECT_EQ(P(text).ToString(), text);
  }
}

TEST(PrefixTest, RefusesWhatIsNoNetwork) {
  for (const char* text : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08",
                           "10.0.0.0/8/8", "::/129", "/8", "10.0.0.0/ 8"}) {
    EXPECT_EQ(Prefix::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(PrefixTest, ErrorForHostBitsNamesTheNetwork) {
  EXPECT_THAT(std::string(Prefix::Parse("10.1.2.3/8").status().message()),
              ::testing::HasSubstr("10.0.0.0/8"));
}

TEST(PrefixTest, Contains) {
  EXPECT_TRUE(P("10.0.0.0/8").Contains(A("10.255.0.1")));
  EXPECT_FALSE(P("10.0.0.0/8").Contains(A("11.0.0.0")));
  EXPECT_TRUE(P("0.0.0.0/0").Contains(A("203.0.113.9")));
  // The families never mix, not even at length 0.
  EXPECT_FALSE(P("0.0.0.0/0").Contains(A("::1")));
  EXPECT_FALSE(P("::/0").Contains(A("10.0.0.1")));
}

TEST(PrefixTableTest, TheLongestWins) {
  PrefixTable<std::string> table;
  for (const char* text :
       {"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.1.2.3/32", "2001:db8::/32", "::/0"}) {
    EXPECT_TRUE(table.Insert(P(text), text));
  }
  EXPECT_FALSE(table.Insert(P("10.1.0.0/16"), "again"));
  const struct {
    const char* address;
    const char* prefix;
  } cases[] = {
      {"10.9.9.9", "10.0.0.0/8"},  {"10.1.9.9", "10.1.0.0/16"},      {"10.1.2.9", "10.1.2.0/24"},
      {"10.1.2.3", "10.1.2.3/32"}, {"2001:db8::9", "2001:db8::/32"}, {"2001::9", "::/0"},
  };
  for (const auto& c : cases) {
    const std::string* found = table.Find(A(c.address));
    ASSERT_NE(found, nullptr) << c.address;
    EXPECT_EQ(*found, c.prefix);
  }
  EXPECT_EQ(table.Find(A("11.0.0.1")), nullptr);
  EXPECT_EQ(*table.FindExact(P("10.1.0.0/16")), "10.1.0.0/16");
  EXPECT_EQ(table.FindExact(P("10.2.0.0/16")), nullptr);
  EXPECT_EQ(table.size(), 6u);
}

}  // namespace
}  // namespace nave::net
