#include "lib/base/clock.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

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

TEST(ClockTest, SteadyClockMovesForward) {
  const absl::Time before = SteadyClock().Now();
  EXPECT_GE(SteadyClock().Now(), before);
}

TEST(ClockTest, SteadyClockWaitEndsAtItsDeadline) {
  absl::Mutex mutex;
  absl::CondVar condition;
  absl::MutexLock lock(&mutex);
  for (const absl::Duration wait : {absl::Milliseconds(5), absl::ZeroDuration(), -absl::Hours(9)}) {
    const absl::Time deadline = SteadyClock().Now() + wait;
    while (!SteadyClock().WaitUntil(condition, mutex, deadline)) {
    }
    EXPECT_GE(SteadyClock().Now(), deadline);
  }
}

TEST(ClockTest, SteadyClockWaitEndsAtASignalToo) {
  absl::Mutex mutex;
  absl::CondVar condition;
  bool done = false;
  std::thread signaller([&] {
    absl::MutexLock lock(&mutex);
    done = true;
    condition.Signal();
  });
  {
    absl::MutexLock lock(&mutex);
    while (!done) SteadyClock().WaitUntil(condition, mutex, absl::InfiniteFuture());
  }
  signaller.join();
}

TEST(ClockTest, SteadyClockWakesManyWaitersAtOnce) {
  absl::Mutex mutex;
  absl::CondVar condition;
  const absl::Time deadline = SteadyClock().Now() + absl::Milliseconds(20);
  std::vector<std::thread> waiters;
  for (int i = 0; i < 16; ++i) {
    waiters.emplace_back([&, i] {
      absl::CondVar own;
      absl::MutexLock lock(&mutex);
      // Half of them wait on a condition that goes away with them.
      while (!SteadyClock().WaitUntil(i % 2 == 0 ? own : condition, mutex, deadline)) {
      }
    });
  }
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_GE(SteadyClock().Now(), deadline);
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
