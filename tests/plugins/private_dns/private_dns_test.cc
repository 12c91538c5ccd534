#include "plugins/private_dns/private_dns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plugins/fake_facts.h"

namespace nave::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PrivateDnsTest : public testing::Test {
 protected:
  PrivateDnsTest() {
    facts_.AddVpc("accounts/spoke1/vpcs/main", {"10.1.0.2:53"});
    facts_.AddVpc("accounts/hub/vpcs/hub");
    facts_.AddVpc("accounts/lab/vpcs/main");
  }
  absl::StatusOr<catalog::Plan> Plan(const catalog::Values& parameters) {
    return PrivateDns().MakePlan(
        InputWith(facts_, parameters, {{"hub_vpc", {"accounts/hub/vpcs/hub"}}}));
  }

  FakeFacts facts_;
};

TEST_F(PrivateDnsTest, MakesTheZoneFirstAndThenItsAssociations) {
  const auto plan = Plan({{"vpc", {"main"}},
                          {"domain_name", {"Spoke1.Cloud.Example.COM"}},
                          {"additional_vpcs", {"accounts/lab/vpcs/main"}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(ResourcesOf(*plan), ElementsAre("accounts/spoke1/zones/out",
                                              "accounts/spoke1/zones/out/associations/spoke1.main",
                                              "accounts/spoke1/zones/out/associations/hub.hub",
                                              "accounts/spoke1/zones/out/associations/lab.main"));
  EXPECT_EQ("spoke1.cloud.example.com.",
            std::get<dns::v1::Zone>(plan->resources[0].resource).domain_name());
  EXPECT_THAT(OutputOf(*plan, "zone"), ElementsAre("accounts/spoke1/zones/out"));
  EXPECT_THAT(OutputOf(*plan, "name_servers"), ElementsAre("10.1.0.2:53"));
}

TEST_F(PrivateDnsTest, AVpcThatIsNamedTwiceIsAssociatedOnce) {
  const auto plan = Plan({{"vpc", {"main"}},
                          {"domain_name", {"x.example.com"}},
                          {"additional_vpcs", {"accounts/hub/vpcs/hub", "main"}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(3u, plan->resources.size());
}

TEST_F(PrivateDnsTest, ADomainNameMayHaveLettersBeyondAscii) {
  const auto plan = Plan({{"vpc", {"main"}}, {"domain_name", {"bücher.example.com"}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ("xn--bcher-kva.example.com.",
            std::get<dns::v1::Zone>(plan->resources[0].resource).domain_name());
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}, {"domain_name", {"☕.example.com"}}})),
              HasSubstr("'domain_name': the label \"☕\""));
}

// Another domain name is another content of the same zone: the workflow sees a replacement.
TEST_F(PrivateDnsTest, TheZonesIdFollowsFromTheProductAlone) {
  const auto first = Plan({{"vpc", {"main"}}, {"domain_name", {"a.example.com"}}});
  const auto second = Plan({{"vpc", {"main"}}, {"domain_name", {"b.example.com"}}});
  EXPECT_EQ(ResourcesOf(*first)[0], ResourcesOf(*second)[0]);
}

TEST_F(PrivateDnsTest, WithoutResolverAddressesThereIsNoNameServer) {
  facts_.AddVpc("accounts/spoke1/vpcs/bare");
  const auto plan = Plan({{"vpc", {"bare"}}, {"domain_name", {"x.example.com"}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(OutputOf(*plan, "name_servers"), IsEmpty());
}

TEST_F(PrivateDnsTest, WhatDoesNotFitIsSaid) {
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}})), HasSubstr("'domain_name': is required"));
  EXPECT_THAT(ErrorOf(Plan({{"domain_name", {"a.example.com"}}})), HasSubstr("'vpc': is required"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}, {"domain_name", {"."}}})),
              HasSubstr("the root cannot be a private zone"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}, {"domain_name", {"a..b"}}})),
              HasSubstr("'domain_name': "));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}},
                            {"domain_name", {"a.example.com"}},
                            {"additional_vpcs", {"accounts/lab/vpcs/none"}}})),
              HasSubstr("'additional_vpcs': there is no VPC"));
}

TEST_F(PrivateDnsTest, SettingsAreCheckedWhenAVersionIsMade) {
  EXPECT_TRUE(PrivateDns().Validate({}).ok());
  EXPECT_TRUE(PrivateDns().Validate({{"hub_vpc", {"accounts/hub/vpcs/hub"}}}).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(PrivateDns().Validate({{"hub_vpc", {"hub"}}})));
}

}  // namespace
}  // namespace nave::plugins
