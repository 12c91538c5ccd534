// A small pool of connected UDP sockets to one target (data-plane.md section 2, RFC 5452 section
// 9.2): the queries of one turn of the loop leave together from a random one, with one system call;
// a socket is retired by age and by use, and closed when nobody waits on it any more. On the
// thread of one event loop.
#ifndef NAVE_RESOLVER_UPSTREAM_UDP_H_
#define NAVE_RESOLVER_UPSTREAM_UDP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/net/address.h"
#include "lib/net/datagram_burst.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "resolver/upstream_wire.h"

namespace nave::resolver {

class UpstreamUdp final : public UpstreamWire {
 public:
  // Sockets that new queries may leave from.
  static constexpr size_t kPoolSize = 4;
  // A socket takes no new query after this many, or this long.
  static constexpr int kMaxQueriesPerSocket = 128;
  static constexpr absl::Duration kMaxAge = absl::Seconds(10);
  // Sockets in all, retired ones included; above it those of the pool are used on.
  static constexpr size_t kMaxSockets = 64;

  UpstreamUdp(net::EventLoop* loop, const net::Endpoint& target,
              const std::optional<net::IpAddress>& source, Receiver* receiver);
  ~UpstreamUdp() override;

  // An error here is one of opening a socket; one of sending comes as OnFailure, later.
  absl::StatusOr<Token> Send(absl::Span<const uint8_t> message) override;
  void Release(Token token) override;
  void Tick(absl::Time now) override;

  size_t socket_count() const { return sockets_.size(); }

 private:
  struct Socket {
    int fd;
    int queries;  // Sent in all.
    int waiting;  // Of these not released.
    bool retired;
    absl::Time opened;
    net::DatagramBurst::Ability ability;
  };
  // What leaves one socket at the end of the turn. How much, the channel bounds.
  struct Unsent {
    Token token;
    net::DatagramBurst burst;
  };

  // The socket in a place of the pool, a new one if that one's time is over.
  absl::StatusOr<Token> Take(size_t place);
  absl::StatusOr<Token> Open();
  void Retire(Token token);
  void CloseIfDone(Token token);
  // Gives all that is unsent to the system.
  void Flush();
  void OnReadable(Token token);
  void OnError(Token token, int error);

  net::EventLoop* const loop_;
  const net::Endpoint target_;
  const std::optional<net::IpAddress> source_;
  Receiver* const receiver_;
  absl::flat_hash_map<Token, Socket> sockets_;
  std::array<Token, kPoolSize> pool_{};  // 0 is an empty place.
  Token last_token_ = 0;
  // The place of the pool that the turn's queries leave from.
  size_t place_ = 0;
  // Of one socket, and of others where a socket's time ends within the turn.
  std::vector<Unsent> unsent_;
  net::EventLoop::TurnEndId flush_ = net::EventLoop::kNoTurnEnd;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_UDP_H_
