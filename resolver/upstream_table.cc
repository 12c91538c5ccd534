#include "resolver/upstream_table.h"

#include <utility>
#include <vector>

#include "lib/base/status_macros.h"
#include "resolver/upstream_tcp.h"
#include "resolver/upstream_udp.h"

namespace nave::resolver {

absl::StatusOr<UpstreamChannel*> UpstreamTable::Get(const UpstreamKey& key) {
  auto found = channels_.find(key);
  if (found != channels_.end()) return found->second.get();
  if (channels_.size() >= kMaxChannels) {
    return absl::ResourceExhaustedError("too many targets and sources are in use at one time");
  }
  const auto factory = [&](UpstreamWire::Receiver* receiver) -> std::unique_ptr<UpstreamWire> {
    if (key.transport == Transport::kTcp) {
      return std::make_unique<UpstreamTcp>(loop_, key.target, key.source, receiver);
    }
    return std::make_unique<UpstreamUdp>(loop_, key.target, key.source, receiver);
  };
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<UpstreamChannel> channel,
                        UpstreamChannel::Create(key.transport, key.target, loop_, stats_, factory));
  UpstreamChannel* const result = channel.get();
  channels_.emplace(key, std::move(channel));
  return result;
}

void UpstreamTable::Tick(absl::Time now) {
  // A tick may call back, and the callback may add a channel: the table is not walked meanwhile.
  std::vector<UpstreamChannel*> busy;
  std::vector<UpstreamKey> idle;
  for (const auto& [key, channel] : channels_) {
    if (channel->outstanding() == 0 && now - channel->last_used() >= kIdleLife) {
      idle.push_back(key);
    } else {
      busy.push_back(channel.get());
    }
  }
  for (const UpstreamKey& key : idle) channels_.erase(key);
  for (UpstreamChannel* channel : busy) channel->Tick();
}

void UpstreamTable::Clear() {
  // Cancelled callbacks find an empty table.
  const auto channels = std::exchange(channels_, {});
}

}  // namespace nave::resolver
