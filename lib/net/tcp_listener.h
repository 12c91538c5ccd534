// A listening TCP socket that hands over what it accepts. On the thread of one event loop.
#ifndef NAVE_LIB_NET_TCP_LISTENER_H_
#define NAVE_LIB_NET_TCP_LISTENER_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"

namespace nave::net {

class TcpListener {
 public:
  // Connections taken in one turn, so that a flood of them leaves time for all else, and those that
  // may wait in the kernel.
  static constexpr int kMaxAcceptsPerTurn = 4;
  static constexpr int kBacklog = 256;

  // The descriptor is non-blocking and the callback's to close.
  using AcceptCallback = std::function<void(int fd, const Endpoint& peer, const IpAddress& local)>;

  // `loop` must outlive the listener. Errors as UdpSocket::Bind.
  static absl::StatusOr<std::unique_ptr<TcpListener>> Listen(EventLoop* loop,
                                                             const Endpoint& endpoint,
                                                             bool reuse_port,
                                                             AcceptCallback callback);
  ~TcpListener();
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  // As bound, with the port that the system chose.
  const Endpoint& local() const { return local_; }

 private:
  TcpListener(EventLoop* loop, int fd, const Endpoint& local, AcceptCallback callback);
  void OnReadable();
  void Pause();

  EventLoop* const loop_;
  const int fd_;
  const Endpoint local_;
  const AcceptCallback callback_;
  EventLoop::TimerId pause_timer_ = EventLoop::kNoTimer;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_TCP_LISTENER_H_
