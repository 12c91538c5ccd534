#include "lib/base/clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/testing/fake_clock.h"

namespace nave {
namespace {

TEST(ClockTest, RealClockMovesForward) {
  absl::Time before = RealClock().Now();
  EXPECT_GE(RealClock().Now(), before);
}

TEST(ClockTest, RealClockWaitEndsAtItsDeadline) {
  absl::Mutex mutex;
  absl::CondVar condition;
  absl::MutexLock lock(&mutex);
  absl::Time deadline = RealClock().Now() + absl::Milliseconds(5);
  while (!RealClock().WaitUntil(condition, mutex, deadline)) {
  }
  EXPECT_GE(RealClock().Now(), deadline);
}

TEST(ClockTest, FakeClockWakesWhoWaitsWhenItIsAdvanced) {
  testing::FakeClock clock;
  absl::Mutex mutex;
  absl::CondVar condition;
  absl::Time deadline = clock.Now() + absl::Hours(1);
  std::thread waiter([&] {
    absl::MutexLock lock(&mutex);
    while (!clock.WaitUntil(condition, mutex, deadline)) {
    }
  });
  clock.Advance(absl::Hours(2));
  waiter.join();
  EXPECT_GE(clock.Now(), deadline);
}

}  // namespace
}  // namespace nave
