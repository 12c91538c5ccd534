#include "terraform/client/client.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/match.h"
#include "nave/dns/v1/zone.pb.h"
#include "terraform/client/errors.h"
#include "tests/terraform/fake_control_plane.h"

namespace nave::terraform {
namespace {

using catalog::v1::Operation;
using catalog::v1::Step;
using catalog::v1::WaitOperationRequest;

constexpr char kGetZone[] = "nave.dns.v1.ZoneService/GetZone";
constexpr char kGet[] = "nave.catalog.v1.OperationService/GetOperation";
constexpr char kWait[] = "nave.catalog.v1.OperationService/WaitOperation";

Operation OperationIn(Operation::State state, int64_t revision = 1) {
  Operation operation;
  operation.set_name("operations/1");
  operation.set_state(state);
  operation.mutable_metadata()->set_revision(revision);
  Step* step = operation.add_steps();
  step->set_id(1);
  step->set_action("create zone");
  step->set_resource("accounts/a/zones/z");
  return operation;
}

class ClientTest : public ::testing::Test {
 protected:
  FakeWorld world_;
  absl::StatusOr<Operation> Wait(absl::Duration timeout = absl::Minutes(5)) {
    return world_.client.WaitOperation("operations/1", timeout);
  }
};

TEST_F(ClientTest, ACallIsTriedAgainWhileTheServerIsAway) {
  int tries = 0;
  world_.control_plane.On<api::v1::GetRequest, dns::v1::Zone>(
      kGetZone, [&](const api::v1::GetRequest&, dns::v1::Zone* zone) {
        if (++tries < 3) return absl::UnavailableError("away");
        zone->set_comment("here");
        return absl::OkStatus();
      });
  dns::v1::Zone zone;
  EXPECT_TRUE(world_.client.Call(kGetZone, api::v1::GetRequest(), &zone).ok());
  EXPECT_EQ(zone.comment(), "here");
  EXPECT_EQ(tries, 3);
}

TEST_F(ClientTest, TriesAreBoundedAndEndAtTheStop) {
  world_.control_plane.Fails(kGetZone, absl::UnavailableError("away"));
  dns::v1::Zone zone;
  EXPECT_TRUE(absl::IsUnavailable(world_.client.Call(kGetZone, api::v1::GetRequest(), &zone)));
  EXPECT_EQ(world_.control_plane.CountOf(kGetZone), kMaxTries);
  world_.stop.Stop();
  EXPECT_TRUE(absl::IsUnavailable(world_.client.Call(kGetZone, api::v1::GetRequest(), &zone)));
  EXPECT_EQ(world_.control_plane.CountOf(kGetZone), kMaxTries + 1);
}

TEST_F(ClientTest, OtherErrorsAreNotTriedAgain) {
  world_.control_plane.Fails(kGetZone, absl::NotFoundError("gone"));
  dns::v1::Zone zone;
  EXPECT_TRUE(absl::IsNotFound(world_.client.Call(kGetZone, api::v1::GetRequest(), &zone)));
  EXPECT_EQ(world_.control_plane.CountOf(kGetZone), 1);
}

TEST_F(ClientTest, EveryMutationHasAnIdOfItsOwn) {
  const api::v1::Mutation first = world_.client.NewMutation();
  const api::v1::Mutation second = world_.client.NewMutation(/*validate_only=*/true);
  EXPECT_FALSE(first.request_id().empty());
  EXPECT_NE(first.request_id(), second.request_id());
  EXPECT_FALSE(first.validate_only());
  EXPECT_TRUE(second.validate_only());
}

TEST_F(ClientTest, AnOperationIsWaitedForUntilItEnds) {
  world_.control_plane.Returns(kGet, OperationIn(Operation::RUNNING, 7));
  int waits = 0;
  world_.control_plane.On<WaitOperationRequest, Operation>(
      kWait, [&](const WaitOperationRequest& request, Operation* operation) {
        EXPECT_EQ(request.after_revision(), 7 + waits);
        EXPECT_LE(request.timeout().seconds(), 60);
        ++waits;
        *operation = OperationIn(waits == 3 ? Operation::SUCCEEDED : Operation::RUNNING, 7 + waits);
        return absl::OkStatus();
      });
  const auto ended = Wait();
  ASSERT_TRUE(ended.ok()) << ended.status();
  EXPECT_EQ(ended->state(), Operation::SUCCEEDED);
  EXPECT_EQ(waits, 3);
}

TEST_F(ClientTest, ARestartOfTheServerDoesNotEndTheWait) {
  world_.control_plane.Returns(kGet, OperationIn(Operation::RUNNING));
  int waits = 0;
  world_.control_plane.On<WaitOperationRequest, Operation>(
      kWait, [&](const WaitOperationRequest&, Operation* operation) {
        if (++waits == 1) return absl::UnavailableError("stopping");
        *operation = OperationIn(Operation::SUCCEEDED);
        return absl::OkStatus();
      });
  EXPECT_TRUE(Wait().ok());
}

TEST_F(ClientTest, TheWaitHasAnEnd) {
  world_.control_plane.Returns(kGet, OperationIn(Operation::RUNNING));
  world_.control_plane.On<WaitOperationRequest, Operation>(
      kWait, [&](const WaitOperationRequest&, Operation* operation) {
        world_.clock.Advance(absl::Minutes(1));
        *operation = OperationIn(Operation::RUNNING);
        return absl::OkStatus();
      });
  const absl::Status status = Wait(absl::Minutes(3)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "step 1 of 1, create zone accounts/a/zones/z"))
      << status;
  EXPECT_EQ(world_.control_plane.CountOf(kWait), 3);
}

TEST_F(ClientTest, TheStopEndsAWaitThatIsUnderWay) {
  world_.control_plane.Returns(kGet, OperationIn(Operation::RUNNING));
  world_.control_plane.Hangs(kWait);
  std::thread user([this] { world_.stop.Stop(); });
  EXPECT_TRUE(absl::IsCancelled(Wait().status()));
  user.join();
  // What is not a wait goes on.
  world_.control_plane.Returns(kGetZone, dns::v1::Zone());
  dns::v1::Zone zone;
  EXPECT_TRUE(world_.client.Call(kGetZone, api::v1::GetRequest(), &zone).ok());
}

TEST_F(ClientTest, AFailureNamesItsStepAndReason) {
  Operation operation = OperationIn(Operation::FAILED);
  operation.set_failing_step(1);
  operation.set_error("the hub said no");
  operation.set_reason(api::v1::CONSENT_MISSING);
  const absl::Status status = FailureOf(operation);
  EXPECT_EQ(ErrorText(status),
            "operations/1 failed at step 1 of 1 (create zone accounts/a/zones/z): the hub said no "
            "(CONSENT_MISSING)");
  EXPECT_EQ(ReasonOf(status), api::v1::CONSENT_MISSING);
}

}  // namespace
}  // namespace nave::terraform
