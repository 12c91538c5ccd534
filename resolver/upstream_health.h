// What experience says of each target: whether it answers, how fast, and what it does not
// understand (data-plane.md section 3, "targets"). On the thread of one worker.
//
// A target that failed several times in a row is down: no question of a client is tried on it while
// others are up. A probe finds out whether it is back (target_prober.h).
#ifndef NAVE_RESOLVER_UPSTREAM_HEALTH_H_
#define NAVE_RESOLVER_UPSTREAM_HEALTH_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "lib/net/endpoint.h"
#include "resolver/latency_histogram.h"

namespace nave::resolver {

class TargetHealth {
 public:
  // So many failures in a row, and the target is down; probes come after a back-off that doubles.
  static constexpr int kFailuresUntilDown = 3;
  static constexpr absl::Duration kMinBackoff = absl::Seconds(1);
  static constexpr absl::Duration kMaxBackoff = absl::Seconds(30);
  // How long to wait for a reply before the next target is asked: by what was measured, within
  // these; the default before anything was.
  static constexpr absl::Duration kMinPatience = absl::Milliseconds(200);
  static constexpr absl::Duration kDefaultPatience = absl::Milliseconds(800);
  static constexpr absl::Duration kMaxPatience = absl::Milliseconds(1500);
  // A round-trip time says half as much after so long in which the target was not asked.
  static constexpr absl::Duration kMeasureLife = absl::Seconds(30);
  // Of the questions to it, so many of 100 may be asked elsewhere as well, and so many at once.
  static constexpr int kHedgeShare = 10;
  static constexpr int kHedgesAtOnce = 10;
  // A server that did not understand EDNS may have been replaced.
  static constexpr absl::Duration kNoEdnsLife = absl::Minutes(10);

  // Somebody guessed at questions to it: for so long they go over TCP, unless it has none.
  static constexpr absl::Duration kForgeryLife = absl::Seconds(30);

  // A reply came, whatever it said.
  void OnReply(absl::Duration round_trip, absl::Time now);
  // No reply in time, or word that there will be none.
  void OnFailure(absl::Time now);
  void OnNoEdns(absl::Time now) { no_edns_until_ = now + kNoEdnsLife; }
  void OnForgeries(absl::Time now) { tcp_until_ = now + kForgeryLife; }
  // It was asked over TCP because of OnForgeries, and does not speak it.
  void OnNoTcp(absl::Time now) {
    tcp_until_ = absl::InfinitePast();
    no_tcp_until_ = now + kForgeryLife;
  }
  // It is asked over UDP else.
  bool PreferTcp(absl::Time now) const { return now < tcp_until_ && now >= no_tcp_until_; }

  // Called when the target is asked.
  void OnAsk(absl::Time now);
  // A client's question is asked of it, or would be if it were up.
  void OnWanted(absl::Time now) { last_used_ = last_wanted_ = now; }
  // As if it had never failed.
  void ForgetFailures();
  absl::Duration Patience() const { return patience_; }
  bool UseEdns(absl::Time now) const { return now >= no_edns_until_; }
  absl::Time last_used() const { return last_used_; }
  absl::Time last_wanted() const { return last_wanted_; }

  // By which the fastest is chosen: the smoothed round-trip time, and less the longer the target
  // was not asked, so that each is measured now and then. Zero: it was never asked.
  absl::Duration ExpectedRoundTrip(absl::Time now) const;
  // After it another one may be asked as well; infinite for want of experience.
  absl::Duration HedgeDelay(uint32_t percentile) const { return latencies_.Percentile(percentile); }
  // Whether one more hedge keeps the share. Counts it.
  bool TakeHedge();

  // Failures in a row, at most kFailuresUntilDown.
  int failures() const { return failures_; }
  bool is_down() const { return failures_ >= kFailuresUntilDown; }
  // Smoothed; zero before the first reply.
  absl::Duration round_trip() const { return absl::Nanoseconds(smoothed_ns_); }
  // Until a probe may try it again; zero if it is up.
  absl::Duration RetryIn(absl::Time now) const;

 private:
  int failures_ = 0;
  absl::Duration backoff_;
  absl::Time retry_at_ = absl::InfinitePast();
  absl::Time no_edns_until_ = absl::InfinitePast();
  absl::Time tcp_until_ = absl::InfinitePast();
  absl::Time no_tcp_until_ = absl::InfinitePast();
  absl::Time last_used_ = absl::InfinitePast();
  absl::Time last_wanted_ = absl::InfinitePast();
  absl::Time last_asked_ = absl::InfinitePast();
  // RFC 6298 section 2, in nanoseconds; zero before the first reply.
  int64_t smoothed_ns_ = 0;
  int64_t variation_ns_ = 0;
  absl::Duration patience_ = kDefaultPatience;
  LatencyHistogram latencies_;
  // In hundredths of a hedge.
  int hedge_credit_ = 100 * kHedgesAtOnce;
};

// The targets of a worker.
class HealthTable {
 public:
  // Above it, and after kIdleLife, what is known of a target is forgotten.
  static constexpr size_t kMaxTargets = 8192;
  static constexpr absl::Duration kIdleLife = absl::Minutes(15);

  // Never null; valid until the next call.
  TargetHealth* Get(const net::Endpoint& target);
  // Null if nothing is known.
  TargetHealth* Find(const net::Endpoint& target);
  const TargetHealth* Find(const net::Endpoint& target) const;
  void Tick(absl::Time now);
  size_t size() const { return targets_.size(); }
  size_t CountDown() const;

 private:
  absl::flat_hash_map<net::Endpoint, TargetHealth> targets_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_HEALTH_H_
