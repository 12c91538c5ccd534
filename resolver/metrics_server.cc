#include "resolver/metrics_server.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/status_macros.h"

namespace nave::resolver {
namespace {

std::string MakeResponse(absl::string_view status, absl::string_view type, std::string body) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: ", type,
                      "\r\nContent-Length: ", body.size(), "\r\nConnection: close\r\n\r\n", body);
}

// "GET /metrics HTTP/1.1" -> "/metrics", without a query; empty for another method.
absl::string_view PathOf(absl::string_view request) {
  if (!absl::ConsumePrefix(&request, "GET ")) return {};
  return request.substr(0, request.find_first_of(" ?\r\n"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Listen(
    net::EventLoop* loop, const net::Endpoint& endpoint, const metrics::Registry* registry,
    std::function<bool()> healthy) {
  auto server = absl::WrapUnique(new MetricsServer(loop, registry, std::move(healthy)));
  MetricsServer* raw = server.get();
  NAVE_ASSIGN_OR_RETURN(
      server->listener_,
      net::TcpListener::Listen(
          loop, endpoint, false,
          [raw](int fd, const net::Endpoint&, const net::IpAddress&) { raw->OnAccept(fd); }));
  return server;
}

MetricsServer::MetricsServer(net::EventLoop* loop, const metrics::Registry* registry,
                             std::function<bool()> healthy)
    : loop_(loop), registry_(registry), healthy_(std::move(healthy)) {}

MetricsServer::~MetricsServer() {
  while (!connections_.empty()) Close(connections_.begin()->first);
}

void MetricsServer::OnAccept(int fd) {
  if (connections_.size() >= kMaxConnections ||
      !loop_->Watch(fd, EPOLLIN, [this, fd](uint32_t events) { OnEvents(fd, events); }).ok()) {
    close(fd);
    return;
  }
  auto connection = std::make_unique<Connection>();
  connection->timer = loop_->RunAfter(kMaxConnectionTime, [this, fd] { Close(fd); });
  connections_.emplace(fd, std::move(connection));
}

void MetricsServer::Close(int fd) {
  auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  loop_->Cancel(found->second->timer);
  connections_.erase(found);
  loop_->Unwatch(fd);
  close(fd);
}

void MetricsServer::OnEvents(int fd, uint32_t events) {
  auto found = connections_.find(fd);
  if (found == connections_.end()) return;
  Connection* connection = found->second.get();
  if ((events & EPOLLERR) != 0) return Close(fd);
  if (connection->response.empty()) {
    if (!Read(fd, connection)) return;
    connection->response = Respond(connection->request);
  }
  Write(fd, connection);
}

bool MetricsServer::Read(int fd, Connection* connection) {
  char buffer[2048];
  const ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got > 0) connection->request.append(buffer, static_cast<size_t>(got));
  if (got <= 0 || connection->request.size() > kMaxRequestSize) {
    Close(fd);
    return false;
  }
  return absl::StrContains(connection->request, "\r\n\r\n");
}

void MetricsServer::Write(int fd, Connection* connection) {
  while (connection->sent < connection->response.size()) {
    const ssize_t sent = send(fd, connection->response.data() + connection->sent,
                              connection->response.size() - connection->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN && loop_->Rewatch(fd, EPOLLOUT).ok()) return;
    if (sent < 0) break;
    connection->sent += static_cast<size_t>(sent);
  }
  Close(fd);
}

std::string MetricsServer::Respond(absl::string_view request) const {
  const absl::string_view path = PathOf(request);
  if (path == "/metrics") {
    return MakeResponse("200 OK", "text/plain; version=0.0.4; charset=utf-8", registry_->Expose());
  }
  if (path == "/healthz") {
    return healthy_() ? MakeResponse("200 OK", "text/plain", "ok\n")
                      : MakeResponse("503 Service Unavailable", "text/plain", "no state yet\n");
  }
  if (path.empty()) return MakeResponse("405 Method Not Allowed", "text/plain", "GET only\n");
  return MakeResponse("404 Not Found", "text/plain", "try /metrics or /healthz\n");
}

}  // namespace nave::resolver
