// The life of the three products: launched, updated, terminated, with nothing left.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nave/dns/v1/ledger.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "tests/catalog/workflow/world.h"

namespace nave::catalog::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr char kOut[] = "accounts/spoke1/provisionedProducts/out";
constexpr char kIn[] = "accounts/spoke1/provisionedProducts/in";
constexpr char kPrivate[] = "accounts/spoke1/provisionedProducts/private";
constexpr char kZone[] = "accounts/spoke1/zones/private";

class LifeTest : public WorldTest {
 protected:
  v1::ProvisionedProduct Product(const std::string& name) {
    auto product = Read<v1::ProvisionedProduct>(name);
    EXPECT_TRUE(product.ok()) << product.status();
    return product.ok() ? *product : v1::ProvisionedProduct();
  }
  void UpdateToEnd(const std::string& name, const std::vector<std::string>& parameters) {
    auto response = Update(name, parameters);
    ASSERT_TRUE(response.ok()) << response.status();
    v1::Operation operation = Drive(response->operation().name());
    ASSERT_EQ(operation.state(), v1::Operation::SUCCEEDED) << operation.DebugString();
  }
  void TerminateToEnd(const std::string& name, bool delete_foreign_records = false) {
    auto response = Terminate(name, delete_foreign_records);
    ASSERT_TRUE(response.ok()) << response.status();
    v1::Operation operation = Drive(response->operation().name());
    ASSERT_EQ(operation.state(), v1::Operation::SUCCEEDED) << operation.DebugString();
  }
  // The rows of the VPC ledger that the product made.
  std::vector<std::string> Rows(const std::string& product) {
    std::vector<std::string> rows;
    auto snapshot = store_->Read();
    auto entries = (*snapshot)->Scan(store::Table::kLedgerVpc, "", "", 1000);
    for (const store::Entry& entry : *entries) {
      dns::v1::VpcLedgerRow row;
      row.ParseFromString(entry.value);
      if (row.product() == product) rows.push_back(row.resource() + " on " + row.vpc());
    }
    return rows;
  }
};

TEST_F(LifeTest, OutboundAssociatesTheRulesSharedWithTheAccount) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  v1::ProvisionedProduct product = Product(kOut);
  EXPECT_EQ(product.state(), v1::ProvisionedProduct::AVAILABLE);
  EXPECT_EQ(product.version(), "products/outbound/versions/v1");
  EXPECT_EQ(product.portfolio(), "portfolios/dns");
  EXPECT_EQ(product.launched_by(), "users/ana");
  EXPECT_THAT(product.resources(),
              ElementsAre("accounts/spoke1/ruleAssociations/out.main.hub.corp",
                          "accounts/spoke1/ruleAssociations/out.main.hub.plant"));
  EXPECT_EQ(product.outputs(0).key(), "rule_associations");
  auto association =
      Read<dns::v1::RuleAssociation>("accounts/spoke1/ruleAssociations/out.main.hub.corp");
  ASSERT_TRUE(association.ok());
  EXPECT_EQ(association->metadata().owner(), kOut);
  EXPECT_THAT(Rows(kOut),
              UnorderedElementsAre("accounts/hub/rules/corp on accounts/spoke1/vpcs/main",
                                   "accounts/hub/rules/plant on accounts/spoke1/vpcs/main"));
}

TEST_F(LifeTest, InboundAssociatesTheHubsZoneByTheLaunchRole) {
  LaunchToEnd(kIn, "products/inbound", {"vpc=main"});
  auto association =
      Read<dns::v1::ZoneAssociation>("accounts/hub/zones/cloud/associations/spoke1.main");
  ASSERT_TRUE(association.ok()) << association.status();
  EXPECT_EQ(association->state(), dns::v1::ZoneAssociation::ASSOCIATED);
  EXPECT_EQ(association->zone_consent().via(), dns::v1::Consent::LAUNCH_ROLE);
  EXPECT_THAT(Rows(kIn), ElementsAre("accounts/hub/zones/cloud on accounts/spoke1/vpcs/main"));
  TerminateToEnd(kIn);
  EXPECT_TRUE(Rows(kIn).empty());
}

TEST_F(LifeTest, PrivateMakesTheZoneAndAssociatesTheHubAndOthers) {
  LaunchToEnd(kPrivate, "products/private_dns",
              {"domain_name=spoke1.cloud.example.com", "vpc=second",
               "additional_vpcs=accounts/spoke2/vpcs/main"});
  auto zone = Read<dns::v1::Zone>(kZone);
  ASSERT_TRUE(zone.ok());
  EXPECT_EQ(zone->domain_name(), "spoke1.cloud.example.com.");
  EXPECT_EQ(Rows(kPrivate).size(), 3);
  v1::ProvisionedProduct product = Product(kPrivate);
  EXPECT_EQ(product.resources(0), kZone);
  ASSERT_EQ(product.outputs_size(), 3);
  EXPECT_THAT(product.outputs(2).values(), ElementsAre("127.0.0.1:5301"));
}

TEST_F(LifeTest, UpdateIsADifference) {
  LaunchToEnd(kPrivate, "products/private_dns",
              {"domain_name=spoke1.cloud.example.com", "vpc=main",
               "additional_vpcs=accounts/spoke2/vpcs/main"});
  auto plan = Update(kPrivate,
                     {"domain_name=spoke1.cloud.example.com", "vpc=main", "additional_vpcs=second"},
                     /*validate_only=*/true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->changes_size(), 2);
  EXPECT_EQ(plan->changes(0).action(), v1::PlannedChange::DELETE);
  EXPECT_EQ(plan->changes(0).resource(), "accounts/spoke1/zones/private/associations/spoke2.main");
  EXPECT_EQ(plan->changes(1).action(), v1::PlannedChange::CREATE);
  EXPECT_EQ(plan->changes(1).text(), "spoke1.cloud.example.com. on accounts/spoke1/vpcs/second");
  EXPECT_FALSE(plan->has_operation());
  UpdateToEnd(kPrivate,
              {"domain_name=spoke1.cloud.example.com", "vpc=main", "additional_vpcs=second"});
  EXPECT_THAT(Rows(kPrivate),
              UnorderedElementsAre(std::string(kZone) + " on accounts/hub/vpcs/hub",
                                   std::string(kZone) + " on accounts/spoke1/vpcs/main",
                                   std::string(kZone) + " on accounts/spoke1/vpcs/second"));
  EXPECT_EQ(Product(kPrivate).parameters_size(), 3);
}

TEST_F(LifeTest, UpdateThatChangesNothingSucceeds) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  auto response = Update(kOut, {"vpc=accounts/spoke1/vpcs/main"});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->changes_size(), 0);
  v1::Operation operation = Drive(response->operation().name());
  EXPECT_EQ(operation.state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(operation.committed_revision(), 0);
  EXPECT_EQ(Product(kOut).parameters(0).values(0), "accounts/spoke1/vpcs/main");
}

TEST_F(LifeTest, DomainNameIsImmutable) {
  LaunchToEnd(kPrivate, "products/private_dns",
              {"domain_name=spoke1.cloud.example.com", "vpc=main"});
  std::vector<std::string> other = {"domain_name=other.spoke1.cloud.example.com", "vpc=main"};
  auto plan = Update(kPrivate, other, /*validate_only=*/true);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_EQ(plan->changes(0).action(), v1::PlannedChange::REPLACE);
  EXPECT_EQ(plan->changes(0).resource(), kZone);
  auto refused = Update(kPrivate, other);
  EXPECT_EQ(ReasonOf(refused.status()), api::v1::IMMUTABLE_FIELD);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("terminate the product"));
  EXPECT_EQ(Product(kPrivate).state(), v1::ProvisionedProduct::AVAILABLE);
}

TEST_F(LifeTest, OutboundTakesUpARuleSharedLater) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main", "rule=accounts/hub/rules/corp"});
  EXPECT_EQ(Rows(kOut).size(), 1);
  UpdateToEnd(kOut, {"vpc=main"});
  EXPECT_EQ(Rows(kOut).size(), 2);
  UpdateToEnd(kOut, {"vpc=second", "rule=accounts/hub/rules/plant"});
  EXPECT_THAT(Rows(kOut), ElementsAre("accounts/hub/rules/plant on accounts/spoke1/vpcs/second"));
}

TEST_F(LifeTest, TerminateLeavesNothing) {
  const std::string before = Picture();
  const size_t resources = Count(store::Table::kResources);
  for (const char* name : {kOut, kIn, kPrivate}) {
    const bool outbound = name == kOut;
    LaunchToEnd(name,
                outbound      ? "products/outbound"
                : name == kIn ? "products/inbound"
                              : "products/private_dns",
                name == kPrivate
                    ? std::vector<std::string>{"vpc=main", "domain_name=spoke1.cloud.example.com"}
                    : std::vector<std::string>{"vpc=main"});
  }
  EXPECT_GT(Count(store::Table::kResources), resources);
  for (const char* name : {kPrivate, kIn, kOut}) TerminateToEnd(name);
  std::string after = Picture();
  EXPECT_EQ(before.substr(0, before.find("history")), after.substr(0, after.find("history")));
  EXPECT_GT(Count(store::Table::kHistory, std::string(kOut) + '\0'), 0);
}

TEST_F(LifeTest, ForeignRecordsRefuseTheTermination) {
  LaunchToEnd(kPrivate, "products/private_dns",
              {"domain_name=spoke1.cloud.example.com", "vpc=main"});
  Make<dns::v1::RecordSet>(
      "name: 'accounts/spoke1/zones/private/recordSets/app.spoke1.cloud.example.com./A' "
      "ttl_seconds: 60 rdata: '192.0.2.1'");
  auto refused = Terminate(kPrivate);
  EXPECT_EQ(ReasonOf(refused.status()), api::v1::FOREIGN_RECORDS) << refused.status();
  EXPECT_EQ(Product(kPrivate).state(), v1::ProvisionedProduct::AVAILABLE);
  TerminateToEnd(kPrivate, /*delete_foreign_records=*/true);
  EXPECT_FALSE(Read<dns::v1::Zone>(kZone).ok());
  EXPECT_EQ(Count(store::Table::kResources, std::string(kZone) + "/"), 0);
}

TEST_F(LifeTest, HistoryTellsWhatHappenedInOrder) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  TerminateToEnd(kOut);
  v1::ListHistoryRequest request;
  request.set_name(kOut);
  auto history = provisioner().ListHistory(caller_, request);
  ASSERT_TRUE(history.ok()) << history.status();
  std::vector<std::string> texts;
  store::Revision last = 0;
  for (const v1::HistoryRecord& record : history->records()) {
    texts.push_back(record.text());
    EXPECT_GT(record.revision(), last);
    last = record.revision();
  }
  EXPECT_THAT(texts, ElementsAre("begun", "step 1 done: create RuleAssociation",
                                 "step 2 done: create RuleAssociation", "succeeded", "begun",
                                 "step 1 done: delete RuleAssociation",
                                 "step 2 done: delete RuleAssociation", "succeeded"));
  request.set_page_size(3);
  auto page = provisioner().ListHistory(caller_, request);
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->records_size(), 3);
  request.set_page_token(page->next_page_token());
  auto next = provisioner().ListHistory(caller_, request);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(next->records(0).text(), "succeeded");
}

TEST_F(LifeTest, OperationKnowsTheRevisionsOfItsSteps) {
  auto response = Launch(kOut, "products/outbound", {"vpc=main"});
  ASSERT_TRUE(response.ok());
  EXPECT_GT(response->operation().metadata().revision(), 0);
  v1::Operation operation = Drive(response->operation().name());
  auto association =
      Read<dns::v1::RuleAssociation>("accounts/spoke1/ruleAssociations/out.main.hub.plant");
  ASSERT_TRUE(association.ok());
  EXPECT_EQ(operation.steps(1).revision(), association->metadata().revision());
  EXPECT_EQ(operation.committed_revision(), association->metadata().revision());
  EXPECT_LT(operation.steps(0).revision(), operation.steps(1).revision());
  EXPECT_GT(operation.steps(2).revision(), operation.steps(1).revision());
}

}  // namespace
}  // namespace nave::catalog::testing
