#include "resolver/upstream_health.h"

#include <gtest/gtest.h>

namespace nave::resolver {
namespace {

using absl::Milliseconds;
using absl::Seconds;

const absl::Time kNow = absl::FromUnixSeconds(1700000000);

TEST(TargetHealthTest, IsDownAfterFailuresInARowUntilAReply) {
  TargetHealth health;
  for (int i = 1; i < TargetHealth::kFailuresUntilDown; ++i) health.OnFailure(kNow);
  health.OnReply(Milliseconds(1), kNow);
  for (int i = 1; i < TargetHealth::kFailuresUntilDown; ++i) health.OnFailure(kNow);
  EXPECT_FALSE(health.is_down());
  health.OnFailure(kNow);
  EXPECT_TRUE(health.is_down());
  EXPECT_GE(health.RetryIn(kNow), TargetHealth::kMinBackoff);
  // Its turn has come, and it is down until it answers.
  EXPECT_EQ(health.RetryIn(kNow + Seconds(2)), absl::ZeroDuration());
  EXPECT_TRUE(health.is_down());
  health.OnReply(Milliseconds(1), kNow + Seconds(2));
  EXPECT_FALSE(health.is_down());
  EXPECT_EQ(health.RetryIn(kNow), absl::ZeroDuration());
}

TEST(TargetHealthTest, BackoffDoublesUpToItsBound) {
  TargetHealth health;
  for (int i = 0; i < TargetHealth::kFailuresUntilDown; ++i) health.OnFailure(kNow);
  absl::Duration expected = TargetHealth::kMinBackoff;
  absl::Time now = kNow;
  for (int i = 0; i < 10; ++i) {
    const absl::Duration backoff = health.RetryIn(now);
    EXPECT_GE(backoff, expected);
    EXPECT_LE(backoff, expected * 5 / 4) << "more jitter than a quarter";
    // Of a question that left before.
    health.OnFailure(now + backoff / 2);
    EXPECT_EQ(health.RetryIn(now), backoff);
    now += backoff;
    health.OnFailure(now);
    expected = std::min(expected * 2, TargetHealth::kMaxBackoff);
  }
  EXPECT_EQ(expected, TargetHealth::kMaxBackoff);
}

TEST(TargetHealthTest, PatienceFollowsTheRoundTripsWithinItsBounds) {
  TargetHealth health;
  EXPECT_EQ(health.Patience(), TargetHealth::kDefaultPatience);
  for (int i = 0; i < 100; ++i) health.OnReply(Milliseconds(1), kNow);
  EXPECT_EQ(health.Patience(), TargetHealth::kMinPatience);
  for (int i = 0; i < 100; ++i) health.OnReply(Milliseconds(600), kNow);
  EXPECT_GE(health.Patience(), Milliseconds(599));
  EXPECT_LE(health.Patience(), Milliseconds(610));
  for (int i = 0; i < 100; ++i) health.OnReply(Seconds(9), kNow);
  EXPECT_EQ(health.Patience(), TargetHealth::kMaxPatience);
}

TEST(TargetHealthTest, WhatWasNotAskedForLongIsExpectedToBeFaster) {
  TargetHealth health;
  EXPECT_EQ(health.ExpectedRoundTrip(kNow), absl::ZeroDuration());
  health.OnAsk(kNow);
  EXPECT_EQ(health.ExpectedRoundTrip(kNow), TargetHealth::kDefaultPatience)
      << "all would wait for the first reply";
  EXPECT_EQ(health.ExpectedRoundTrip(kNow + Seconds(1)), absl::ZeroDuration());
  health.OnReply(Milliseconds(64), kNow);
  EXPECT_EQ(health.ExpectedRoundTrip(kNow), Milliseconds(64));
  EXPECT_EQ(health.ExpectedRoundTrip(kNow + 3 * TargetHealth::kMeasureLife), Milliseconds(8));
  EXPECT_LT(health.ExpectedRoundTrip(kNow + absl::Hours(1000000)), absl::Microseconds(1));
  health.OnAsk(kNow + absl::Hours(1));
  EXPECT_EQ(health.ExpectedRoundTrip(kNow + absl::Hours(1)), Milliseconds(64));
}

TEST(TargetHealthTest, HedgesHaveAShareOfTheQuestionsAndABurst) {
  TargetHealth health;
  int hedges = 0;
  while (health.TakeHedge()) ++hedges;
  EXPECT_EQ(hedges, TargetHealth::kHedgesAtOnce);
  for (int i = 0; i < 1000; ++i) {
    health.OnAsk(kNow);
    hedges += health.TakeHedge() ? 1 : 0;
  }
  EXPECT_EQ(hedges, TargetHealth::kHedgesAtOnce + 1000 * TargetHealth::kHedgeShare / 100);
}

TEST(HealthTableTest, IsBoundedAndForgetsWhatIsIdle) {
  HealthTable table;
  for (uint32_t i = 0; i < HealthTable::kMaxTargets + 100; ++i) {
    const std::array<uint8_t, 4> octets = {10, static_cast<uint8_t>(i >> 16),
                                           static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)};
    TargetHealth* health = table.Get({net::IpAddress::FromBytes(octets), 53});
    for (int j = 0; j < 3; ++j) health->OnFailure(kNow);
  }
  EXPECT_EQ(table.size(), HealthTable::kMaxTargets);
  EXPECT_EQ(table.CountDown(), HealthTable::kMaxTargets);
  table.Tick(kNow + HealthTable::kIdleLife);
  EXPECT_EQ(table.size(), 0u);
}

TEST(HealthTableTest, EachTargetHasItsOwnUntilItIsForgotten) {
  HealthTable table;
  const net::Endpoint first = *net::Endpoint::Parse("192.0.2.1:53");
  const net::Endpoint second = *net::Endpoint::Parse("192.0.2.2:53");
  table.Get(first)->OnFailure(kNow);
  EXPECT_EQ(table.Get(first)->failures(), 1);
  EXPECT_EQ(table.Get(second)->failures(), 0);
  table.Get(second)->OnFailure(kNow);
  table.Get(second)->OnFailure(kNow);
  EXPECT_EQ(table.Get(first)->failures(), 1);
  EXPECT_EQ(table.Get(second)->failures(), 2);
  // The one that was got last has gone with the others.
  table.Tick(kNow + HealthTable::kIdleLife);
  EXPECT_EQ(table.Get(second)->failures(), 0);
}

}  // namespace
}  // namespace nave::resolver
