#include "catalog/workflow/intents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nave::catalog {
namespace {

using ::testing::ElementsAre;

store::v1::Intent Rule(const std::string& id, const std::string& vpc = "accounts/a/vpcs/v") {
  dns::v1::RuleAssociation association;
  association.set_name("accounts/a/ruleAssociations/" + id);
  association.set_rule("accounts/hub/rules/" + id);
  association.set_vpc(vpc);
  return IntentOf({association, "text"});
}

std::vector<std::string> NamesOf(const Intents& intents) {
  std::vector<std::string> names;
  for (const auto& intent : intents)
    names.push_back(intent.name().substr(intent.name().rfind('/') + 1));
  return names;
}

TEST(IntentsTest, ResourceComesBackAsItWas) {
  store::v1::Intent intent = Rule("corp");
  EXPECT_EQ(intent.type(), "RuleAssociation");
  auto resource = ResourceOf(intent);
  ASSERT_TRUE(resource.ok());
  EXPECT_EQ((*resource)->SerializeAsString(), intent.resource());
  EXPECT_EQ(VpcOf(intent), "accounts/a/vpcs/v");
  EXPECT_EQ(TextOf(intent), "accounts/hub/rules/corp on accounts/a/vpcs/v");
}

TEST(IntentsTest, TextsOfZones) {
  dns::v1::Zone zone;
  zone.set_name("accounts/a/zones/z");
  zone.set_domain_name("example.com.");
  EXPECT_EQ(TextOf(IntentOf({zone, ""})), "zone example.com.");
  EXPECT_EQ(VpcOf(IntentOf({zone, ""})), "");
  dns::v1::ZoneAssociation association;
  association.set_name("accounts/a/zones/z/associations/v");
  association.set_vpc("accounts/b/vpcs/v");
  EXPECT_EQ(TextOf(IntentOf({association, "", true})), "accounts/a/zones/z on accounts/b/vpcs/v");
  EXPECT_TRUE(IntentOf({association, "", true}).act_by_launch_role());
}

TEST(IntentsTest, MalformedIntentIsDataLoss) {
  store::v1::Intent intent = Rule("corp");
  intent.set_type("Spell");
  EXPECT_EQ(ResourceOf(intent).status().code(), absl::StatusCode::kDataLoss);
  intent = Rule("corp");
  intent.set_resource("\xff\xff\xff");
  EXPECT_EQ(ResourceOf(intent).status().code(), absl::StatusCode::kDataLoss);
}

TEST(IntentsTest, DifferenceDeletesInReverseAndCreatesInOrder) {
  Difference difference =
      Compare({Rule("a"), Rule("b"), Rule("c"), Rule("d")}, {Rule("f"), Rule("b"), Rule("e")});
  EXPECT_THAT(NamesOf(difference.deletes), ElementsAre("d", "c", "a"));
  EXPECT_THAT(NamesOf(difference.creates), ElementsAre("f", "e"));
  EXPECT_TRUE(difference.replaces.empty());
}

TEST(IntentsTest, OtherContentUnderTheSameNameIsAReplacement) {
  Difference difference = Compare({Rule("a")}, {Rule("a", "accounts/a/vpcs/other")});
  EXPECT_THAT(NamesOf(difference.replaces), ElementsAre("a"));
  EXPECT_TRUE(difference.deletes.empty());
  EXPECT_EQ(ChangesOf(difference)[0].action(), v1::PlannedChange::REPLACE);
}

TEST(IntentsTest, StepsEndWithTheWait) {
  std::vector<store::v1::StepRecord> steps = StepsOf(Compare({Rule("a")}, {Rule("b")}));
  ASSERT_EQ(steps.size(), 3);
  EXPECT_EQ(steps[0].action(), store::v1::StepRecord::DELETE);
  EXPECT_EQ(steps[1].action(), store::v1::StepRecord::CREATE);
  EXPECT_EQ(steps[2].action(), store::v1::StepRecord::AWAIT_SERVED);
  EXPECT_EQ(StepsOf({}).size(), 1);
}

TEST(IntentsTest, VpcsOfAWorkItemEachOnce) {
  store::v1::WorkItem item;
  for (const auto& step :
       StepsOf(Compare({Rule("a", "accounts/a/vpcs/z")}, {Rule("b"), Rule("c")}))) {
    *item.add_steps() = step;
  }
  EXPECT_THAT(VpcsOf(item), ElementsAre("accounts/a/vpcs/v", "accounts/a/vpcs/z"));
}

}  // namespace
}  // namespace nave::catalog
