#include "resolver/latency_histogram.h"

#include <algorithm>

#include "absl/numeric/bits.h"

namespace nave::resolver {

size_t LatencyHistogram::BucketOf(uint64_t microseconds) {
  const uint64_t least = uint64_t{1} << kFirstOctave;
  const uint64_t value = std::max(microseconds, least);
  const int octave = absl::bit_width(value) - 1;
  const size_t quarter = value >> (octave - 2) & 3;
  return std::min<size_t>(4 * static_cast<size_t>(octave - kFirstOctave) + quarter, kBuckets - 1);
}

uint64_t LatencyHistogram::UpperBound(size_t bucket) {
  return (5 + bucket % 4) << (kFirstOctave - 2 + bucket / 4);
}

void LatencyHistogram::Add(int64_t microseconds) {
  ++counts_[BucketOf(static_cast<uint64_t>(std::max<int64_t>(0, microseconds)))];
  if (++samples_ < kMaxSamples) return;
  samples_ = 0;
  for (uint16_t& count : counts_) samples_ += count /= 2;
}

absl::Duration LatencyHistogram::Percentile(uint32_t percentile) const {
  if (samples_ < kMinSamples) return absl::InfiniteDuration();
  // Rounded up: of 32 samples the 99th percentile is the last one.
  uint32_t left = (samples_ * percentile + 99) / 100;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (left <= counts_[bucket]) return absl::Microseconds(UpperBound(bucket));
    left -= counts_[bucket];
  }
  return absl::Microseconds(UpperBound(kBuckets - 1));
}

}  // namespace nave::resolver
