#include "plugins/inbound/inbound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plugins/fake_facts.h"

namespace nave::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kZone[] = "accounts/hub/zones/cloud";

class InboundTest : public testing::Test {
 protected:
  InboundTest() {
    facts_.AddVpc("accounts/spoke1/vpcs/main");
    facts_.AddZone(kZone, "cloud.example.com.");
  }
  absl::StatusOr<catalog::Plan> Plan(const catalog::Values& parameters,
                                     const catalog::Values& settings) {
    return Inbound().MakePlan(InputWith(facts_, parameters, settings));
  }

  FakeFacts facts_;
};

TEST_F(InboundTest, AssociatesTheHubsZone) {
  const auto plan = Plan({{"vpc", {"main"}}}, {{"hub_zone", {kZone}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(ResourcesOf(*plan), ElementsAre("accounts/hub/zones/cloud/associations/spoke1.main"));
  EXPECT_EQ(ResourcesOf(*plan), OutputOf(*plan, "association"));
  EXPECT_THAT(OutputOf(*plan, "hub_zone"), ElementsAre(kZone));
  // The zone's owner consents by the role that the product was given.
  EXPECT_TRUE(plan->resources[0].act_by_launch_role);
}

TEST_F(InboundTest, TheZoneMayBeAParameterWhereNoSettingIs) {
  EXPECT_TRUE(Plan({{"vpc", {"main"}}, {"hub_zone", {kZone}}}, {}).ok());
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}}, {})), HasSubstr("'hub_zone': is required"));
}

TEST_F(InboundTest, WhatDoesNotFitIsSaid) {
  EXPECT_THAT(ErrorOf(Plan({}, {{"hub_zone", {kZone}}})), HasSubstr("'vpc': is required"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}}, {{"hub_zone", {"accounts/hub/zones/x"}}})),
              HasSubstr("there is no zone 'accounts/hub/zones/x'"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}, {"hub_zone", {"cloud"}}}, {})),
              HasSubstr("must be a full name"));
}

TEST_F(InboundTest, SettingsAreCheckedWhenAVersionIsMade) {
  EXPECT_TRUE(Inbound().Validate({}).ok());
  EXPECT_TRUE(Inbound().Validate({{"hub_zone", {kZone}}}).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(Inbound().Validate({{"hub_zone", {"cloud"}}})));
  EXPECT_TRUE(absl::IsInvalidArgument(Inbound().Validate({{"hub_zone", {"accounts/hub/vpcs/v"}}})));
  EXPECT_TRUE(absl::IsInvalidArgument(Inbound().Validate({{"hub_zone", {kZone, kZone}}})));
}

}  // namespace
}  // namespace nave::plugins
