// Steps that fail: tried again, given up, redriven, dropped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/governance/times.h"
#include "catalog/workflow/dead_letters.h"
#include "catalog/workflow/retry.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "tests/catalog/workflow/world.h"

namespace nave::catalog::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kOut[] = "accounts/spoke1/provisionedProducts/out";

class FailureTest : public WorldTest {
 protected:
  std::string Begin() {
    auto response = Launch(kOut, "products/outbound", {"vpc=main"});
    EXPECT_TRUE(response.ok()) << response.status();
    Dispatch();
    return response.ok() ? response->operation().name() : "";
  }
  // Takes the place that the second step wants.
  void Block() {
    Make<dns::v1::RuleAssociation>(
        "name: 'accounts/spoke1/ruleAssociations/mine' rule: 'accounts/hub/rules/plant' "
        "vpc: 'accounts/spoke1/vpcs/main'");
  }
  void Unblock() { ASSERT_TRUE(Remove("accounts/spoke1/ruleAssociations/mine").ok()); }
  std::string BeginBlocked() {
    std::string operation = Begin();
    Block();
    EXPECT_EQ(Drive(operation).state(), v1::Operation::FAILED);
    return operation;
  }
  absl::StatusOr<event::v1::DeadLetter> Redrive(const std::string& operation,
                                                const std::string& request_id = "") {
    event::v1::RedriveDeadLetterRequest request;
    request.set_name("deadLetters/" + operation.substr(operation.find('/') + 1));
    request.mutable_mutation()->set_request_id(request_id);
    return DeadLetters(*store_, clock_).Redrive(Admin(), request);
  }
  event::v1::ListDeadLettersResponse Letters() {
    auto letters = DeadLetters(*store_, clock_).List(Admin(), {});
    EXPECT_TRUE(letters.ok()) << letters.status();
    return letters.ok() ? *letters : event::v1::ListDeadLettersResponse();
  }
  v1::ProvisionedProduct Product() {
    auto product = Read<v1::ProvisionedProduct>(kOut);
    EXPECT_TRUE(product.ok()) << product.status();
    return product.ok() ? *product : v1::ProvisionedProduct();
  }
};

TEST_F(FailureTest, TroubleOfTheStoreIsTriedAgainLater) {
  std::string operation = Begin();
  store_->Fail(1, 1);
  StepResult failed = Step(operation);
  EXPECT_EQ(failed.outcome, StepResult::kLater);
  v1::Operation recorded = ReadOperation(operation);
  EXPECT_EQ(recorded.state(), v1::Operation::RUNNING);
  EXPECT_EQ(recorded.steps(0).attempts(), 1);
  EXPECT_THAT(recorded.steps(0).last_error(), HasSubstr("on strike"));
  EXPECT_EQ(TimeOf(recorded.retry_time()), failed.when);
  if (failed.when > clock_.Now()) {
    EXPECT_EQ(Step(operation).outcome, StepResult::kLater);
    EXPECT_EQ(ReadOperation(operation).steps(0).attempts(), 1);
  }
  clock_.Advance(kFirstBackoff);
  v1::Operation done = Drive(operation);
  EXPECT_EQ(done.state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(done.steps(0).attempts(), 2);
  EXPECT_FALSE(done.has_retry_time());
}

TEST_F(FailureTest, FailureThatCannotBeRecordedIsTriedAgainToo) {
  std::string operation = Begin();
  store_->Fail(1, 2);
  StepResult failed = Step(operation);
  EXPECT_EQ(failed.outcome, StepResult::kLater);
  EXPECT_EQ(failed.when, clock_.Now() + kStorePause);
  EXPECT_EQ(ReadOperation(operation).steps(0).attempts(), 0);
  EXPECT_EQ(Drive(operation).state(), v1::Operation::SUCCEEDED);
}

// An error may come although the commit is on disk; then the operation goes on, in this process
// too.
TEST_F(FailureTest, StepThatIsDoneInSpiteOfItsErrorIsFollowedByTheNext) {
  const std::string operation = Begin();
  store_->Fail(1, 1, FaultyStore::Loss::kAfterCommit);
  EXPECT_EQ(Step(operation).outcome, StepResult::kNext);
  EXPECT_EQ(ReadOperation(operation).steps(0).state(), v1::Step::DONE);
  EXPECT_EQ(ReadOperation(operation).steps(0).attempts(), 1);
  EXPECT_EQ(Drive(operation).state(), v1::Operation::SUCCEEDED);
}

TEST_F(FailureTest, GivesUpAfterTheLastTry) {
  std::string operation = Begin();
  for (int i = 1; i < kMaxStepAttempts; ++i) {
    store_->Fail(1, 1);
    ASSERT_EQ(Step(operation).outcome, StepResult::kLater) << i;
    ASSERT_EQ(ReadOperation(operation).state(), v1::Operation::RUNNING) << i;
    // All pauses together are shorter than kStepTimeout, which must not be what ends it.
    clock_.Advance(TimeOf(ReadOperation(operation).retry_time()) - clock_.Now());
  }
  store_->Fail(1, 1);
  EXPECT_EQ(Step(operation).outcome, StepResult::kEnded);
  v1::Operation failed = ReadOperation(operation);
  EXPECT_EQ(failed.state(), v1::Operation::FAILED);
  EXPECT_EQ(failed.reason(), api::v1::STEP_FAILED);
  EXPECT_EQ(Letters().dead_letters(0).attempts(), failed.steps(0).attempts());
}

TEST_F(FailureTest, GivesUpAtTheDeadline) {
  std::string operation = Begin();
  clock_.Advance(kStepTimeout);
  store_->Fail(1, 1);
  EXPECT_EQ(Step(operation).outcome, StepResult::kEnded);
  EXPECT_EQ(ReadOperation(operation).state(), v1::Operation::FAILED);
}

TEST_F(FailureTest, RefusalGivesUpAtOnceAndSaysWhy) {
  std::string operation = BeginBlocked();
  v1::Operation failed = ReadOperation(operation);
  EXPECT_EQ(failed.reason(), api::v1::DUPLICATE_RULE_ON_VPC);
  EXPECT_EQ(failed.failing_step(), 2);
  EXPECT_EQ(failed.steps(0).state(), v1::Step::DONE);
  EXPECT_EQ(failed.steps(1).state(), v1::Step::FAILED);
  EXPECT_EQ(failed.steps(2).state(), v1::Step::WAITING);
  EXPECT_TRUE(failed.has_end_time());
  EXPECT_EQ(Product().state(), v1::ProvisionedProduct::ERROR);
  EXPECT_EQ(Product().resources_size(), 1);
  event::v1::ListDeadLettersResponse letters = Letters();
  ASSERT_EQ(letters.dead_letters_size(), 1);
  EXPECT_EQ(letters.dead_letters(0).operation(), operation);
  EXPECT_EQ(letters.dead_letters(0).step(), 2);
  EXPECT_EQ(letters.dead_letters(0).provisioned_product(), kOut);
}

TEST_F(FailureTest, RedriveGoesOnFromTheStepThatGaveUp) {
  std::string operation = BeginBlocked();
  Unblock();
  auto redriven = Redrive(operation, "once");
  ASSERT_TRUE(redriven.ok()) << redriven.status();
  EXPECT_EQ(Product().state(), v1::ProvisionedProduct::UNDER_CHANGE);
  EXPECT_EQ(Letters().dead_letters_size(), 0);
  v1::Operation done = Drive(operation);
  EXPECT_EQ(done.state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(done.failing_step(), 0);
  EXPECT_TRUE(done.error().empty());
  EXPECT_EQ(done.steps(0).attempts(), 1);
  EXPECT_EQ(Product().state(), v1::ProvisionedProduct::AVAILABLE);
  EXPECT_EQ(Count(store::Table::kWork), 0);
  // The same request id gives the first result again.
  auto again = Redrive(operation, "once");
  EXPECT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(ReasonOf(Redrive(operation, "twice").status()), api::v1::NOT_FOUND);
}

TEST_F(FailureTest, FailedLaunchCanBeTerminatedExactly) {
  BeginBlocked();
  auto response = Terminate(kOut);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->changes_size(), 1);
  EXPECT_EQ(Drive(response->operation().name()).state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(Count(store::Table::kIntents), 0);
  // What another made stays.
  EXPECT_TRUE(Read<dns::v1::RuleAssociation>("accounts/spoke1/ruleAssociations/mine").ok());
}

TEST_F(FailureTest, FailedUpdateTaintsAndKeepsTheParameters) {
  LaunchToEnd(kOut, "products/outbound", {"vpc=main", "rule=accounts/hub/rules/corp"});
  auto response = Update(kOut, {"vpc=main"});
  ASSERT_TRUE(response.ok()) << response.status();
  Block();
  EXPECT_EQ(Drive(response->operation().name()).state(), v1::Operation::FAILED);
  EXPECT_EQ(Product().state(), v1::ProvisionedProduct::TAINTED);
  EXPECT_EQ(Product().parameters_size(), 2);
  Unblock();
  auto again = Update(kOut, {"vpc=main"});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(Drive(again->operation().name()).state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(Product().state(), v1::ProvisionedProduct::AVAILABLE);
  EXPECT_EQ(Product().parameters_size(), 1);
}

TEST_F(FailureTest, RedriveIsRefusedOnceAnotherOperationCame) {
  std::string operation = BeginBlocked();
  auto update = Update(kOut, {"vpc=main", "rule=accounts/hub/rules/corp"});
  ASSERT_TRUE(update.ok()) << update.status();
  EXPECT_EQ(ReasonOf(Redrive(operation).status()), api::v1::UNDER_CHANGE);
  EXPECT_EQ(Drive(update->operation().name()).state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(ReasonOf(Redrive(operation).status()), api::v1::IN_USE);
}

TEST_F(FailureTest, DroppedLetterLeavesTheOperationFailed) {
  std::string operation = BeginBlocked();
  api::v1::DeleteRequest request;
  request.set_name(Letters().dead_letters(0).name());
  request.mutable_mutation()->set_validate_only(true);
  DeadLetters letters(*store_, clock_);
  ASSERT_TRUE(letters.Drop(Admin(), request).ok());
  EXPECT_EQ(Letters().dead_letters_size(), 1);
  request.mutable_mutation()->set_validate_only(false);
  auto dropped = letters.Drop(Admin(), request);
  ASSERT_TRUE(dropped.ok()) << dropped.status();
  EXPECT_GT(dropped->revision(), 0);
  EXPECT_EQ(Letters().dead_letters_size(), 0);
  EXPECT_EQ(Count(store::Table::kWork), 0);
  EXPECT_EQ(ReadOperation(operation).state(), v1::Operation::FAILED);
  EXPECT_EQ(ReasonOf(letters.Drop(Admin(), request).status()), api::v1::NOT_FOUND);
}

TEST_F(FailureTest, LauncherNeitherSeesNorRedrivesLetters) {
  std::string operation = BeginBlocked();
  auto letters = DeadLetters(*store_, clock_).List(caller_, {});
  ASSERT_TRUE(letters.ok());
  EXPECT_EQ(letters->dead_letters_size(), 0);
  event::v1::RedriveDeadLetterRequest request;
  request.set_name(Letters().dead_letters(0).name());
  EXPECT_EQ(ReasonOf(DeadLetters(*store_, clock_).Redrive(caller_, request).status()),
            api::v1::PERMISSION_DENIED);
  Caller stranger = Launcher("accounts/spoke2");
  EXPECT_EQ(ReasonOf(DeadLetters(*store_, clock_).Redrive(stranger, request).status()),
            api::v1::NOT_FOUND);
}

TEST_F(FailureTest, WithoutLiveNodeTheOperationSaysSo) {
  std::string operation = Begin();
  v1::Operation done = Drive(operation);
  EXPECT_EQ(done.state(), v1::Operation::SUCCEEDED);
  EXPECT_THAT(done.conditions(), ElementsAre("no live node serves 'accounts/spoke1/vpcs/main'"));
  EXPECT_EQ(done.served_revision(), 0);
}

TEST_F(FailureTest, SucceededMeansServed) {
  served_.SetNode("nodes/r1", 1);
  std::string operation = Begin();
  EXPECT_EQ(Drive(operation).state(), v1::Operation::RUNNING);
  EXPECT_EQ(Product().state(), v1::ProvisionedProduct::UNDER_CHANGE);
  const store::Revision committed = ReadOperation(operation).committed_revision();
  served_.SetNode("nodes/r1", committed - 1);
  EXPECT_EQ(Step(operation).outcome, StepResult::kLater);
  served_.SetNode("nodes/r1", committed);
  EXPECT_EQ(Step(operation).outcome, StepResult::kEnded);
  v1::Operation done = ReadOperation(operation);
  EXPECT_EQ(done.state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(done.served_revision(), committed);
  EXPECT_TRUE(done.conditions().empty());
}

TEST_F(FailureTest, NodeThatNeverAcknowledgesFailsTheOperation) {
  served_.SetNode("nodes/r1", 1);
  std::string operation = Begin();
  Drive(operation);
  clock_.Advance(kDefaultServedTimeout);
  EXPECT_EQ(Step(operation).outcome, StepResult::kEnded);
  v1::Operation failed = ReadOperation(operation);
  EXPECT_EQ(failed.state(), v1::Operation::FAILED);
  EXPECT_EQ(failed.reason(), api::v1::WAIT_TIMED_OUT);
  EXPECT_THAT(failed.error(), HasSubstr("nodes/r1"));
  served_.SetNode("nodes/r1", failed.committed_revision());
  ASSERT_TRUE(Redrive(operation).ok());
  EXPECT_EQ(Drive(operation).state(), v1::Operation::SUCCEEDED);
}

TEST_F(FailureTest, ConsentThatWasTakenAwayStopsTheStep) {
  caller_ = Launcher("accounts/spoke1");
  auto response =
      Launch("accounts/spoke1/provisionedProducts/in", "products/inbound", {"vpc=main"});
  ASSERT_TRUE(response.ok()) << response.status();
  v1::Product narrow = Parse<v1::Product>("name: 'products/inbound'");
  google::protobuf::FieldMask mask;
  mask.add_paths("launch_role");
  Actor actor;
  actor.caller = Admin();
  actor.now = clock_.Now();
  auto work = [&](store::Transaction& transaction) {
    return UpdateResource(transaction, actor, &narrow, mask);
  };
  ASSERT_TRUE(store::RunTransaction(*store_, work).ok());
  v1::Operation operation = Drive(response->operation().name());
  EXPECT_EQ(operation.state(), v1::Operation::FAILED);
  EXPECT_EQ(operation.reason(), api::v1::CONSENT_MISSING) << operation.error();
}

}  // namespace
}  // namespace nave::catalog::testing
