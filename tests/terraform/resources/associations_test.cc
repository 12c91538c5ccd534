// nave_rule_association and nave_zone_association, whose lives are alike.
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "terraform/resources/rule_association.h"
#include "terraform/resources/zone_association.h"
#include "tests/terraform/resources/resource_testing.h"

namespace nave::terraform {
namespace {

constexpr char kRules[] = "nave.dns.v1.RuleAssociationService/";
constexpr char kZones[] = "nave.dns.v1.ZoneAssociationService/";

Object RuleGiven(const std::string& vpc = "main") {
  return {{"name", Value::String("accounts/a/ruleAssociations/x")},
          {"rule", Value::String("accounts/hub/rules/corp")},
          {"vpc", Value::String("accounts/a/vpcs/" + vpc)}};
}

TEST(RuleAssociationResourceTest, IsMadeAndReplacedNeverChanged) {
  FakeWorld world;
  RuleAssociationResource resource;
  Life life(resource, world);
  dns::v1::RuleAssociation made;
  made.set_name("accounts/a/ruleAssociations/x");
  made.set_rule("accounts/hub/rules/corp");
  made.set_vpc("accounts/a/vpcs/main");
  world.control_plane.Returns(std::string(kRules) + "CreateRuleAssociation", made);
  world.control_plane.Returns(std::string(kRules) + "GetRuleAssociation", made);
  ASSERT_EQ(life.Apply(RuleGiven()), "");
  const auto request = world.control_plane.last<dns::v1::CreateRuleAssociationRequest>(
      std::string(kRules) + "CreateRuleAssociation");
  EXPECT_EQ(request.rule_association().rule(), "accounts/hub/rules/corp");
  EXPECT_EQ(request.rule_association().vpc(), "accounts/a/vpcs/main");
  EXPECT_FALSE(request.mutation().request_id().empty());
  ASSERT_EQ(life.Refresh(), "");
  EXPECT_TRUE(life.HasNoChanges(RuleGiven()));
  EXPECT_EQ(life.PlanFor(RuleGiven("other")).replaces, std::vector<std::string>{"vpc"});
  EXPECT_TRUE(absl::StrContains(life.Apply(RuleGiven("other")), "a plan replaces it"));
  EXPECT_EQ(life.Get("vpc"), Value::String("accounts/a/vpcs/main"));
}

TEST(RuleAssociationResourceTest, WhatTheControlPlaneRefusesIsToldAndNotKept) {
  FakeWorld world;
  RuleAssociationResource resource;
  Life life(resource, world);
  world.control_plane.Fails(std::string(kRules) + "CreateRuleAssociation",
                            absl::FailedPreconditionError("a second rule"));
  EXPECT_TRUE(absl::StrContains(life.Apply(RuleGiven()), "a second rule"));
  EXPECT_FALSE(life.state().has_value());
}

TEST(ZoneAssociationResourceTest, SaysHowFarItIs) {
  FakeWorld world;
  ZoneAssociationResource resource;
  Life life(resource, world);
  dns::v1::ZoneAssociation made;
  made.set_name("accounts/a/zones/z/associations/hub");
  made.set_vpc("accounts/hub/vpcs/hub");
  made.set_state(dns::v1::ZoneAssociation::AUTHORIZED);
  world.control_plane.Returns(std::string(kZones) + "CreateZoneAssociation", made);
  made.set_state(dns::v1::ZoneAssociation::ASSOCIATED);
  world.control_plane.Returns(std::string(kZones) + "GetZoneAssociation", made);
  const Object given = {{"name", Value::String(made.name())}, {"vpc", Value::String(made.vpc())}};
  EXPECT_TRUE(life.PlanFor(given).planned.at("state").is_unknown());
  ASSERT_EQ(life.Apply(given), "");
  EXPECT_EQ(life.Get("state"), Value::String("AUTHORIZED"));
  ASSERT_EQ(life.Refresh(), "");
  EXPECT_EQ(life.Get("state"), Value::String("ASSOCIATED"));
  EXPECT_TRUE(life.HasNoChanges(given));
}

}  // namespace
}  // namespace nave::terraform
