// The channels of one worker: one for each target, source and transport, made when needed, reaped
// when idle, as each holds some 74 kB (data-plane.md section 2). On the worker's thread.
#ifndef NAVE_RESOLVER_UPSTREAM_TABLE_H_
#define NAVE_RESOLVER_UPSTREAM_TABLE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <tuple>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/net/address.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "resolver/target_group.h"
#include "resolver/upstream_channel.h"

namespace nave::resolver {

struct UpstreamKey {
  net::Endpoint target;
  std::optional<net::IpAddress> source;
  Transport transport = Transport::kUdp;

  friend bool operator==(const UpstreamKey& a, const UpstreamKey& b) {
    return a.target == b.target && a.source == b.source && a.transport == b.transport;
  }
  template <typename H>
  friend H AbslHashValue(H h, const UpstreamKey& key) {
    return H::combine(std::move(h), key.target, key.source.has_value(),
                      key.source.value_or(net::IpAddress()), key.transport);
  }
};

class UpstreamTable {
 public:
  static constexpr size_t kMaxChannels = 4096;
  static constexpr absl::Duration kIdleLife = absl::Minutes(1);

  // `loop` and `stats` must outlive the table.
  UpstreamTable(net::EventLoop* loop, UpstreamStats* stats) : loop_(loop), stats_(stats) {}

  // RESOURCE_EXHAUSTED when there are kMaxChannels, all of them in use. Valid until the next Tick.
  absl::StatusOr<UpstreamChannel*> Get(const UpstreamKey& key);
  // Reaps, and lets the channels do what is due. REQUIRES: not within a call of a channel.
  void Tick(absl::Time now);
  // Ends all of them; what is under way gets kCancelled.
  void Clear();

  size_t size() const { return channels_.size(); }

 private:
  net::EventLoop* const loop_;
  UpstreamStats* const stats_;
  absl::flat_hash_map<UpstreamKey, std::unique_ptr<UpstreamChannel>> channels_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_TABLE_H_
