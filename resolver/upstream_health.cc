#include "resolver/upstream_health.h"

#include <algorithm>
#include <cstdlib>

#include "lib/base/random.h"

namespace nave::resolver {

void TargetHealth::OnReply(absl::Duration round_trip, absl::Time now) {
  if (failures_ > 0) ForgetFailures();
  last_used_ = now;
  const int64_t sample = absl::ToInt64Nanoseconds(round_trip);
  latencies_.Add(sample / 1000);
  if (smoothed_ns_ == 0) {
    smoothed_ns_ = sample;
    variation_ns_ = sample / 2;
  } else {
    variation_ns_ = (variation_ns_ * 3 + std::abs(smoothed_ns_ - sample)) / 4;
    smoothed_ns_ = (smoothed_ns_ * 7 + sample) / 8;
  }
  if (smoothed_ns_ == 0) return;
  patience_ =
      std::clamp(absl::Nanoseconds(smoothed_ns_ + variation_ns_ * 4), kMinPatience, kMaxPatience);
}

void TargetHealth::OnFailure(absl::Time now) {
  last_used_ = now;
  failures_ = std::min(failures_ + 1, kFailuresUntilDown);
  if (failures_ < kFailuresUntilDown) return;
  // Failures of questions that left before it went down say nothing new.
  if (backoff_ > absl::ZeroDuration() && now < retry_at_) return;
  backoff_ = std::clamp(backoff_ * 2, kMinBackoff, kMaxBackoff);
  // Jitter keeps the workers from trying all at once.
  const absl::Duration jitter = backoff_ * static_cast<int64_t>(RandomUint64() % 256) / 1024;
  retry_at_ = now + backoff_ + jitter;
}

void TargetHealth::ForgetFailures() {
  failures_ = 0;
  backoff_ = absl::ZeroDuration();
  retry_at_ = absl::InfinitePast();
}

void TargetHealth::OnAsk(absl::Time now) {
  last_used_ = now;
  last_asked_ = now;
  hedge_credit_ = std::min(hedge_credit_ + kHedgeShare, 100 * kHedgesAtOnce);
}

bool TargetHealth::TakeHedge() {
  if (hedge_credit_ < 100) return false;
  hedge_credit_ -= 100;
  return true;
}

absl::Duration TargetHealth::ExpectedRoundTrip(absl::Time now) const {
  const absl::Duration unasked = now - last_asked_;
  if (smoothed_ns_ == 0) {
    // One question measures; the others do not wait for what may be slow.
    return unasked < kDefaultPatience ? kDefaultPatience : absl::ZeroDuration();
  }
  constexpr int64_t kMaxHalvings = 30;
  return round_trip() / (int64_t{1} << std::min(unasked / kMeasureLife, kMaxHalvings));
}

absl::Duration TargetHealth::RetryIn(absl::Time now) const {
  if (!is_down()) return absl::ZeroDuration();
  return std::max(retry_at_ - now, absl::ZeroDuration());
}

TargetHealth* HealthTable::Get(const net::Endpoint& target) {
  if (targets_.size() >= kMaxTargets && !targets_.contains(target)) {
    // Any one of them: what is lost is learned again.
    targets_.erase(targets_.begin());
  }
  return &targets_[target];
}

TargetHealth* HealthTable::Find(const net::Endpoint& target) {
  auto found = targets_.find(target);
  return found == targets_.end() ? nullptr : &found->second;
}

const TargetHealth* HealthTable::Find(const net::Endpoint& target) const {
  auto found = targets_.find(target);
  return found == targets_.end() ? nullptr : &found->second;
}

size_t HealthTable::CountDown() const {
  return static_cast<size_t>(std::count_if(
      targets_.begin(), targets_.end(), [](const auto& entry) { return entry.second.is_down(); }));
}

void HealthTable::Tick(absl::Time now) {
  absl::erase_if(targets_,
                 [now](const auto& entry) { return now - entry.second.last_used() >= kIdleLife; });
}

}  // namespace nave::resolver
