#include "resolver/latency_histogram.h"

#include <gtest/gtest.h>

#include "lib/base/random.h"

namespace nave::resolver {
namespace {

using absl::Microseconds;
using absl::Milliseconds;

TEST(LatencyHistogramTest, FewSamplesSayNothing) {
  LatencyHistogram histogram;
  for (uint32_t i = 1; i < LatencyHistogram::kMinSamples; ++i) histogram.Add(1000);
  EXPECT_EQ(histogram.Percentile(50), absl::InfiniteDuration());
  histogram.Add(1000);
  EXPECT_LT(histogram.Percentile(50), Milliseconds(2));
}

TEST(LatencyHistogramTest, APercentileIsNotBelowWhatItSaysAndAtMostAQuarterAbove) {
  for (const int64_t last : {200, 1000, 7777, 65536, 4000000}) {
    LatencyHistogram histogram;
    // Evenly from 0 to `last`, in another order.
    for (int64_t i = 0; i < 1000; ++i) histogram.Add(last * (i * 7 % 1000) / 1000);
    for (const uint32_t percentile : {50u, 75u, 90u, 95u, 99u}) {
      const auto exact = static_cast<double>(last) * percentile / 100;
      const auto said =
          static_cast<double>(absl::ToInt64Microseconds(histogram.Percentile(percentile)));
      EXPECT_GE(said, exact * 0.995) << last << " " << percentile;
      EXPECT_LE(said, exact * 1.255) << last << " " << percentile;
    }
  }
}

TEST(LatencyHistogramTest, WhatIsOutsideCountsToTheOutermost) {
  LatencyHistogram histogram;
  for (uint32_t i = 0; i < LatencyHistogram::kMinSamples; ++i) {
    histogram.Add(i % 2 == 0 ? -1000 : absl::ToInt64Microseconds(absl::Hours(1)));
  }
  EXPECT_EQ(histogram.Percentile(50), Microseconds(80));
  EXPECT_EQ(histogram.Percentile(99), Microseconds(1 << 23));
}

TEST(LatencyHistogramTest, LaterOnesCountMore) {
  LatencyHistogram histogram;
  for (uint32_t i = 0; i < 10 * LatencyHistogram::kMaxSamples; ++i) histogram.Add(1000);
  for (uint32_t i = 0; i < LatencyHistogram::kMaxSamples; ++i) histogram.Add(50000);
  EXPECT_GT(histogram.Percentile(50), Milliseconds(49)) << "what was long ago weighs as much";
}

}  // namespace
}  // namespace nave::resolver
