// GET /metrics and GET /healthz over plain HTTP/1.1, and nothing else (data-plane.md section 5). On
// the thread of one event loop.
#ifndef NAVE_RESOLVER_METRICS_SERVER_H_
#define NAVE_RESOLVER_METRICS_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/metrics.h"
#include "lib/net/event_loop.h"
#include "lib/net/tcp_listener.h"

namespace nave::resolver {

class MetricsServer {
 public:
  // Connections at a time, octets of a request, and how long a connection may last.
  static constexpr size_t kMaxConnections = 16;
  static constexpr size_t kMaxRequestSize = 8192;
  static constexpr absl::Duration kMaxConnectionTime = absl::Seconds(10);

  // `loop` and `registry` must outlive the server. `healthy` decides between 200 and 503 of
  // /healthz. Errors as net::TcpListener::Listen.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Listen(net::EventLoop* loop,
                                                               const net::Endpoint& endpoint,
                                                               const metrics::Registry* registry,
                                                               std::function<bool()> healthy);
  ~MetricsServer();
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;

  const net::Endpoint& local() const { return listener_->local(); }
  size_t connection_count() const { return connections_.size(); }

 private:
  struct Connection {
    std::string request;
    std::string response;
    size_t sent = 0;
    net::EventLoop::TimerId timer = net::EventLoop::kNoTimer;
  };

  MetricsServer(net::EventLoop* loop, const metrics::Registry* registry,
                std::function<bool()> healthy);
  void OnAccept(int fd);
  void OnEvents(int fd, uint32_t events);
  // True once the whole head of the request is there; false, and maybe closed, before.
  bool Read(int fd, Connection* connection);
  void Write(int fd, Connection* connection);
  std::string Respond(absl::string_view request) const;
  void Close(int fd);

  net::EventLoop* const loop_;
  const metrics::Registry* const registry_;
  const std::function<bool()> healthy_;
  std::unique_ptr<net::TcpListener> listener_;
  absl::flat_hash_map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_METRICS_SERVER_H_
