// A process that ends anywhere: whatever was acknowledged is finished after a restart, in the same
// state.
#include <gtest/gtest.h>

#include "catalog/workflow/provisioner.h"
#include "tests/catalog/workflow/world.h"

namespace nave::catalog::testing {
namespace {

constexpr char kPrivate[] = "accounts/spoke1/provisionedProducts/private";
constexpr int kMaxRuns = 200;

class CrashTest : public WorldTest {
 protected:
  v1::LaunchProductRequest PrivateRequest() {
    v1::LaunchProductRequest request =
        LaunchRequest(kPrivate, "products/private_dns",
                      {"domain_name=spoke1.cloud.example.com", "vpc=main",
                       "additional_vpcs=accounts/spoke2/vpcs/main"});
    request.mutable_mutation()->set_request_id("launch");
    return request;
  }
  v1::TerminateProvisionedProductRequest TerminateRequest(const std::string& request_id) {
    v1::TerminateProvisionedProductRequest request;
    request.set_name(kPrivate);
    request.mutable_mutation()->set_request_id(request_id);
    return request;
  }
  // What the picture is after an undisturbed launch and after a termination of it.
  void DrawPictures() {
    WorldTest::LaunchToEnd(kPrivate, "products/private_dns",
                           {"domain_name=spoke1.cloud.example.com", "vpc=main",
                            "additional_vpcs=accounts/spoke2/vpcs/main"});
    launched_ = Picture();
    auto response = provisioner().Terminate(caller_, TerminateRequest("draw"));
    ASSERT_TRUE(response.ok());
    Drive(response->operation().name());
    terminated_ = Picture();
  }
  std::string WithoutHistory(const std::string& picture) {
    size_t at = picture.find("history ");
    return picture.substr(0, at) + picture.substr(picture.find('\n', at));
  }

  std::string launched_, terminated_;
};

TEST_F(CrashTest, RestartAfterEveryStepEndsInTheSameState) {
  DrawPictures();
  auto launch = provisioner().Launch(caller_, PrivateRequest());
  ASSERT_TRUE(launch.ok()) << launch.status();
  Restart();
  Dispatch();
  StepResult result;
  int steps = 0;
  do {
    Restart();
    result = Step(launch->operation().name());
    ++steps;
  } while (result.outcome == StepResult::kNext && steps < kMaxRuns);
  EXPECT_EQ(steps, 5);
  EXPECT_EQ(WithoutHistory(Picture()), WithoutHistory(launched_));
  auto terminate = provisioner().Terminate(caller_, TerminateRequest("end"));
  ASSERT_TRUE(terminate.ok()) << terminate.status();
  Dispatch();
  do {
    Restart();
    result = Step(terminate->operation().name());
  } while (result.outcome == StepResult::kNext);
  EXPECT_EQ(WithoutHistory(Picture()), WithoutHistory(terminated_));
}

// Fails the k-th commit and everything after it, as a process does that is killed there, for k = 1,
// 2, ... until the launch goes through without reaching it.
TEST_F(CrashTest, KilledAtAnyCommitOfALaunchItEndsInTheSameState) {
  DrawPictures();
  const size_t history = Count(store::Table::kHistory);
  size_t in_one_run = 0;
  int killed = 0;
  for (int k = 1; k < kMaxRuns; ++k) {
    const size_t before = Count(store::Table::kHistory);
    v1::LaunchProductRequest request = PrivateRequest();
    request.mutable_mutation()->set_request_id("launch" + std::to_string(k));
    store_->Fail(k, kMaxRuns);
    auto launch = provisioner().Launch(caller_, request);
    bool reached = !launch.ok();
    if (launch.ok()) {
      Dispatcher dispatcher(*store_, clock_);
      auto changes = *(*store_->Watch(*dispatcher.Cursor()))->Next(clock_.Now(), 1000);
      reached = !dispatcher.Apply(changes).ok();
      while (!reached) {
        StepResult result = Step(launch->operation().name());
        reached = result.outcome == StepResult::kLater;
        if (result.outcome == StepResult::kEnded) break;
      }
    }
    killed += reached ? 1 : 0;
    Restart();
    // The client, which got no answer or an error, asks again with the same id.
    auto again = provisioner().Launch(caller_, request);
    ASSERT_TRUE(again.ok()) << k << ": " << again.status();
    v1::Operation operation = Drive(again->operation().name());
    ASSERT_EQ(operation.state(), v1::Operation::SUCCEEDED) << k << operation.DebugString();
    ASSERT_EQ(WithoutHistory(Picture()), WithoutHistory(launched_)) << k;
    auto terminate = provisioner().Terminate(caller_, TerminateRequest("end" + std::to_string(k)));
    ASSERT_TRUE(terminate.ok()) << k << terminate.status();
    Drive(terminate->operation().name());
    ASSERT_EQ(WithoutHistory(Picture()), WithoutHistory(terminated_)) << k;
    // Every run tells the same story, each row once.
    const size_t rows = Count(store::Table::kHistory) - before;
    if (in_one_run == 0) in_one_run = rows;
    ASSERT_EQ(rows, in_one_run) << k;
    if (!reached) break;
  }
  EXPECT_EQ(in_one_run, history);
  // The launch itself, the dispatcher, four resources, the end.
  EXPECT_EQ(killed, 7);
}

TEST_F(CrashTest, EventIsAdmittedOnceHoweverOftenItIsRead) {
  auto launch = provisioner().Launch(caller_, PrivateRequest());
  ASSERT_TRUE(launch.ok());
  auto watcher = store_->Watch(0);
  ASSERT_TRUE(watcher.ok());
  auto changes = (*watcher)->Next(clock_.Now(), 1000);
  ASSERT_TRUE(changes.ok());
  Dispatcher dispatcher(*store_, clock_);
  auto first = dispatcher.Apply(*changes);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->size(), 1);
  auto second = dispatcher.Apply(*changes);
  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->empty());
  auto listed = dispatcher.ListAgain();
  ASSERT_TRUE(listed.ok());
  EXPECT_TRUE(listed->empty());
  EXPECT_EQ(*dispatcher.Admitted(), std::vector<std::string>{launch->operation().name()});
}

TEST_F(CrashTest, ListingAgainFindsWhatTheLogNoLongerHas) {
  auto launch = provisioner().Launch(caller_, PrivateRequest());
  ASSERT_TRUE(launch.ok());
  Dispatcher dispatcher(*store_, clock_);
  auto admitted = dispatcher.ListAgain();
  ASSERT_TRUE(admitted.ok());
  EXPECT_EQ(*admitted, std::vector<std::string>{launch->operation().name()});
  EXPECT_EQ(*dispatcher.Cursor(), store_->current_revision() - 1);
  EXPECT_EQ(Drive(launch->operation().name()).state(), v1::Operation::SUCCEEDED);
}

}  // namespace
}  // namespace nave::catalog::testing
