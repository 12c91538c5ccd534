// What all TCP servers of one event loop share: how many connections there may be, in all and of
// one client, how many octets they may hold, and who goes when there is no room (RFC 7766 section
// 6.2.3, RFC 9210 section 4.1). On the thread of that loop.
//
// A connection that owes nobody an answer may be closed at any time. So a newcomer is let in at the
// cost of the one that has been quiet longest: a flood of connections that say nothing, or half a
// message, or do not read, pushes out itself and not those that ask.
#ifndef NAVE_LIB_NET_TCP_POOL_H_
#define NAVE_LIB_NET_TCP_POOL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>

#include "absl/container/flat_hash_map.h"
#include "lib/net/address.h"
#include "lib/net/tcp_connection.h"

namespace nave::net {

struct TcpLimits {
  size_t max_connections = 1024;
  size_t max_connections_per_client = 64;
  // Octets of half messages and of answers that nobody has taken, of all connections.
  size_t max_buffered = 64 << 20;
};

struct TcpStats {
  size_t open = 0;
  size_t buffered = 0;
  uint64_t accepted = 0;
  // Nobody could be sent away for the newcomer: of its client, of all.
  uint64_t refused_for_client = 0;
  uint64_t refused = 0;
  // By TcpEnd.
  std::array<uint64_t, kTcpEnds> ended{};
};

class TcpPool {
 private:
  struct Entry;

 public:
  // Connections looked at to find one that may go; of those that may, so many are compared.
  static constexpr int kMaxLooks = 64;
  static constexpr int kMaxCandidates = 16;

  // One connection's place in the pool.
  using Place = std::list<Entry>::iterator;

  explicit TcpPool(const TcpLimits& limits);
  TcpPool(const TcpPool&) = delete;
  TcpPool& operator=(const TcpPool&) = delete;

  // True if a connection of `client` may be added, after another was sent away where that was
  // needed. False, and counted, if it must be refused.
  bool MakeRoom(const IpAddress& client);
  // `evict` closes the connection and takes it out of the pool. REQUIRES: MakeRoom returned true.
  Place Add(const TcpConnection* connection, std::function<void()> evict);
  // A whole message came.
  void Touch(Place place);
  void Remove(Place place, TcpEnd end);

  // What the connections count their octets in.
  TcpMemory* memory() { return &memory_; }
  TcpStats stats() const;

 private:
  struct Entry {
    const TcpConnection* connection;
    std::function<void()> evict;
    // In the list of the client.
    std::list<Place>::iterator of_client;
  };
  // Quiet longest first.
  using Client = std::list<Place>;

  bool EvictOf(const Client& client);
  bool EvictAny();
  static void Evict(Place place);

  const TcpLimits limits_;
  TcpMemory memory_;
  TcpStats stats_;
  // Quiet longest first.
  std::list<Entry> entries_;
  absl::flat_hash_map<IpAddress, Client> clients_;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_TCP_POOL_H_
