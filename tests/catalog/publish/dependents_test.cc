#include "catalog/publish/dependents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/catalog/governance/world.h"

namespace nave::catalog {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kSpokeVpc[] = "accounts/s1/vpcs/main";

class DependentsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Do(testing::World::Story());
    Do({"create RuleAssociation name: 'accounts/s1/ruleAssociations/cloud' rule: "
        "'accounts/hub/rules/cloud' vpc: 'accounts/s1/vpcs/main'",
        "create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'",
        "create ZoneAssociation name: 'accounts/s1/zones/z/associations/own' vpc: "
        "'accounts/s1/vpcs/main'"});
  }
  void Do(const std::vector<std::string>& lines) {
    const absl::Status status = world_.RunAll(lines);
    ASSERT_TRUE(status.ok()) << status;
  }
  // What depends on the changes that the lines make, together.
  Dependents After(const std::vector<std::string>& lines) {
    store::Store& store = world_.store();
    const store::Revision revision = store.current_revision();
    Do(lines);
    auto watcher = store.Watch(revision);
    auto before = store.Read(revision);
    auto after = store.Read();
    EXPECT_TRUE(watcher.ok() && before.ok() && after.ok());
    auto changes = (*watcher)->Next(absl::InfiniteFuture(), 100);
    EXPECT_TRUE(changes.ok()) << changes.status();
    Dependents dependents;
    for (const store::Change& change : *changes) {
      for (const store::ChangedKey& key : change.keys) {
        if (key.table != store::Table::kResources) continue;
        const absl::Status status = AddDependents(**before, **after, key.key, &dependents);
        EXPECT_TRUE(status.ok()) << status;
      }
    }
    return dependents;
  }

  testing::World world_;
};

TEST_F(DependentsTest, AssociationsTouchTheViewWhenTheyComeAndWhenTheyGo) {
  EXPECT_THAT(After({"delete accounts/s1/ruleAssociations/cloud"}).views, ElementsAre(kSpokeVpc));
  EXPECT_THAT(After({"create RuleAssociation name: 'accounts/s1/ruleAssociations/cloud' rule: "
                     "'accounts/hub/rules/cloud' vpc: 'accounts/s1/vpcs/main'"})
                  .views,
              ElementsAre(kSpokeVpc));
  EXPECT_THAT(After({"delete accounts/s1/zones/z/associations/own"}).views, ElementsAre(kSpokeVpc));
}

TEST_F(DependentsTest, RecordTouchesItselfAndTheSerialAlone) {
  const Dependents dependents =
      After({"create RecordSet name: 'accounts/s1/zones/z/recordSets/app.s1.cloud.example.com./A' "
             "ttl_seconds: 60 rdata: '192.0.2.1'"});
  EXPECT_THAT(dependents.record_sets,
              ElementsAre("accounts/s1/zones/z/recordSets/app.s1.cloud.example.com./A",
                          "accounts/s1/zones/z/recordSets/s1.cloud.example.com./SOA"));
  EXPECT_THAT(dependents.views, IsEmpty());
  EXPECT_THAT(dependents.zones, IsEmpty());
}

TEST_F(DependentsTest, EndpointTouchesListenersOldAndNewAndItsRules) {
  const Dependents dependents =
      After({"update Endpoint(addresses) name: 'accounts/hub/endpoints/in' addresses: "
             "'10.0.0.20:53'"});
  EXPECT_THAT(dependents.listeners, ElementsAre("10.0.0.10:53", "10.0.0.20:53"));
  EXPECT_THAT(dependents.rules, ElementsAre("accounts/hub/rules/cloud"));
}

TEST_F(DependentsTest, RuleTouchesTheViewsOfItsVpcs) {
  const Dependents dependents =
      After({"update Rule(disabled) name: 'accounts/hub/rules/cloud' disabled: true"});
  EXPECT_THAT(dependents.rules, ElementsAre("accounts/hub/rules/cloud"));
  EXPECT_THAT(dependents.views, ElementsAre(kSpokeVpc));
}

TEST_F(DependentsTest, ZoneMadeAnewIsSentAsAWhole) {
  const Dependents dependents =
      After({"delete accounts/s1/zones/z/associations/own", "delete accounts/s1/zones/z",
             "create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'"});
  EXPECT_THAT(dependents.zones, ElementsAre("accounts/s1/zones/z"));
}

TEST_F(DependentsTest, LabelsOfAZoneTouchNothing) {
  EXPECT_TRUE(After({"update Zone(metadata.labels) name: 'accounts/s1/zones/z' metadata { labels "
                     "{ key: 'team' value: 'a' } }"})
                  .empty());
}

TEST_F(DependentsTest, FallbackOfAZoneIsSentWithTheZone) {
  EXPECT_THAT(After({"update Zone(fallback_on_nxdomain) name: 'accounts/s1/zones/z' "
                     "fallback_on_nxdomain: true"})
                  .zones,
              ElementsAre("accounts/s1/zones/z"));
  EXPECT_TRUE(After({"update Zone(comment) name: 'accounts/s1/zones/z' comment: 'c'"}).empty());
}

TEST_F(DependentsTest, VpcTouchesItsViewAndListeners) {
  const Dependents dependents =
      After({"update Vpc(resolver_addresses) name: 'accounts/s1/vpcs/main' resolver_addresses: "
             "'10.1.0.3:53'"});
  EXPECT_THAT(dependents.views, Contains(kSpokeVpc));
  EXPECT_THAT(dependents.listeners, ElementsAre("10.1.0.2:53", "10.1.0.3:53"));
}

TEST_F(DependentsTest, AccountsTouchNothing) {
  EXPECT_TRUE(After({"create Account name: 'accounts/s3'"}).empty());
}

}  // namespace
}  // namespace nave::catalog
