#include "client/stop_signal.h"

#include <gtest/gtest.h>

#include "lib/base/clock.h"
#include "tests/testing/fake_clock.h"

namespace nave::client {
namespace {

TEST(StopSignalTest, ListenersHearItOnce) {
  StopSignal stop;
  int heard = 0, gone = 0;
  {
    StopSignal::Listener listener(stop, [&] { ++gone; });
  }
  StopSignal::Listener listener(stop, [&] { ++heard; });
  stop.Stop();
  stop.Stop();
  EXPECT_EQ(heard, 1);
  EXPECT_EQ(gone, 0);
  StopSignal::Listener late(stop, [&] { ++heard; });
  EXPECT_EQ(heard, 2);
}

TEST(StopSignalTest, APauseEndsWithItsTimeOrTheStop) {
  StopSignal stop;
  nave::testing::JumpingClock clock;
  const absl::Time begin = clock.Now();
  EXPECT_FALSE(stop.Pause(clock, absl::Seconds(3)));
  EXPECT_EQ(clock.Now() - begin, absl::Seconds(3));
  stop.Stop();
  EXPECT_TRUE(stop.Pause(RealClock(), absl::Hours(1)));
}

}  // namespace
}  // namespace nave::client
