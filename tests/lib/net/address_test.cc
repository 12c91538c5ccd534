#include "lib/net/address.h"

#include <gtest/gtest.h>

namespace nave::net {
namespace {

TEST(IpAddressTest, WritesTheCanonicalForm) {
  const struct {
    const char* text;
    const char* canonical;
    bool v4;
  } cases[] = {
      {"192.0.2.1", "192.0.2.1", true},
      {"0.0.0.0", "0.0.0.0", true},
      {"255.255.255.255", "255.255.255.255", true},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", false},
      {"::", "::", false},
      {"::1", "::1", false},
      // One peer has one address, however its socket names it.
      {"::ffff:192.0.2.1", "192.0.2.1", true},
  };
  for (const auto& c : cases) {
    absl::StatusOr<IpAddress> address = IpAddress::Parse(c.text);
    ASSERT_TRUE(address.ok()) << c.text;
    EXPECT_EQ(address->ToString(), c.canonical);
    EXPECT_EQ(address->is_v4(), c.v4) << c.text;
    EXPECT_EQ(IpAddress::FromBytes(address->bytes()), *address);
  }
}

TEST(IpAddressTest, RefusesWhatIsNoAddress) {
  for (const std::string text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.01", " 192.0.2.1", "192.0.2.1 ", "192.0.2.1/32",
        "fe80::1%eth0", ":::", "1:2:3:4:5:6:7:8:9", "localhost", "0x7f.1"}) {
    EXPECT_EQ(IpAddress::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(absl::string_view("192.0.2.1\0", 10)).ok());
}

TEST(IpAddressTest, MasksToThePrefix) {
  const IpAddress v4 = *IpAddress::Parse("10.255.171.205");
  EXPECT_EQ(v4.Masked(0).ToString(), "0.0.0.0");
  EXPECT_EQ(v4.Masked(9).ToString(), "10.128.0.0");
  EXPECT_EQ(v4.Masked(31).ToString(), "10.255.171.204");
  EXPECT_EQ(v4.Masked(32), v4);
  const IpAddress v6 = *IpAddress::Parse("2001:db8:ffff::1");
  EXPECT_EQ(v6.Masked(33).ToString(), "2001:db8:8000::");
  EXPECT_EQ(v6.Masked(128), v6);
}

TEST(IpAddressTest, KnowsSpecialAddresses) {
  EXPECT_TRUE(IpAddress().IsUnspecified());
  EXPECT_TRUE(IpAddress::Parse("::")->IsUnspecified());
  EXPECT_FALSE(IpAddress::Parse("::1")->IsUnspecified());
  EXPECT_TRUE(IpAddress::Parse("::1")->IsLoopback());
  EXPECT_TRUE(IpAddress::Parse("127.1.2.3")->IsLoopback());
  EXPECT_FALSE(IpAddress::Parse("128.0.0.1")->IsLoopback());
  EXPECT_FALSE(IpAddress::Parse("2001::1")->IsLoopback());
}

TEST(IpAddressTest, FamiliesNeverCompareEqual) {
  EXPECT_NE(IpAddress(), *IpAddress::Parse("::"));
  EXPECT_LT(*IpAddress::Parse("255.0.0.0"), *IpAddress::Parse("::"));
  EXPECT_LT(*IpAddress::Parse("10.0.0.1"), *IpAddress::Parse("10.0.0.2"));
}

}  // namespace
}  // namespace nave::net
