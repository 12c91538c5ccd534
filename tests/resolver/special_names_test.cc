#include "resolver/special_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lib/dns/reverse.h"
#include "tests/resolver/resolver_testing.h"
#include "tests/resolver/view_world.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ViewWorld Public() {
  ViewWorld world;
  world.Resolver("192.0.2.53").Target("192.0.2.53", {});
  return world;
}

// Nothing of a name is sent out, and the answer is `expected` with the SOA of `apex`.
void ExpectKept(const std::string& qname, const std::string& qtype, const std::string& expected,
                const std::string& apex) {
  ViewWorld world = Public();
  EXPECT_EQ(world.Ask(qname, qtype), expected) << qname;
  EXPECT_THAT(world.asked(), IsEmpty()) << qname;
  EXPECT_THAT(world.soas(), ElementsAre(apex)) << qname;
}

TEST(Rfc6761Test, LocalhostIsTheLoopbackAddress) {
  ViewWorld world = Public();
  for (const char* qname : {"localhost.", "a.localhost.", "a.b.LOCALHOST."}) {
    EXPECT_EQ(world.Ask(qname), absl::StrCat("NOERROR AA | ", qname, " 10800 IN A 127.0.0.1"));
    EXPECT_EQ(world.Ask(qname, "AAAA"), absl::StrCat("NOERROR AA | ", qname, " 10800 IN AAAA ::1"));
    ExpectKept(qname, "MX", "NOERROR AA", "localhost.");
  }
  EXPECT_EQ(world.Ask("localhost.", "A", false), "NOERROR AA | localhost. 10800 IN A 127.0.0.1");
}

// RFC 6761 sections 6.2 and 6.4, RFC 6762 section 22.1, RFC 7686 section 2, RFC 9476 section 2.
TEST(Rfc6761Test, SpecialTopLevelNamesDoNotExist) {
  for (const char* apex : {"test.", "invalid.", "local.", "onion.", "alt."}) {
    ExpectKept(absl::StrCat("www.", apex), "A", "NXDOMAIN AA", apex);
    ExpectKept(absl::StrCat("a.www.", apex), "TXT", "NXDOMAIN AA", apex);
    ExpectKept(apex, "A", "NOERROR AA", apex);
    ExpectKept(apex, "DS", "NOERROR AA", apex);
  }
}

TEST(Rfc6761Test, OtherNamesAreAsked) {
  ViewWorld world = Public();
  for (const char* qname : {"example.", "www.example.com.", "localhost.example.", "xlocal.",
                            "arpa.", "in-addr.arpa.", "5.in-addr.arpa.", "ipv4only.arpa."}) {
    EXPECT_EQ(world.Ask(qname), "NXDOMAIN");
    EXPECT_EQ(world.asked().size(), 1u) << qname;
  }
}

TEST(Rfc8375Test, HomeArpaIsKeptButForDsOfItsApex) {
  ExpectKept("host.home.arpa.", "A", "NXDOMAIN AA", "home.arpa.");
  ExpectKept("host.home.arpa.", "DS", "NXDOMAIN AA", "home.arpa.");
  ViewWorld world = Public();
  world.Ask("home.arpa.", "DS");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.53 home.arpa. DS"));
}

// RFC 6303 section 4, RFC 7793.
TEST(Rfc6303Test, ReverseNamesOfPrivateAddressesAreKept) {
  const std::pair<const char*, const char*> addresses[] = {
      {"10.1.2.3", "10.in-addr.arpa."},
      {"172.16.0.1", "16.172.in-addr.arpa."},
      {"172.31.255.255", "31.172.in-addr.arpa."},
      {"192.168.7.7", "168.192.in-addr.arpa."},
      {"0.1.2.3", "0.in-addr.arpa."},
      {"127.9.9.9", "127.in-addr.arpa."},
      {"169.254.1.1", "254.169.in-addr.arpa."},
      {"192.0.2.9", "2.0.192.in-addr.arpa."},
      {"198.51.100.9", "100.51.198.in-addr.arpa."},
      {"203.0.113.9", "113.0.203.in-addr.arpa."},
      {"100.64.0.1", "64.100.in-addr.arpa."},
      {"100.127.255.1", "127.100.in-addr.arpa."},
      {"fd12::1", "d.f.ip6.arpa."},
      {"fe80::1", "8.e.f.ip6.arpa."},
      {"febf::1", "b.e.f.ip6.arpa."},
      {"2001:db8::1", "8.b.d.0.1.0.0.2.ip6.arpa."},
  };
  for (const auto& [address, apex] : addresses) {
    ExpectKept(dns::ReverseName(address)->ToText(), "PTR", "NXDOMAIN AA", apex);
  }
  ExpectKept("255.255.255.255.in-addr.arpa.", "PTR", "NOERROR AA", "255.255.255.255.in-addr.arpa.");
  const std::string unspecified = dns::ReverseName("::")->ToText();
  ExpectKept(unspecified, "PTR", "NOERROR AA", unspecified);
}

TEST(Rfc6303Test, LoopbackAddressesAreLocalhost) {
  ViewWorld world = Public();
  for (const char* address : {"127.0.0.1", "::1"}) {
    const std::string owner = dns::ReverseName(address)->ToText();
    EXPECT_EQ(world.Ask(owner, "PTR"),
              absl::StrCat("NOERROR AA | ", owner, " 10800 IN PTR localhost."));
  }
  EXPECT_THAT(world.asked(), IsEmpty());
}

TEST(Rfc6303Test, PublicAddressesAreAsked) {
  ViewWorld world = Public();
  for (const char* address : {"9.9.9.9", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1",
                              "192.169.0.1", "2001:db9::1", "fec0::1", "fc00::1", "::2"}) {
    const std::string owner = dns::ReverseName(address)->ToText();
    EXPECT_EQ(world.Ask(owner, "PTR"), "NXDOMAIN") << address;
    EXPECT_EQ(world.asked().size(), 1u) << address;
  }
}

TEST(SpecialNamesTest, SoaAndNsAreAsRfc6303Section3HasThem) {
  ASSERT_EQ(AllSpecialNames().size(), 7u + 17u + 16u + 64u);
  for (const SpecialName& special : AllSpecialNames()) {
    const std::string apex = special.zone->apex().ToText();
    ViewWorld world = Public();
    EXPECT_EQ(world.Ask(apex, "SOA"), absl::StrCat("NOERROR AA | ", apex, " 10800 IN SOA ", apex,
                                                   " nobody.invalid. 1 3600 1200 604800 10800"));
    EXPECT_EQ(world.Ask(apex, "NS"), absl::StrCat("NOERROR AA | ", apex, " 10800 IN NS ", apex));
    EXPECT_THAT(world.asked(), IsEmpty());
  }
}

TEST(SpecialNamesTest, WhatTheViewHasForThemComesFirst) {
  ViewWorld world = Public();
  world.Zone("1.10.in-addr.arpa.", {"3.2.1.10.in-addr.arpa. 60 IN PTR host.corp.example."})
      .Forward("local.", "192.0.2.100")
      .Target("192.0.2.100", {})
      .Recursive("168.192.in-addr.arpa.")
      .Recursive("a.onion.")
      .Recursive("arpa.")
      .Target("192.0.2.53", {});
  EXPECT_EQ(world.Ask("3.2.1.10.in-addr.arpa.", "PTR"),
            "NOERROR AA | 3.2.1.10.in-addr.arpa. 60 IN PTR host.corp.example.");
  // Beside the zone what is built in still holds.
  EXPECT_EQ(world.Ask("3.2.2.10.in-addr.arpa.", "PTR"), "NXDOMAIN AA");
  EXPECT_THAT(world.asked(), IsEmpty());
  world.Ask("printer.local.");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.100 printer.local. A"));
  world.Ask("1.1.168.192.in-addr.arpa.", "PTR");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.53 1.1.168.192.in-addr.arpa. PTR"));
  world.Ask("x.a.onion.");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.53 x.a.onion. A"));
  // A rule for more than the special name is not about it.
  EXPECT_EQ(world.Ask("1.1.16.172.in-addr.arpa.", "PTR"), "NXDOMAIN AA");
  EXPECT_EQ(world.Ask("b.onion."), "NXDOMAIN AA");
}

TEST(SpecialNamesTest, SystemRuleLeadsToThemAndForwardRulesDoNot) {
  ViewWorld world = Public();
  world.Forward(".", "192.0.2.100").Target("192.0.2.100", {}).System("10.in-addr.arpa.");
  EXPECT_EQ(world.Ask("1.1.1.10.in-addr.arpa.", "PTR"), "NXDOMAIN AA");
  EXPECT_THAT(world.asked(), IsEmpty());
  world.Ask("1.1.168.192.in-addr.arpa.", "PTR");
  EXPECT_THAT(world.asked(), ElementsAre("192.0.2.100 1.1.168.192.in-addr.arpa. PTR"));
}

TEST(SpecialNamesTest, ViewWithoutRecursiveResolversRefuses) {
  ViewWorld world;
  EXPECT_EQ(world.Ask("localhost."), "REFUSED");
}

TEST(SpecialNamesTest, ChainThatATargetLeadsIntoThemEndsHere) {
  ViewWorld world;
  world.Resolver("192.0.2.53")
      .Target("192.0.2.53",
              {"evil.example. 60 IN CNAME localhost.", "localhost. 60 IN A 203.0.113.66"});
  EXPECT_EQ(world.Ask("evil.example."),
            "NOERROR | evil.example. 60 IN CNAME localhost. | localhost. 10800 IN A 127.0.0.1");
}

// RFC 2317 section 4.
TEST(Rfc2317Test, ClasslessReverseDelegationIsAChainOfCnames) {
  ViewWorld world;
  world
      .Zone("1.168.192.in-addr.arpa.",
            {"5.1.168.192.in-addr.arpa. 60 IN CNAME 5.0/27.1.168.192.in-addr.arpa.",
             "40.1.168.192.in-addr.arpa. 60 IN CNAME 40.32/27.1.168.192.in-addr.arpa."})
      .Zone("0/27.1.168.192.in-addr.arpa.",
            {"5.0/27.1.168.192.in-addr.arpa. 60 IN PTR host5.corp.example."})
      .Forward("32/27.1.168.192.in-addr.arpa.", "192.0.2.100")
      .Target("192.0.2.100", {"40.32/27.1.168.192.in-addr.arpa. 60 IN PTR host40.corp.example."});
  EXPECT_EQ(world.Ask("5.1.168.192.in-addr.arpa.", "PTR"),
            "NOERROR AA | 5.1.168.192.in-addr.arpa. 60 IN CNAME 5.0/27.1.168.192.in-addr.arpa. | "
            "5.0/27.1.168.192.in-addr.arpa. 60 IN PTR host5.corp.example.");
  EXPECT_EQ(world.Ask("40.1.168.192.in-addr.arpa.", "PTR"),
            "NOERROR AA | 40.1.168.192.in-addr.arpa. 60 IN CNAME "
            "40.32/27.1.168.192.in-addr.arpa. | 40.32/27.1.168.192.in-addr.arpa. 60 IN PTR "
            "host40.corp.example.");
}

}  // namespace
}  // namespace nave::resolver
