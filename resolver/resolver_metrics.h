// The resolver's metrics (docs/reference/metrics.md). Thread-safe.
#ifndef NAVE_RESOLVER_RESOLVER_METRICS_H_
#define NAVE_RESOLVER_RESOLVER_METRICS_H_

#include <array>
#include <cstdint>
#include <string>

#include "lib/base/metrics.h"
#include "lib/net/tcp_pool.h"
#include "resolver/forwarder.h"
#include "resolver/query_stats.h"
#include "resolver/rate_limits.h"
#include "resolver/snapshot.h"

namespace nave::resolver {

inline constexpr metrics::Metric kQueries{"nave_resolver_queries_total",
                                          "Queries received, by transport."};
inline constexpr metrics::Metric kAnswers{"nave_resolver_answers_total", "Answers sent, by RCODE."};
inline constexpr metrics::Metric kDropped{"nave_resolver_dropped_total",
                                          "Messages that got no answer: responses, fragments."};
inline constexpr metrics::Metric kTruncated{"nave_resolver_truncated_total",
                                            "Answers sent with TC."};
inline constexpr metrics::Metric kForwarded{"nave_resolver_forwarded_total",
                                            "Questions asked of targets."};
inline constexpr metrics::Metric kCoalesced{"nave_resolver_coalesced_total",
                                            "Queries that joined an identical question under way."};
inline constexpr metrics::Metric kMismatches{
    "nave_resolver_upstream_mismatches_total",
    "Messages of targets that were no reply, by what differed."};
inline constexpr metrics::Metric kLateReplies{"nave_resolver_upstream_late_total",
                                              "Replies that nobody waited for any more."};
inline constexpr metrics::Metric kForgeryBursts{
    "nave_resolver_upstream_forgery_bursts_total",
    "Times that so many mismatches came that TCP was taken."};
inline constexpr metrics::Metric kHedges{
    "nave_resolver_upstream_hedges_total",
    "Questions asked of a second target while the first had time left."};
inline constexpr metrics::Metric kHedgesWon{"nave_resolver_upstream_hedges_won_total",
                                            "Of these, the ones that the second answered first."};
inline constexpr metrics::Metric kProbes{"nave_resolver_upstream_probes_total",
                                         "Questions of our own to targets that were down."};
inline constexpr metrics::Metric kProbesAnswered{"nave_resolver_upstream_probes_answered_total",
                                                 "Of these, the ones that found the target back."};
inline constexpr metrics::Metric kUpstreamReplies{"nave_resolver_upstream_replies_total",
                                                  "Replies of targets."};
inline constexpr metrics::Metric kRoundTrips{"nave_resolver_upstream_round_trip_seconds_total",
                                             "How long these took together."};
inline constexpr metrics::Metric kTargets{"nave_resolver_upstream_targets",
                                          "Targets that were asked lately, by health."};
inline constexpr metrics::Metric kRefreshes{"nave_resolver_refreshes_total",
                                            "Questions asked again before a client had to wait."};
inline constexpr metrics::Metric kStaleAnswers{"nave_resolver_stale_answers_total",
                                               "Answers whose TTL had ended."};
inline constexpr metrics::Metric kFromPackets{
    "nave_resolver_from_packets_total", "Answers that were whole packets of the cache before."};
inline constexpr metrics::Metric kLoops{
    "nave_resolver_loops_total",
    "Questions that came back by a forwarding loop, answered with SERVFAIL."};
inline constexpr metrics::Metric kForwardFailures{"nave_resolver_forward_failures_total",
                                                  "Questions that no target answered."};
inline constexpr metrics::Metric kServedRevision{"nave_resolver_served_revision",
                                                 "Revision of the state that is served."};
inline constexpr metrics::Metric kObjects{"nave_resolver_objects",
                                          "Objects of the state that is served, by kind."};
inline constexpr metrics::Metric kRefusedStates{"nave_resolver_refused_states_total",
                                                "States that could not be served."};
inline constexpr metrics::Metric kCookies{"nave_resolver_cookies_total",
                                          "Cookies that came, by what they were."};
inline constexpr metrics::Metric kLimited{"nave_resolver_limited_total",
                                          "Queries and answers held back, by limit."};
inline constexpr metrics::Metric kLimitSlips{"nave_resolver_limit_slips_total",
                                             "Of those held back, the ones answered with TC."};
inline constexpr metrics::Metric kCookiesDemanded{"nave_resolver_cookies_demanded_total",
                                                  "Queries that got no data for want of a cookie."};
inline constexpr metrics::Metric kTcpConnections{"nave_resolver_tcp_connections",
                                                 "Open TCP connections of clients."};
inline constexpr metrics::Metric kTcpBuffered{
    "nave_resolver_tcp_buffered_bytes",
    "Octets of half messages and of answers not taken, of all connections."};
inline constexpr metrics::Metric kTcpAccepted{"nave_resolver_tcp_accepted_total",
                                              "TCP connections taken."};
inline constexpr metrics::Metric kTcpRefused{"nave_resolver_tcp_refused_total",
                                             "TCP connections refused, by the limit they met."};
inline constexpr metrics::Metric kTcpEnded{"nave_resolver_tcp_ended_total",
                                           "TCP connections that ended, by why."};

class ResolverMetrics {
 public:
  explicit ResolverMetrics(metrics::Registry* registry);

  // Adds what `now` has more than `before`.
  void Add(const QueryStats& now, const QueryStats& before);
  void AddUpstream(const UpstreamStats& now, const UpstreamStats& before);
  void AddTcp(const net::TcpStats& now, const net::TcpStats& before);
  void SetSnapshot(const Snapshot& snapshot);
  void CountRefused() { refused_states_.Add(); }

 private:
  metrics::Counter& udp_queries_;
  metrics::Counter& tcp_queries_;
  std::array<metrics::Counter*, 16> answers_;
  // By CookieState and by TcpEnd; null for those that are not counted.
  std::array<metrics::Counter*, 5> cookies_{};
  std::array<metrics::Counter*, net::kTcpEnds> tcp_ended_{};
  metrics::Counter& cookies_demanded_;
  // By RateLimits::Limit; null for kNone.
  std::array<metrics::Counter*, RateLimits::kLimitCount> limited_{};
  metrics::Counter& limit_slips_;
  metrics::Counter& tcp_accepted_;
  metrics::Counter& tcp_refused_;
  metrics::Counter& tcp_refused_for_client_;
  metrics::Gauge& tcp_connections_;
  metrics::Gauge& tcp_buffered_;
  metrics::Counter& dropped_;
  metrics::Counter& truncated_;
  metrics::Counter& forwarded_;
  metrics::Counter& coalesced_;
  metrics::Counter& from_packets_;
  std::array<metrics::Counter*, kMismatchCount> mismatches_;
  metrics::Counter& late_replies_;
  metrics::Counter& forgery_bursts_;
  metrics::Counter& upstream_replies_;
  metrics::Counter& round_trips_;
  metrics::Counter& hedges_;
  metrics::Counter& hedges_won_;
  metrics::Counter& probes_;
  metrics::Counter& probes_answered_;
  metrics::Gauge& targets_up_;
  metrics::Gauge& targets_down_;
  metrics::Counter& refreshes_;
  metrics::Counter& stale_answers_;
  metrics::Counter& loops_;
  metrics::Counter& forward_failures_;
  metrics::Counter& refused_states_;
  metrics::Gauge& served_revision_;
  metrics::Gauge& listeners_;
  metrics::Gauge& views_;
  metrics::Gauge& zones_;
  metrics::Gauge& rules_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_RESOLVER_METRICS_H_
