#include "catalog/workflow/provisioner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/workflow/operations.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "tests/catalog/workflow/world.h"

namespace nave::catalog::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kOut[] = "accounts/spoke1/provisionedProducts/out";

class ProvisionerTest : public WorldTest {
 protected:
  Reason LaunchReason(const std::string& name, const std::string& version,
                      const std::vector<std::string>& parameters) {
    auto response = Launch(name, version, parameters);
    EXPECT_FALSE(response.ok()) << response->ShortDebugString();
    return ReasonOf(response.status());
  }
  template <typename T>
  void Change(const std::string& text, const std::string& path) {
    T resource = Parse<T>(text);
    google::protobuf::FieldMask mask;
    mask.add_paths(path);
    Actor actor;
    actor.caller = Admin();
    actor.now = clock_.Now();
    auto work = [&](store::Transaction& transaction) {
      return UpdateResource(transaction, actor, &resource, mask);
    };
    absl::Status changed = store::RunTransaction(*store_, work).status();
    ASSERT_TRUE(changed.ok()) << changed;
  }
};

TEST_F(ProvisionerTest, PlanAloneBeginsNothing) {
  const std::string before = Picture();
  v1::LaunchProductRequest request = LaunchRequest(kOut, "products/outbound", {"vpc=main"});
  request.mutable_mutation()->set_validate_only(true);
  request.mutable_mutation()->set_request_id("dry");
  auto plan = provisioner().Launch(caller_, request);
  ASSERT_TRUE(plan.ok()) << plan.status();
  EXPECT_FALSE(plan->has_operation());
  ASSERT_EQ(plan->changes_size(), 2);
  EXPECT_EQ(plan->changes(0).action(), v1::PlannedChange::CREATE);
  EXPECT_EQ(plan->changes(0).text(), "corp.example.com. on accounts/spoke1/vpcs/main");
  EXPECT_EQ(Picture(), before);
  EXPECT_EQ(Count(store::Table::kRequests), 0);
}

TEST_F(ProvisionerTest, LaunchAnswersWithARunningOperation) {
  auto response = Launch(kOut, "products/outbound", {"vpc=main"});
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Operation& operation = response->operation();
  EXPECT_EQ(operation.state(), v1::Operation::RUNNING);
  EXPECT_EQ(operation.kind(), v1::Operation::LAUNCH);
  EXPECT_EQ(operation.principal(), "users/ana");
  ASSERT_EQ(operation.steps_size(), 3);
  EXPECT_EQ(operation.steps(0).state(), v1::Step::WAITING);
  EXPECT_EQ(operation.steps(2).action(), "wait until served");
  auto product = provisioner().Get(caller_, kOut);
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->state(), v1::ProvisionedProduct::UNDER_CHANGE);
  EXPECT_EQ(product->operation(), operation.name());
}

TEST_F(ProvisionerTest, SameRequestIdMakesOneLaunch) {
  v1::LaunchProductRequest request = LaunchRequest(kOut, "products/outbound", {"vpc=main"});
  request.mutable_mutation()->set_request_id("r1");
  auto first = provisioner().Launch(caller_, request);
  ASSERT_TRUE(first.ok());
  Drive(first->operation().name());
  auto second = provisioner().Launch(caller_, request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(Count(store::Table::kOperations), 1);
  request.mutable_provisioned_product()->set_name("accounts/spoke1/provisionedProducts/other");
  EXPECT_EQ(ReasonOf(provisioner().Launch(caller_, request).status()), api::v1::REQUEST_ID_REUSED);
}

TEST_F(ProvisionerTest, ChangeOfAProductUnderChangeIsRefused) {
  ASSERT_TRUE(Launch(kOut, "products/outbound", {"vpc=main"}).ok());
  EXPECT_EQ(ReasonOf(Update(kOut, {"vpc=second"}).status()), api::v1::UNDER_CHANGE);
  EXPECT_EQ(ReasonOf(Terminate(kOut).status()), api::v1::UNDER_CHANGE);
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {"vpc=main"}), api::v1::ALREADY_EXISTS);
}

TEST_F(ProvisionerTest, StaleEtagIsRefused) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  v1::TerminateProvisionedProductRequest request;
  request.set_name(kOut);
  request.set_etag("r1");
  EXPECT_EQ(ReasonOf(provisioner().Terminate(caller_, request).status()), api::v1::STALE_ETAG);
  request.set_etag(provisioner().Get(caller_, kOut)->metadata().etag());
  EXPECT_TRUE(provisioner().Terminate(caller_, request).ok());
}

TEST_F(ProvisionerTest, LauncherLaunchesInItsAccountAlone) {
  EXPECT_EQ(
      LaunchReason("accounts/spoke2/provisionedProducts/out", "products/outbound", {"vpc=main"}),
      api::v1::PERMISSION_DENIED);
  caller_.role = governance::v1::Token::NETWORK_ADMIN;
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {"vpc=main"}), api::v1::PERMISSION_DENIED);
}

TEST_F(ProvisionerTest, GrantsReachByUnitPrincipalAndAccount) {
  // The unit's grant does not reach the lab.
  Make<governance::v1::Account>("name: 'accounts/lab2'");
  caller_ = Launcher("accounts/lab");
  const char* name = "accounts/lab/provisionedProducts/in";
  EXPECT_EQ(LaunchReason(name, "products/inbound", {"vpc=x"}), api::v1::LAUNCH_NOT_GRANTED);
  Make<v1::AccessGrant>("name: 'portfolios/dns/accessGrants/lab' grantee: 'accounts/lab'");
  EXPECT_EQ(LaunchReason(name, "products/inbound", {"vpc=x"}), api::v1::INVALID_PARAMETER);
  caller_ = Launcher("accounts/lab2");
  const char* other = "accounts/lab2/provisionedProducts/in";
  EXPECT_EQ(LaunchReason(other, "products/inbound", {"vpc=x"}), api::v1::LAUNCH_NOT_GRANTED);
  Make<v1::AccessGrant>("name: 'portfolios/dns/accessGrants/ana' grantee: 'users/ana'");
  EXPECT_EQ(LaunchReason(other, "products/inbound", {"vpc=x"}), api::v1::INVALID_PARAMETER);
}

TEST_F(ProvisionerTest, GrantThatIsTakenAwayStopsLaunchesAndUpdatesButNotTermination) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  ASSERT_TRUE(Remove("portfolios/dns/accessGrants/workloads").ok());
  EXPECT_EQ(
      LaunchReason("accounts/spoke1/provisionedProducts/o2", "products/outbound", {"vpc=second"}),
      api::v1::LAUNCH_NOT_GRANTED);
  EXPECT_EQ(ReasonOf(Update(kOut, {"vpc=second"}).status()), api::v1::LAUNCH_NOT_GRANTED);
  EXPECT_TRUE(Terminate(kOut).ok());
}

TEST_F(ProvisionerTest, NewestActiveVersionIsTaken) {
  clock_.Advance(absl::Seconds(1));
  Make<v1::ProductVersion>("name: 'products/outbound/versions/a-later-one'");
  Make<v1::ProductVersion>("name: 'products/outbound/versions/v3' state: DEPRECATED");
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  EXPECT_EQ(provisioner().Get(caller_, kOut)->version(), "products/outbound/versions/a-later-one");
  EXPECT_EQ(LaunchReason("accounts/spoke1/provisionedProducts/o2", "products/outbound/versions/v3",
                         {"vpc=second"}),
            api::v1::VERSION_NOT_ACTIVE);
}

TEST_F(ProvisionerTest, InactiveVersionCanOnlyBeLeft) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  Make<v1::ProductVersion>("name: 'products/outbound/versions/v2'");
  Change<v1::ProductVersion>("name: 'products/outbound/versions/v1' state: INACTIVE", "state");
  EXPECT_EQ(ReasonOf(Update(kOut, {"vpc=second"}).status()), api::v1::VERSION_NOT_ACTIVE);
  v1::UpdateProvisionedProductRequest request;
  *request.mutable_provisioned_product() =
      LaunchRequest(kOut, "products/outbound/versions/v2", {"vpc=second"}).provisioned_product();
  auto moved = provisioner().Update(caller_, request);
  ASSERT_TRUE(moved.ok()) << moved.status();
  Drive(moved->operation().name());
  EXPECT_EQ(provisioner().Get(caller_, kOut)->version(), "products/outbound/versions/v2");
}

TEST_F(ProvisionerTest, UpdateDoesNotChangeTheProduct) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  v1::UpdateProvisionedProductRequest request;
  *request.mutable_provisioned_product() =
      LaunchRequest(kOut, "products/inbound", {"vpc=main"}).provisioned_product();
  EXPECT_EQ(ReasonOf(provisioner().Update(caller_, request).status()), api::v1::INVALID_FIELD);
}

TEST_F(ProvisionerTest, ParametersAreChecked) {
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {}), api::v1::INVALID_PARAMETER);
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {"vpc=main", "vcp=main"}),
            api::v1::INVALID_PARAMETER);
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {"vpc=main", "vpc=second"}),
            api::v1::INVALID_PARAMETER);
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {"vpc=none"}), api::v1::INVALID_PARAMETER);
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {"vpc=accounts/spoke2/vpcs/main"}),
            api::v1::INVALID_PARAMETER);
  EXPECT_EQ(LaunchReason("accounts/spoke1/provisionedProducts/in", "products/inbound",
                         {"vpc=main", "hub_zone=accounts/hub/zones/cloud"}),
            api::v1::INVALID_PARAMETER);
  EXPECT_EQ(LaunchReason(kOut, "products/none", {"vpc=main"}), api::v1::NOT_FOUND);
  EXPECT_EQ(LaunchReason(kOut, "accounts/spoke1", {"vpc=main"}), api::v1::INVALID_FIELD);
  EXPECT_EQ(LaunchReason("provisionedProducts/out", "products/outbound", {"vpc=main"}),
            api::v1::INVALID_NAME);
}

TEST_F(ProvisionerTest, WhatGovernanceWouldRefuseIsRefusedAtOnce) {
  Make<dns::v1::RuleAssociation>(
      "name: 'accounts/spoke1/ruleAssociations/mine' rule: 'accounts/hub/rules/corp' "
      "vpc: 'accounts/spoke1/vpcs/main'");
  EXPECT_EQ(LaunchReason(kOut, "products/outbound", {"vpc=main"}), api::v1::DUPLICATE_RULE_ON_VPC);
  EXPECT_EQ(LaunchReason("accounts/spoke1/provisionedProducts/p", "products/private_dns",
                         {"vpc=main", "domain_name=spoke2.cloud.example.com"}),
            api::v1::NO_NAMESPACE_GRANT);
  EXPECT_EQ(Count(store::Table::kOperations), 0);
}

TEST_F(ProvisionerTest, AccountThatIsNotActiveLaunchesNothing) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  Change<governance::v1::Account>("name: 'accounts/spoke1' state: SUSPENDED", "state");
  EXPECT_EQ(
      LaunchReason("accounts/spoke1/provisionedProducts/o2", "products/outbound", {"vpc=second"}),
      api::v1::ACCOUNT_NOT_ACTIVE);
  EXPECT_TRUE(Terminate(kOut).ok());
}

TEST_F(ProvisionerTest, VersionInUseCannotBeDeleted) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  EXPECT_EQ(ReasonOf(Remove("products/outbound/versions/v1")), api::v1::IN_USE);
}

TEST_F(ProvisionerTest, WhatAProductMadeIsChangedThroughItAlone) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  EXPECT_EQ(ReasonOf(Remove("accounts/spoke1/ruleAssociations/out.main.hub.corp")),
            api::v1::OWNED_BY_PRODUCT);
}

TEST_F(ProvisionerTest, ListsAndReadsByRight) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main"});
  api::v1::ListRequest request;
  auto own = provisioner().List(caller_, request);
  ASSERT_TRUE(own.ok()) << own.status();
  ASSERT_EQ(own->provisioned_products_size(), 1);
  EXPECT_GT(own->provisioned_products(0).metadata().revision(), 0);
  request.set_filter("state = \"ERROR\"");
  EXPECT_EQ(provisioner().List(caller_, request)->provisioned_products_size(), 0);
  request.set_filter("");
  request.set_parent("accounts/spoke1");
  EXPECT_EQ(provisioner().List(Admin(), request)->provisioned_products_size(), 1);
  Caller stranger = Launcher("accounts/spoke2");
  EXPECT_EQ(provisioner().List(stranger, request)->provisioned_products_size(), 0);
  EXPECT_EQ(ReasonOf(provisioner().Get(stranger, kOut).status()), api::v1::NOT_FOUND);
  v1::ListHistoryRequest history;
  history.set_name(kOut);
  EXPECT_EQ(ReasonOf(provisioner().ListHistory(stranger, history).status()), api::v1::NOT_FOUND);
  request.set_page_token("none");
  EXPECT_EQ(ReasonOf(provisioner().List(caller_, request).status()), api::v1::INVALID_QUERY);
}

TEST_F(ProvisionerTest, OperationsAreReadByTheirPrincipalAndWhoReadsTheProduct) {
  auto response = Launch(kOut, "products/outbound", {"vpc=main"});
  ASSERT_TRUE(response.ok());
  const std::string name = response->operation().name();
  Operations operations(*store_, clock_);
  EXPECT_TRUE(operations.Get(caller_, name).ok());
  EXPECT_TRUE(operations.Get(Admin(), name).ok());
  Caller stranger = Launcher("accounts/spoke2");
  stranger.principal = "users/ben";
  EXPECT_EQ(ReasonOf(operations.Get(stranger, name).status()), api::v1::NOT_FOUND);
  EXPECT_EQ(operations.List(stranger, {})->operations_size(), 0);
  api::v1::ListRequest running;
  running.set_filter("state = \"RUNNING\"");
  EXPECT_EQ(operations.List(caller_, running)->operations_size(), 1);
  running.set_filter("state = \"FAILED\"");
  EXPECT_EQ(operations.List(caller_, running)->operations_size(), 0);
}

TEST_F(ProvisionerTest, WaitEndsAtTheTimeAndByRevision) {
  auto response = Launch(kOut, "products/outbound", {"vpc=main"});
  ASSERT_TRUE(response.ok());
  Operations operations(*store_, clock_);
  v1::WaitOperationRequest request;
  request.set_name(response->operation().name());
  request.mutable_timeout()->set_seconds(0);
  auto running = operations.Wait(caller_, request);
  ASSERT_TRUE(running.ok());
  EXPECT_EQ(running->state(), v1::Operation::RUNNING);
  request.clear_timeout();
  EXPECT_TRUE(operations.Wait(caller_, request, [] { return true; }).ok());
  request.set_after_revision(running->metadata().revision());
  Dispatch();
  Step(request.name());
  auto moved = operations.Wait(caller_, request);
  ASSERT_TRUE(moved.ok());
  EXPECT_EQ(moved->steps(0).state(), v1::Step::DONE);
  request.clear_after_revision();
  Drive(request.name());
  EXPECT_EQ(operations.Wait(caller_, request)->state(), v1::Operation::SUCCEEDED);
  request.mutable_timeout()->set_seconds(-1);
  EXPECT_EQ(ReasonOf(operations.Wait(caller_, request).status()), api::v1::INVALID_FIELD);
}

// However often others come between, the plan is tried out on the very state that is changed.
TEST_F(ProvisionerTest, OperationsThatOthersBeatAreDecidedByTheWriter) {
  constexpr char kName[] = "accounts/spoke1/provisionedProducts/beaten";
  constexpr int kAlways = 1000;
  store_->Abort(kAlways);
  auto launched = Launch(kName, "products/outbound", {"vpc=main"});
  store_->Abort(0);
  ASSERT_TRUE(launched.ok()) << launched.status();
  ASSERT_EQ(Drive(launched->operation().name()).state(), v1::Operation::SUCCEEDED);
  store_->Abort(kAlways);
  auto updated = Update(kName, {"vpc=main", "rule=accounts/hub/rules/corp"});
  store_->Abort(0);
  ASSERT_TRUE(updated.ok()) << updated.status();
  ASSERT_EQ(Drive(updated->operation().name()).state(), v1::Operation::SUCCEEDED);
  store_->Abort(kAlways);
  auto terminated = Terminate(kName);
  store_->Abort(0);
  ASSERT_TRUE(terminated.ok()) << terminated.status();
  EXPECT_EQ(Drive(terminated->operation().name()).state(), v1::Operation::SUCCEEDED);
}

}  // namespace
}  // namespace nave::catalog::testing
