#include "cli/operations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/errors.h"
#include "tests/cli/fake_control_plane.h"

namespace nave::cli {
namespace {

using catalog::v1::Operation;
using catalog::v1::WaitOperationRequest;
using governance::v1::WaitServedRequest;
using governance::v1::WaitServedResponse;
using testing::HasSubstr;

constexpr char kGet[] = "nave.catalog.v1.OperationService/GetOperation";
constexpr char kWait[] = "nave.catalog.v1.OperationService/WaitOperation";
constexpr char kServed[] = "nave.governance.v1.NodeService/WaitServed";

Operation MakeOperation(Operation::State state) {
  Operation operation;
  operation.set_name("operations/1");
  operation.mutable_metadata()->set_revision(7);
  operation.set_kind(Operation::LAUNCH);
  operation.set_state(state);
  operation.set_provisioned_product("accounts/a/provisionedProducts/out");
  catalog::v1::Step& step = *operation.add_steps();
  step.set_id(1);
  step.set_action("create association");
  step.set_resource("accounts/a/ruleAssociations/x");
  return operation;
}

TEST(AwaitOperation, AsksForEachChangeUntilTheEnd) {
  FakeControlPlane server;
  server.Returns(kGet, MakeOperation(Operation::RUNNING));
  int waits = 0;
  server.On<WaitOperationRequest, Operation>(
      kWait, [&](const WaitOperationRequest& request, Operation* operation) {
        EXPECT_EQ(request.after_revision(), waits == 0 ? 7 : 8);
        *operation = MakeOperation(++waits == 2 ? Operation::SUCCEEDED : Operation::RUNNING);
        operation->mutable_metadata()->set_revision(8);
        operation->add_conditions("no live node serves accounts/a/vpcs/main");
        return absl::OkStatus();
      });
  FakeSession session(server);
  const auto ended = AwaitOperation(session, "operations/1", absl::Minutes(1));
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), Operation::SUCCEEDED);
  EXPECT_EQ(waits, 2);
  EXPECT_THAT(session.err(), HasSubstr("no live node"));
}

TEST(AwaitOperation, SaysWhichStepFailedAndWhy) {
  FakeControlPlane server;
  Operation failed = MakeOperation(Operation::FAILED);
  failed.set_failing_step(1);
  failed.set_error("the rule is not shared");
  failed.set_reason(api::v1::NOT_SHARED);
  server.Returns(kGet, failed);
  FakeSession session(server);
  const absl::Status status = AwaitOperation(session, "operations/1", absl::Minutes(1)).status();
  EXPECT_EQ(ExitCodeOf(status), kExitFailed);
  EXPECT_EQ(ReasonOf(status), "NOT_SHARED");
  EXPECT_THAT(std::string(status.message()), HasSubstr("step 1 of 1 (create association "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("the rule is not shared"));
}

TEST(AwaitOperation, EndsAtTheDeadlineAndSaysHowToGoOn) {
  FakeControlPlane server;
  server.Returns(kGet, MakeOperation(Operation::RUNNING));
  FakeSession session(server);
  const absl::Status status =
      AwaitOperation(session, "operations/1", absl::ZeroDuration()).status();
  EXPECT_EQ(ExitCodeOf(status), kExitNotServed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nave operation wait operations/1"));
}

TEST(AwaitOperation, AServerThatGoesAwayDoesNotEndTheOperation) {
  FakeControlPlane server;
  server.Returns(kGet, MakeOperation(Operation::RUNNING));
  server.Fails(kWait, absl::UnavailableError("connection refused"));
  FakeSession session(server);
  const absl::Status status = AwaitOperation(session, "operations/1", absl::Minutes(1)).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nave operation wait operations/1"));
}

TEST(OperationCommands, WaitTakesAnIdAndPrintsTheSteps) {
  FakeControlPlane server;
  server.Returns(kGet, MakeOperation(Operation::SUCCEEDED));
  FakeSession session(server);
  EXPECT_TRUE(RunLine(session, AddOperations, {"operation", "wait", "1"}).ok());
  EXPECT_EQ(server.last<api::v1::GetRequest>(kGet).name(), "operations/1");
  EXPECT_THAT(session.out(), HasSubstr("SUCCEEDED"));
}

TEST(OperationCommands, AMalformedTimeoutIsAUsageError) {
  FakeControlPlane server;
  FakeSession session(server);
  EXPECT_EQ(
      ExitCodeOf(RunLine(session, AddOperations, {"operation", "wait", "1", "--timeout", "soon"})),
      kExitUsage);
  EXPECT_THAT(server.calls(), testing::IsEmpty());
}

TEST(WaitServed, NamesTheVpcsAndPrintsWhatIsServed) {
  FakeControlPlane server;
  WaitServedResponse response;
  response.set_served_revision(9);
  response.add_nodes("nodes/r1");
  server.Returns(kServed, response);
  FakeSession session(server);
  ASSERT_TRUE(RunLine(session, AddOperations,
                      {"wait", "--served", "9", "--vpc", "main", "--vpc", "accounts/b/vpcs/x",
                       "--account", "a"})
                  .ok());
  EXPECT_THAT(server.last<WaitServedRequest>(kServed).vpcs(),
              testing::ElementsAre("accounts/a/vpcs/main", "accounts/b/vpcs/x"));
  EXPECT_THAT(session.out(), HasSubstr("nodes/r1"));
}

TEST(WaitServed, IsNotServedInTimeOrWithoutANode) {
  FakeControlPlane server;
  server.Fails(kServed, WithReason(absl::DeadlineExceededError("r1 has 8"), "WAIT_TIMED_OUT"));
  FakeSession session(server);
  EXPECT_EQ(
      ExitCodeOf(RunLine(session, AddOperations, {"wait", "--served", "9", "--timeout", "0s"})),
      kExitNotServed);
  WaitServedResponse nobody;
  nobody.set_no_live_node(true);
  server.Returns(kServed, nobody);
  const absl::Status status = RunLine(session, AddOperations, {"wait", "--served", "9"});
  EXPECT_EQ(ExitCodeOf(status), kExitNotServed);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no live node"));
}

}  // namespace
}  // namespace nave::cli
