#include "lib/net/tcp_server.h"

#include <unistd.h>

#include <utility>

#include "absl/memory/memory.h"

namespace nave::net {

absl::StatusOr<std::unique_ptr<TcpServer>> TcpServer::Listen(EventLoop* loop,
                                                             const Endpoint& endpoint,
                                                             const TcpServerOptions& options,
                                                             MessageHandler handler) {
  auto server = absl::WrapUnique(new TcpServer(loop, options, std::move(handler)));
  TcpServer* raw = server.get();
  absl::StatusOr<std::unique_ptr<TcpListener>> listener =
      TcpListener::Listen(loop, endpoint, options.reuse_port,
                          [raw](int fd, const Endpoint& peer, const IpAddress& local) {
                            raw->OnAccept(fd, peer, local);
                          });
  if (!listener.ok()) return listener.status();
  server->listener_ = *std::move(listener);
  return server;
}

TcpServer::TcpServer(EventLoop* loop, const TcpServerOptions& options, MessageHandler handler)
    : loop_(loop), options_(options), handler_(std::move(handler)) {}

TcpServer::~TcpServer() {
  // A connection may be held by its own callback further up the stack: it must not call back.
  for (auto& [id, connection] : connections_) connection->Close();
}

void TcpServer::OnAccept(int fd, const Endpoint& peer, const IpAddress& local) {
  auto client = per_client_.find(peer.address);
  const size_t of_client = client == per_client_.end() ? 0 : client->second;
  if (connections_.size() >= options_.max_connections ||
      of_client >= options_.max_connections_per_client) {
    ++refused_count_;
    close(fd);
    return;
  }
  const ConnectionId id = next_id_++;
  auto connection = std::make_shared<TcpConnection>(loop_, fd, peer, local, options_.connection);
  // By value: the connection may go while its message is handled.
  const absl::Status started = connection->Start(
      [this, id, peer, local](absl::Span<const uint8_t> message) {
        handler_(id, peer, local, message);
      },
      [this, id] { Remove(id); });
  if (!started.ok()) {
    ++refused_count_;
    return;
  }
  ++per_client_[peer.address];
  connections_.emplace(id, std::move(connection));
}

void TcpServer::Answer(ConnectionId id, absl::Span<const uint8_t> message) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  // Held: a failed write removes it.
  const std::shared_ptr<TcpConnection> connection = found->second;
  connection->Answer(message);
}

void TcpServer::Close(ConnectionId id) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const std::shared_ptr<TcpConnection> connection = found->second;
  Remove(id);
  connection->Close();
}

void TcpServer::StopListening() { listener_.reset(); }

void TcpServer::Remove(ConnectionId id) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  auto client = per_client_.find(found->second->peer().address);
  if (client != per_client_.end() && --client->second == 0) per_client_.erase(client);
  connections_.erase(found);
}

}  // namespace nave::net
