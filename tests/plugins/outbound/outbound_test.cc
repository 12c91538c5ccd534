#include "plugins/outbound/outbound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plugins/fake_facts.h"

namespace nave::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class OutboundTest : public testing::Test {
 protected:
  OutboundTest() {
    facts_.AddVpc("accounts/spoke1/vpcs/main");
    facts_.AddVpc("accounts/spoke2/vpcs/main");
    facts_.AddRule("accounts/hub/rules/corp", "corp.example.com.", {"accounts/spoke1"});
    facts_.AddRule("accounts/hub/rules/cloud", "cloud.example.com.", {"accounts/spoke1"});
    facts_.AddRule("accounts/hub/rules/secret", "secret.example.com.", {"accounts/spoke2"});
    facts_.AddRule("accounts/spoke1/rules/own", "own.example.com.", {});
  }
  absl::StatusOr<catalog::Plan> Plan(const catalog::Values& parameters) {
    return Outbound().MakePlan(InputWith(facts_, parameters));
  }

  FakeFacts facts_;
};

TEST_F(OutboundTest, WithoutRulesItTakesAllThatAreShared) {
  const auto plan = Plan({{"vpc", {"main"}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(ResourcesOf(*plan),
              ElementsAre("accounts/spoke1/ruleAssociations/out.main.hub.cloud",
                          "accounts/spoke1/ruleAssociations/out.main.hub.corp"));
  EXPECT_EQ(ResourcesOf(*plan), OutputOf(*plan, "rule_associations"));
  const auto& association = std::get<dns::v1::RuleAssociation>(plan->resources[1].resource);
  EXPECT_EQ("accounts/hub/rules/corp", association.rule());
  EXPECT_EQ("accounts/spoke1/vpcs/main", association.vpc());
  EXPECT_EQ("corp.example.com. on accounts/spoke1/vpcs/main", plan->resources[1].text);
}

TEST_F(OutboundTest, NamedRulesAreTakenInTheirOrder) {
  const auto plan =
      Plan({{"vpc", {"accounts/spoke1/vpcs/main"}}, {"rule", {"own", "accounts/hub/rules/corp"}}});
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_THAT(ResourcesOf(*plan),
              ElementsAre("accounts/spoke1/ruleAssociations/out.main.spoke1.own",
                          "accounts/spoke1/ruleAssociations/out.main.hub.corp"));
}

TEST_F(OutboundTest, TheSameInputGivesTheSamePlan) {
  EXPECT_EQ(ResourcesOf(*Plan({{"vpc", {"main"}}})), ResourcesOf(*Plan({{"vpc", {"main"}}})));
}

TEST_F(OutboundTest, WhatDoesNotFitIsSaid) {
  EXPECT_THAT(ErrorOf(Plan({})), HasSubstr("'vpc': is required"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"none"}}})), HasSubstr("there is no VPC"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"accounts/spoke2/vpcs/main"}}})),
              HasSubstr("launch the product in the account of the VPC"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"a/b"}}})), HasSubstr("is neither an id nor a name"));
  EXPECT_THAT(ErrorOf(Plan({{"vpc", {"main"}}, {"rule", {"own", "own"}}})),
              HasSubstr("stands there twice"));
  // Whether it exists is not for this account to learn.
  const std::string hidden =
      ErrorOf(Plan({{"vpc", {"main"}}, {"rule", {"accounts/hub/rules/secret"}}}));
  EXPECT_THAT(hidden, HasSubstr("there is no rule 'accounts/hub/rules/secret' that"));
}

TEST_F(OutboundTest, NothingSharedIsRefused) {
  FakeFacts empty;
  empty.AddVpc("accounts/spoke1/vpcs/main");
  EXPECT_THAT(ErrorOf(Outbound().MakePlan(InputWith(empty, {{"vpc", {"main"}}}))),
              HasSubstr("ask the platform team for a share"));
}

TEST_F(OutboundTest, ErrorsOfTheFactsArePassedOn) {
  facts_.Break(absl::UnavailableError("store"));
  EXPECT_TRUE(absl::IsUnavailable(Plan({{"vpc", {"main"}}}).status()));
}

}  // namespace
}  // namespace nave::plugins
