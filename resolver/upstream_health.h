// What experience says of each target: whether it answers, how fast, and what it does not
// understand (data-plane.md section 3, "targets": passive health). On the thread of one worker.
#ifndef NAVE_RESOLVER_UPSTREAM_HEALTH_H_
#define NAVE_RESOLVER_UPSTREAM_HEALTH_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "lib/net/endpoint.h"

namespace nave::resolver {

class TargetHealth {
 public:
  // So many failures in a row, and the target is skipped for a back-off that doubles.
  static constexpr int kFailuresUntilDown = 3;
  static constexpr absl::Duration kMinBackoff = absl::Seconds(1);
  static constexpr absl::Duration kMaxBackoff = absl::Seconds(30);
  // How long to wait for a reply before the next target is asked: by what was measured, within
  // these; the default before anything was.
  static constexpr absl::Duration kMinPatience = absl::Milliseconds(200);
  static constexpr absl::Duration kDefaultPatience = absl::Milliseconds(800);
  static constexpr absl::Duration kMaxPatience = absl::Milliseconds(1500);
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

  // False while the back-off lasts.
  bool IsUp(absl::Time now) const;
  // Called when the target is asked. After a back-off one question tries whether it is back, and
  // until that one's end the others go on as if it were not.
  void OnAsk(absl::Time now);
  absl::Duration Patience() const;
  bool UseEdns(absl::Time now) const { return now >= no_edns_until_; }
  absl::Time last_used() const { return last_used_; }

  // For `explain`. Failures in a row, at most kFailuresUntilDown.
  int failures() const { return failures_; }
  bool is_down() const { return failures_ >= kFailuresUntilDown; }
  absl::Duration round_trip() const { return smoothed_; }
  // Until a question may try it again; zero if it is up.
  absl::Duration RetryIn(absl::Time now) const;

 private:
  int failures_ = 0;
  absl::Duration backoff_;
  absl::Time retry_at_ = absl::InfinitePast();
  // A question is out that tries a target which was down.
  absl::Time trying_until_ = absl::InfinitePast();
  absl::Time no_edns_until_ = absl::InfinitePast();
  absl::Time tcp_until_ = absl::InfinitePast();
  absl::Time no_tcp_until_ = absl::InfinitePast();
  absl::Time last_used_ = absl::InfinitePast();
  // RFC 6298 section 2; zero before the first reply.
  absl::Duration smoothed_;
  absl::Duration variation_;
};

// The targets of a worker.
class HealthTable {
 public:
  // Above it, and after kIdleLife, what is known of a target is forgotten.
  static constexpr size_t kMaxTargets = 8192;
  static constexpr absl::Duration kIdleLife = absl::Minutes(15);

  // Never null; valid until the next call.
  TargetHealth* Get(const net::Endpoint& target);
  const TargetHealth* Find(const net::Endpoint& target) const;
  void Tick(absl::Time now);
  size_t size() const { return targets_.size(); }

 private:
  absl::flat_hash_map<net::Endpoint, TargetHealth> targets_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_HEALTH_H_
