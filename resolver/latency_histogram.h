// Round-trip times of one target, the later ones counting more: their percentiles, in constant
// memory. One thread.
#ifndef NAVE_RESOLVER_LATENCY_HISTOGRAM_H_
#define NAVE_RESOLVER_LATENCY_HISTOGRAM_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace nave::resolver {

class LatencyHistogram {
 public:
  // Fewer say nothing of a percentile; above the other, all counts are halved.
  static constexpr uint32_t kMinSamples = 32;
  static constexpr uint32_t kMaxSamples = 2048;

  void Add(int64_t microseconds);
  // At least so long did `percentile` of 100 take at most, within a quarter; infinite for want of
  // samples. REQUIRES: percentile <= 100.
  absl::Duration Percentile(uint32_t percentile) const;

 private:
  // Four for each doubling, from 64 µs to 8 s; what is outside counts to the outermost.
  static constexpr int kFirstOctave = 6;
  static constexpr int kOctaves = 17;
  static constexpr size_t kBuckets = 4 * kOctaves;

  static size_t BucketOf(uint64_t microseconds);
  static uint64_t UpperBound(size_t bucket);

  std::array<uint16_t, kBuckets> counts_{};
  uint32_t samples_ = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_LATENCY_HISTOGRAM_H_
