#include "catalog/workflow/reconciler.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "catalog/workflow/dead_letters.h"
#include "catalog/workflow/operations.h"
#include "lib/base/clock.h"
#include "tests/catalog/workflow/world.h"

namespace nave::catalog::testing {
namespace {

constexpr char kOut[] = "accounts/spoke1/provisionedProducts/out";

// The reconciler's own threads, on the real clock; what is waited for is the operation.
class ReconcilerTest : public WorldTest {
 protected:
  v1::Operation Await(const std::string& operation) {
    v1::WaitOperationRequest request;
    request.set_name(operation);
    auto ended = Operations(*store_, RealClock()).Wait(Admin(), request);
    EXPECT_TRUE(ended.ok()) << ended.status();
    return ended.ok() ? *ended : v1::Operation();
  }
  std::string Begin(const std::string& name, const std::string& vpc) {
    auto response = Launch(name, "products/outbound", {"vpc=" + vpc});
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->operation().name() : "";
  }
};

TEST_F(ReconcilerTest, CarriesOutWhatIsLaunchedWhileItRuns) {
  Reconciler reconciler(*store_, RealClock(), served_);
  ASSERT_TRUE(reconciler.Start().ok());
  EXPECT_EQ(Await(Begin(kOut, "main")).state(), v1::Operation::SUCCEEDED);
  auto terminate = Terminate(kOut);
  ASSERT_TRUE(terminate.ok()) << terminate.status();
  EXPECT_EQ(Await(terminate->operation().name()).state(), v1::Operation::SUCCEEDED);
  reconciler.Stop();
  reconciler.Stop();
  EXPECT_FALSE(Read<v1::ProvisionedProduct>(kOut).ok());
}

TEST_F(ReconcilerTest, TakesUpWhatWasLeftByTheOneBefore) {
  const std::string fresh = Begin(kOut, "main");
  std::string begun = Begin("accounts/spoke1/provisionedProducts/other", "second");
  Dispatch();
  Step(begun);
  Restart();
  Reconciler reconciler(*store_, RealClock(), served_);
  ASSERT_TRUE(reconciler.Start().ok());
  EXPECT_EQ(Await(fresh).state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(Await(begun).state(), v1::Operation::SUCCEEDED);
}

TEST_F(ReconcilerTest, WaitsForResolversWithoutHoldingUpOthers) {
  served_.SetNode("nodes/r1", 1);
  Reconciler reconciler(*store_, RealClock(), served_, {.workers = 1});
  ASSERT_TRUE(reconciler.Start().ok());
  const std::string first = Begin(kOut, "main");
  const std::string second = Begin("accounts/spoke1/provisionedProducts/other", "second");
  // Both have made their changes though neither is served, and there is one worker.
  for (const std::string& operation : {first, second}) {
    v1::WaitOperationRequest request;
    request.set_name(operation);
    request.set_after_revision(1);
    v1::Operation now = ReadOperation(operation);
    while (now.steps(1).state() != v1::Step::DONE) {
      request.set_after_revision(now.metadata().revision());
      now = *Operations(*store_, RealClock()).Wait(Admin(), request);
    }
    EXPECT_EQ(now.state(), v1::Operation::RUNNING);
  }
  served_.SetNode("nodes/r1", store_->current_revision());
  EXPECT_EQ(Await(first).state(), v1::Operation::SUCCEEDED);
  EXPECT_EQ(Await(second).state(), v1::Operation::SUCCEEDED);
}

TEST_F(ReconcilerTest, TroubleOfTheStorePasses) {
  Reconciler reconciler(*store_, RealClock(), served_);
  const std::string operation = Begin(kOut, "main");
  // The admission, then a step and the record of its failure.
  store_->Fail(1, 1);
  ASSERT_TRUE(reconciler.Start().ok());
  v1::Operation ended = Await(operation);
  EXPECT_EQ(ended.state(), v1::Operation::SUCCEEDED);
}

TEST_F(ReconcilerTest, RedriveIsPickedUp) {
  served_.SetNode("nodes/r1", 1);
  Reconciler reconciler(*store_, RealClock(), served_, {.served_timeout = absl::ZeroDuration()});
  ASSERT_TRUE(reconciler.Start().ok());
  v1::Operation failed = Await(Begin(kOut, "main"));
  ASSERT_EQ(failed.state(), v1::Operation::FAILED) << failed.DebugString();
  served_.SetNode("nodes/r1", store_->current_revision());
  event::v1::RedriveDeadLetterRequest request;
  request.set_name("deadLetters/" + failed.name().substr(failed.name().find('/') + 1));
  auto redriven = DeadLetters(*store_, RealClock()).Redrive(Admin(), request);
  ASSERT_TRUE(redriven.ok()) << redriven.status();
  EXPECT_EQ(Await(failed.name()).state(), v1::Operation::SUCCEEDED);
}

TEST_F(ReconcilerTest, ManyLaunchersAtOnce) {
  constexpr int kLaunchers = 8;
  Reconciler reconciler(*store_, RealClock(), served_);
  ASSERT_TRUE(reconciler.Start().ok());
  std::vector<std::string> operations(kLaunchers);
  std::vector<std::thread> threads;
  for (int i = 0; i < kLaunchers; ++i) {
    threads.emplace_back([&, i] {
      Provisioner mine(*store_, RealClock(), products_);
      std::string zone = absl::StrCat("z", i, ".spoke1.cloud.example.com");
      auto response =
          mine.Launch(Launcher("accounts/spoke1"),
                      LaunchRequest(absl::StrCat("accounts/spoke1/provisionedProducts/p", i),
                                    "products/private_dns", {"vpc=main", "domain_name=" + zone}));
      ASSERT_TRUE(response.ok()) << response.status();
      operations[i] = response->operation().name();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& operation : operations) {
    EXPECT_EQ(Await(operation).state(), v1::Operation::SUCCEEDED);
  }
  EXPECT_EQ(Count(store::Table::kLedgerVpc), 2 * kLaunchers);
}

}  // namespace
}  // namespace nave::catalog::testing
