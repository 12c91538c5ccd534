// DNS over TCP: listens, accepts, reads messages with their two-octet length, and writes answers
// in any order (RFC 7766, RFC 9210; data-plane.md section 3). On the thread of one event loop.
#ifndef NAVE_LIB_NET_TCP_SERVER_H_
#define NAVE_LIB_NET_TCP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "lib/net/tcp_connection.h"
#include "lib/net/tcp_listener.h"
#include "lib/net/tcp_pool.h"

namespace nave::net {

struct TcpServerOptions {
  bool reuse_port = false;
  // Where its connections count; null: in a pool of its own, with `limits`. Must outlive the
  // server.
  TcpPool* pool = nullptr;
  TcpLimits limits;
  // `memory` is the pool's.
  TcpConnectionOptions connection;
};

class TcpServer {
 public:
  using ConnectionId = uint64_t;
  // A message came. The answer goes to Answer(id), at once or later; every message counts as
  // outstanding until then.
  using MessageHandler = std::function<void(ConnectionId id, const Endpoint& peer,
                                            const IpAddress& local, absl::Span<const uint8_t>)>;

  // Bound and accepting. `loop` must outlive the server. Errors as UdpSocket::Bind.
  static absl::StatusOr<std::unique_ptr<TcpServer>> Listen(EventLoop* loop,
                                                           const Endpoint& endpoint,
                                                           const TcpServerOptions& options,
                                                           MessageHandler handler);
  ~TcpServer();
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  // Ends one outstanding message of the connection with `message`, or with nothing if it is empty.
  // Nothing happens if the connection is gone.
  void Answer(ConnectionId id, absl::Span<const uint8_t> message);
  // Closes the connection at once: for a peer that does not speak DNS.
  void Close(ConnectionId id);
  // No more connections; those there go on.
  void StopListening();

  // REQUIRES: StopListening was not called.
  const Endpoint& local() const { return listener_->local(); }
  size_t connection_count() const { return connections_.size(); }
  const TcpPool& pool() const { return *pool_; }

 private:
  struct Connection {
    std::shared_ptr<TcpConnection> connection;
    TcpPool::Place place;
  };

  TcpServer(EventLoop* loop, const TcpServerOptions& options, MessageHandler handler);
  void OnAccept(int fd, const Endpoint& peer, const IpAddress& local);
  // Closes it, and counts why it went.
  void End(ConnectionId id, TcpEnd end);

  EventLoop* const loop_;
  const TcpServerOptions options_;
  const MessageHandler handler_;
  std::unique_ptr<TcpListener> listener_;
  ConnectionId next_id_ = 1;
  std::unique_ptr<TcpPool> own_pool_;
  TcpPool* const pool_;
  absl::flat_hash_map<ConnectionId, Connection> connections_;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_TCP_SERVER_H_
