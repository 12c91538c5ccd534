#include "lib/dns/reverse.h"

#include <string>

#include "gtest/gtest.h"

namespace nave::dns {
namespace {

constexpr char kIpv6Owner[] =
    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.";

TEST(ReverseTest, NamesOfAddresses) {
  EXPECT_EQ(ReverseName("192.0.2.1")->ToText(), "1.2.0.192.in-addr.arpa.");
  // RFC 3596 section 2.5.
  EXPECT_EQ(ReverseName("4321:0:1:2:3:4:567:89ab")->ToText(), kIpv6Owner);
  EXPECT_FALSE(ReverseName("192.0.2").ok());
  EXPECT_FALSE(ReverseName("").ok());
}

TEST(ReverseTest, ZonesOfPrefixes) {
  EXPECT_EQ(ReverseZone("10.1.0.0/16")->ToText(), "1.10.in-addr.arpa.");
  EXPECT_EQ(ReverseZone("0.0.0.0/0")->ToText(), "in-addr.arpa.");
  EXPECT_EQ(ReverseZone("2001:db8::/32")->ToText(), "8.b.d.0.1.0.0.2.ip6.arpa.");
  EXPECT_EQ(ReverseZone("2001:db8::/28").status().code(), absl::StatusCode::kInvalidArgument);
  for (const char* bad : {"10.0.0.0", "10.0.0.0/12", "10.1.0.0/8", "10.0.0.0/33", "x/8"}) {
    EXPECT_EQ(ReverseZone(bad).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

TEST(ReverseTest, AddressesOfNames) {
  EXPECT_EQ(AddressFromReverse(*Name::FromText("1.2.0.192.IN-ADDR.arpa.")), "192.0.2.1");
  EXPECT_EQ(AddressFromReverse(*Name::FromText(kIpv6Owner)), "4321:0:1:2:3:4:567:89ab");
  for (const char* bad :
       {"2.0.192.in-addr.arpa.", "256.2.0.192.in-addr.arpa.", "a.b.c.d.in-addr.arpa.",
        "01.2.0.192.in-addr.arpa.", "1.2.0.192.example.arpa.", "."}) {
    EXPECT_FALSE(AddressFromReverse(*Name::FromText(bad)).has_value()) << bad;
  }
}

}  // namespace
}  // namespace nave::dns
