// GET /metrics and GET /healthz over plain HTTP/1.1, on a thread of its own (control-plane.md
// section 6). Start and stop from one thread.
#ifndef NAVE_SERVER_STATUS_PAGE_H_
#define NAVE_SERVER_STATUS_PAGE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/metrics.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "lib/net/tcp_listener.h"

namespace nave::server {

inline constexpr size_t kMaxPageConnections = 32;
inline constexpr size_t kMaxPageRequestBytes = 8192;
inline constexpr absl::Duration kMaxPageTime = absl::Seconds(10);

class StatusPage {
 public:
  // Listens and answers from now on. `healthy` is called on the page's thread, and decides between
  // 200 and 503. All outlive the page. Errors as net::TcpListener::Listen.
  static absl::StatusOr<std::unique_ptr<StatusPage>> Start(const net::Endpoint& endpoint,
                                                           const Clock& clock,
                                                           const metrics::Registry& registry,
                                                           std::function<bool()> healthy);
  // Stops, and closes what is open.
  ~StatusPage();
  StatusPage(const StatusPage&) = delete;
  StatusPage& operator=(const StatusPage&) = delete;

  // With the port that the system chose.
  const net::Endpoint& local() const { return listener_->local(); }

 private:
  struct Visit {
    std::string request, response;
    size_t sent = 0;
    net::EventLoop::TimerId timer = net::EventLoop::kNoTimer;
  };
  StatusPage(std::unique_ptr<net::EventLoop> loop, const metrics::Registry& registry,
             std::function<bool()> healthy);
  void Admit(int fd);
  void Serve(int fd);
  // Tells whether the head of the request is there.
  bool Receive(int fd, Visit& visit);
  // Sends what fits.
  void Send(int fd, Visit& visit);
  void End(int fd);
  std::string Answer(absl::string_view request) const;

  const std::unique_ptr<net::EventLoop> loop_;
  const metrics::Registry& registry_;
  const std::function<bool()> healthy_;
  std::unique_ptr<net::TcpListener> listener_;
  std::map<int, Visit> visits_;  // of the thread below
  std::thread thread_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_STATUS_PAGE_H_
