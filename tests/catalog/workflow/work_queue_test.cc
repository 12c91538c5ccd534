#include "catalog/workflow/work_queue.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/testing/fake_clock.h"

namespace nave::catalog {
namespace {

class WorkQueueTest : public ::testing::Test {
 protected:
  nave::testing::FakeClock clock_;
  WorkQueue queue_{clock_};
};

TEST_F(WorkQueueTest, InTheOrderOfTimeThenOfArrival) {
  queue_.Push("b", clock_.Now());
  queue_.Push("a", clock_.Now());
  queue_.Push("early", clock_.Now() - absl::Seconds(1));
  EXPECT_EQ(queue_.Pop(), "early");
  EXPECT_EQ(queue_.Pop(), "b");
  EXPECT_EQ(queue_.Pop(), "a");
}

TEST_F(WorkQueueTest, EarlierTimeWins) {
  queue_.Push("a", clock_.Now() + absl::Hours(1));
  queue_.Push("b", clock_.Now());
  queue_.Push("a", clock_.Now() - absl::Seconds(1));
  queue_.Push("a", clock_.Now() + absl::Hours(2));
  EXPECT_EQ(queue_.Pop(), "a");
  EXPECT_EQ(queue_.Pop(), "b");
  queue_.Close();
  EXPECT_EQ(queue_.Pop(), std::nullopt);
}

TEST_F(WorkQueueTest, OneInWorkComesAgainOnlyAfterDone) {
  queue_.Push("a", clock_.Now());
  EXPECT_EQ(queue_.Pop(), "a");
  queue_.Push("a", clock_.Now());
  queue_.Push("b", clock_.Now());
  EXPECT_EQ(queue_.Pop(), "b");
  queue_.Done("b", std::nullopt);
  queue_.Done("a", std::nullopt);
  EXPECT_EQ(queue_.Pop(), "a");
  queue_.Done("a", clock_.Now());
  EXPECT_EQ(queue_.Pop(), "a");
}

TEST_F(WorkQueueTest, WaitsForTheTime) {
  queue_.Push("a", clock_.Now() + absl::Seconds(10));
  std::optional<std::string> popped;
  std::thread worker([&] { popped = queue_.Pop(); });
  clock_.Advance(absl::Seconds(10));
  worker.join();
  EXPECT_EQ(popped, "a");
}

TEST_F(WorkQueueTest, CloseWakesWhoWaits) {
  std::optional<std::string> popped = "unset";
  std::thread worker([&] { popped = queue_.Pop(); });
  queue_.Close();
  worker.join();
  EXPECT_EQ(popped, std::nullopt);
}

}  // namespace
}  // namespace nave::catalog
