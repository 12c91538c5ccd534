#include "resolver/resolver_metrics.h"

#include "lib/dns/type.h"

namespace nave::resolver {

ResolverMetrics::ResolverMetrics(metrics::Registry* registry)
    : udp_queries_(registry->counter(kQueries, {{"transport", "udp"}})),
      tcp_queries_(registry->counter(kQueries, {{"transport", "tcp"}})),
      dropped_(registry->counter(kDropped)),
      truncated_(registry->counter(kTruncated)),
      forwarded_(registry->counter(kForwarded)),
      coalesced_(registry->counter(kCoalesced)),
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
}

void ResolverMetrics::Add(const QueryStats& now, const QueryStats& before) {
  const auto add = [](metrics::Counter& counter, uint64_t current, uint64_t past) {
    if (current > past) counter.Add(static_cast<double>(current - past));
  };
  add(udp_queries_, now.udp_queries, before.udp_queries);
  add(tcp_queries_, now.tcp_queries, before.tcp_queries);
  add(dropped_, now.dropped, before.dropped);
  add(truncated_, now.truncated, before.truncated);
  add(forwarded_, now.forwarded, before.forwarded);
  add(coalesced_, now.coalesced, before.coalesced);
  add(loops_, now.loops, before.loops);
  add(forward_failures_, now.forward_failures, before.forward_failures);
  for (size_t i = 0; i < answers_.size(); ++i) {
    add(*answers_[i], now.answers_by_rcode[i], before.answers_by_rcode[i]);
  }
}

void ResolverMetrics::SetSnapshot(const Snapshot& snapshot) {
  served_revision_.Set(static_cast<double>(snapshot.revision()));
  listeners_.Set(static_cast<double>(snapshot.listeners().size()));
  views_.Set(static_cast<double>(snapshot.view_count()));
  zones_.Set(static_cast<double>(snapshot.zone_count()));
  rules_.Set(static_cast<double>(snapshot.rule_count()));
}

}  // namespace nave::resolver
