#include "lib/net/tcp_pool.h"

#include <utility>

namespace nave::net {

TcpPool::TcpPool(const TcpLimits& limits) : limits_(limits) { memory_.max = limits.max_buffered; }

bool TcpPool::MakeRoom(const IpAddress& client) {
  const auto found = clients_.find(client);
  if (found != clients_.end() && found->second.size() >= limits_.max_connections_per_client &&
      !EvictOf(found->second)) {
    ++stats_.refused_for_client;
    return false;
  }
  if (entries_.size() >= limits_.max_connections && !EvictAny()) {
    ++stats_.refused;
    return false;
  }
  return true;
}

TcpPool::Place TcpPool::Add(const TcpConnection* connection, std::function<void()> evict) {
  ++stats_.accepted;
  entries_.push_back({connection, std::move(evict), {}});
  const Place place = std::prev(entries_.end());
  Client& client = clients_[connection->peer().address];
  client.push_back(place);
  place->of_client = std::prev(client.end());
  return place;
}

void TcpPool::Touch(Place place) {
  entries_.splice(entries_.end(), entries_, place);
  Client& client = clients_[place->connection->peer().address];
  client.splice(client.end(), client, place->of_client);
}

void TcpPool::Remove(Place place, TcpEnd end) {
  ++stats_.ended[static_cast<size_t>(end)];
  const auto client = clients_.find(place->connection->peer().address);
  client->second.erase(place->of_client);
  if (client->second.empty()) clients_.erase(client);
  entries_.erase(place);
}

TcpStats TcpPool::stats() const {
  TcpStats stats = stats_;
  stats.open = entries_.size();
  stats.buffered = memory_.used;
  return stats;
}

bool TcpPool::EvictOf(const Client& client) {
  int looks = 0;
  for (const Place place : client) {
    if (++looks > kMaxLooks) return false;
    if (place->connection->owes_answer()) continue;
    Evict(place);
    return true;
  }
  return false;
}

bool TcpPool::EvictAny() {
  // Of those that have been quiet longest, the one whose client has most: a client with a single
  // connection stays while another holds many.
  Place chosen = entries_.end();
  size_t most = 0;
  int looks = 0, candidates = 0;
  for (Place place = entries_.begin(); place != entries_.end(); ++place) {
    if (++looks > kMaxLooks || candidates >= kMaxCandidates) break;
    if (place->connection->owes_answer()) continue;
    ++candidates;
    const size_t of_client = clients_.find(place->connection->peer().address)->second.size();
    if (of_client <= most) continue;
    most = of_client;
    chosen = place;
  }
  if (chosen == entries_.end()) return false;
  Evict(chosen);
  return true;
}

void TcpPool::Evict(Place place) {
  // A copy: the entry goes while it runs.
  const std::function<void()> evict = place->evict;
  evict();
}

}  // namespace nave::net
