#include "resolver/resolver_metrics.h"

#include <utility>

#include "lib/dns/type.h"
#include "resolver/query.h"

namespace nave::resolver {
namespace {

using net::TcpEnd;

constexpr std::pair<CookieState, const char*> kCookieNames[] = {
    {CookieState::kClientOnly, "client_only"},
    {CookieState::kWrong, "wrong"},
    {CookieState::kOld, "old"},
    {CookieState::kGood, "good"}};
// By Mismatch.
constexpr const char* kMismatchNames[kMismatchCount] = {"id", "port", "question", "case"};
constexpr std::pair<RateLimits::Limit, const char*> kLimitNames[] = {
    {RateLimits::Limit::kClient, "client"},
    {RateLimits::Limit::kVpc, "vpc"},
    {RateLimits::Limit::kAnswer, "answer"}};
constexpr std::pair<TcpEnd, const char*> kEndNames[] = {{TcpEnd::kPeer, "peer"},
                                                        {TcpEnd::kIdle, "idle"},
                                                        {TcpEnd::kSlowMessage, "slow_message"},
                                                        {TcpEnd::kSlowReader, "slow_reader"},
                                                        {TcpEnd::kFull, "full"},
                                                        {TcpEnd::kEvicted, "evicted"},
                                                        {TcpEnd::kClosed, "closed"}};

void AddGrowth(metrics::Counter& counter, uint64_t current, uint64_t past) {
  if (current > past) counter.Add(static_cast<double>(current - past));
}

// Of a gauge of all workers together: each adds what changed.
void AddChange(metrics::Gauge& gauge, uint64_t now, uint64_t before) {
  gauge.Add(static_cast<double>(now) - static_cast<double>(before));
}

}  // namespace

ResolverMetrics::ResolverMetrics(metrics::Registry* registry)
    : udp_queries_(registry->counter(kQueries, {{"transport", "udp"}})),
      tcp_queries_(registry->counter(kQueries, {{"transport", "tcp"}})),
      cookies_demanded_(registry->counter(kCookiesDemanded)),
      limit_slips_(registry->counter(kLimitSlips)),
      tcp_accepted_(registry->counter(kTcpAccepted)),
      tcp_refused_(registry->counter(kTcpRefused, {{"limit", "all"}})),
      tcp_refused_for_client_(registry->counter(kTcpRefused, {{"limit", "client"}})),
      tcp_connections_(registry->gauge(kTcpConnections)),
      tcp_buffered_(registry->gauge(kTcpBuffered)),
      dropped_(registry->counter(kDropped)),
      truncated_(registry->counter(kTruncated)),
      forwarded_(registry->counter(kForwarded)),
      coalesced_(registry->counter(kCoalesced)),
      from_packets_(registry->counter(kFromPackets)),
      late_replies_(registry->counter(kLateReplies)),
      forgery_bursts_(registry->counter(kForgeryBursts)),
      upstream_replies_(registry->counter(kUpstreamReplies)),
      round_trips_(registry->counter(kRoundTrips)),
      hedges_(registry->counter(kHedges)),
      hedges_won_(registry->counter(kHedgesWon)),
      probes_(registry->counter(kProbes)),
      probes_answered_(registry->counter(kProbesAnswered)),
      targets_up_(registry->gauge(kTargets, {{"health", "up"}})),
      targets_down_(registry->gauge(kTargets, {{"health", "down"}})),
      refreshes_(registry->counter(kRefreshes)),
      stale_answers_(registry->counter(kStaleAnswers)),
      loops_(registry->counter(kLoops)),
      forward_failures_(registry->counter(kForwardFailures)),
      refused_states_(registry->counter(kRefusedStates)),
      served_revision_(registry->gauge(kServedRevision)),
      listeners_(registry->gauge(kObjects, {{"kind", "listener"}})),
      views_(registry->gauge(kObjects, {{"kind", "view"}})),
      zones_(registry->gauge(kObjects, {{"kind", "zone"}})),
      rules_(registry->gauge(kObjects, {{"kind", "rule"}})) {
  for (size_t i = 0; i < answers_.size(); ++i) {
    const std::string rcode = dns::RcodeToText(static_cast<dns::Rcode>(i));
    answers_[i] = &registry->counter(kAnswers, {{"rcode", rcode}});
  }
  for (size_t i = 0; i < mismatches_.size(); ++i) {
    mismatches_[i] = &registry->counter(kMismatches, {{"differs", kMismatchNames[i]}});
  }
  for (const auto& [limit, name] : kLimitNames) {
    limited_[static_cast<size_t>(limit)] = &registry->counter(kLimited, {{"limit", name}});
  }
  for (const auto& [state, name] : kCookieNames) {
    cookies_[static_cast<size_t>(state)] = &registry->counter(kCookies, {{"cookie", name}});
  }
  for (const auto& [end, name] : kEndNames) {
    tcp_ended_[static_cast<size_t>(end)] = &registry->counter(kTcpEnded, {{"why", name}});
  }
}

void ResolverMetrics::Add(const QueryStats& now, const QueryStats& before) {
  AddGrowth(udp_queries_, now.udp_queries, before.udp_queries);
  AddGrowth(tcp_queries_, now.tcp_queries, before.tcp_queries);
  AddGrowth(dropped_, now.dropped, before.dropped);
  AddGrowth(truncated_, now.truncated, before.truncated);
  AddGrowth(forwarded_, now.forwarded, before.forwarded);
  AddGrowth(coalesced_, now.coalesced, before.coalesced);
  AddGrowth(from_packets_, now.from_packets, before.from_packets);
  AddGrowth(refreshes_, now.refreshes, before.refreshes);
  AddGrowth(stale_answers_, now.stale_answers, before.stale_answers);
  AddGrowth(forward_failures_, now.forward_failures, before.forward_failures);
  AddGrowth(cookies_demanded_, now.cookies_demanded, before.cookies_demanded);
  for (size_t i = 0; i < limited_.size(); ++i) {
    if (limited_[i] != nullptr) AddGrowth(*limited_[i], now.limited[i], before.limited[i]);
  }
  AddGrowth(limit_slips_, now.slipped, before.slipped);
  AddGrowth(loops_, now.loops, before.loops);
  for (size_t i = 0; i < answers_.size(); ++i) {
    AddGrowth(*answers_[i], now.answers_by_rcode[i], before.answers_by_rcode[i]);
  }
  for (size_t i = 0; i < cookies_.size(); ++i) {
    if (cookies_[i] == nullptr) continue;
    AddGrowth(*cookies_[i], now.cookies_by_state[i], before.cookies_by_state[i]);
  }
}

void ResolverMetrics::AddTcp(const net::TcpStats& now, const net::TcpStats& before) {
  AddGrowth(tcp_accepted_, now.accepted, before.accepted);
  AddGrowth(tcp_refused_, now.refused, before.refused);
  AddGrowth(tcp_refused_for_client_, now.refused_for_client, before.refused_for_client);
  for (size_t i = 0; i < tcp_ended_.size(); ++i) {
    if (tcp_ended_[i] != nullptr) AddGrowth(*tcp_ended_[i], now.ended[i], before.ended[i]);
  }
  AddChange(tcp_connections_, now.open, before.open);
  AddChange(tcp_buffered_, now.buffered, before.buffered);
}

void ResolverMetrics::AddUpstream(const UpstreamStats& now, const UpstreamStats& before) {
  for (size_t i = 0; i < mismatches_.size(); ++i) {
    AddGrowth(*mismatches_[i], now.mismatches[i], before.mismatches[i]);
  }
  AddGrowth(late_replies_, now.late, before.late);
  AddGrowth(forgery_bursts_, now.bursts, before.bursts);
  AddGrowth(upstream_replies_, now.replies, before.replies);
  if (now.round_trips > before.round_trips) {
    round_trips_.Add(absl::ToDoubleSeconds(now.round_trips - before.round_trips));
  }
  AddGrowth(hedges_, now.hedges, before.hedges);
  AddGrowth(hedges_won_, now.hedges_won, before.hedges_won);
  AddGrowth(probes_, now.probes, before.probes);
  AddGrowth(probes_answered_, now.probes_answered, before.probes_answered);
  AddChange(targets_down_, now.targets_down, before.targets_down);
  AddChange(targets_up_, now.targets - now.targets_down, before.targets - before.targets_down);
}

void ResolverMetrics::SetSnapshot(const Snapshot& snapshot) {
  served_revision_.Set(static_cast<double>(snapshot.revision()));
  listeners_.Set(static_cast<double>(snapshot.listeners().size()));
  views_.Set(static_cast<double>(snapshot.view_count()));
  zones_.Set(static_cast<double>(snapshot.zone_count()));
  rules_.Set(static_cast<double>(snapshot.rule_count()));
}

}  // namespace nave::resolver
