// The sockets of one worker at one listener's address: UDP and TCP on the same port (data-plane.md
// section 1). On the worker's thread only.
#ifndef NAVE_RESOLVER_LISTENER_SOCKET_H_
#define NAVE_RESOLVER_LISTENER_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "lib/net/tcp_server.h"
#include "lib/net/udp_socket.h"
#include "resolver/query_handler.h"
#include "resolver/responder.h"

namespace nave::resolver {

class ListenerSocket : public Responder, public std::enable_shared_from_this<ListenerSocket> {
 public:
  // Batches read in one turn, so that other sockets get their turn too.
  static constexpr int kMaxBatchesPerTurn = 8;

  // Sockets that have written and wait for the end of the turn.
  using FlushList = std::vector<std::weak_ptr<ListenerSocket>>;

  // Bound and reading; port 0 takes one that is free for both transports. `loop`, `handler`,
  // `flush_list` and the pool in `tcp` must outlive the socket. Errors as net::UdpSocket::Bind.
  static absl::StatusOr<std::shared_ptr<ListenerSocket>> Open(net::EventLoop* loop,
                                                              QueryHandler* handler,
                                                              const net::Endpoint& endpoint,
                                                              const net::TcpServerOptions& tcp,
                                                              FlushList* flush_list);
  ~ListenerSocket() override;

  // With the port that the system chose.
  const net::Endpoint& endpoint() const { return udp_->local(); }
  // What stands behind the address in the current snapshot; null: nothing any more.
  void SetListener(const Listener* listener) { listener_ = listener; }

  absl::Span<uint8_t> AnswerBuffer(const ReplyPath& path) override;
  void Respond(const ReplyPath& path, size_t size) override;
  // Gives to the kernel what the turn has written.
  void Flush();

 private:
  ListenerSocket(net::EventLoop* loop, QueryHandler* handler, FlushList* flush_list);
  absl::Status Bind(const net::Endpoint& endpoint, const net::TcpServerOptions& tcp);
  void OnReadable();
  // Nobody waits for queries until the answers have left; the end of the turn undoes it.
  void Pause();
  void JoinFlushList();

  net::EventLoop* const loop_;
  QueryHandler* const handler_;
  FlushList* const flush_list_;
  const Listener* listener_ = nullptr;
  std::unique_ptr<net::UdpSocket> udp_;
  std::unique_ptr<net::TcpServer> tcp_;
  std::vector<uint8_t> tcp_buffer_;
  bool in_flush_list_ = false;
  bool is_paused_ = false;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_LISTENER_SOCKET_H_
