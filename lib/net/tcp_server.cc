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
    : loop_(loop),
      options_(options),
      handler_(std::move(handler)),
      own_pool_(options.pool == nullptr ? std::make_unique<TcpPool>(options.limits) : nullptr),
      pool_(options.pool == nullptr ? own_pool_.get() : options.pool) {}

TcpServer::~TcpServer() {
  // A connection may be held by its own callback further up the stack: it must not call back.
  for (auto& [id, entry] : connections_) {
    pool_->Remove(entry.place, TcpEnd::kClosed);
    entry.connection->Close();
  }
}

void TcpServer::OnAccept(int fd, const Endpoint& peer, const IpAddress& local) {
  if (!pool_->MakeRoom(peer.address)) {
    close(fd);
    return;
  }
  const ConnectionId id = next_id_++;
  TcpConnectionOptions options = options_.connection;
  options.memory = pool_->memory();
  auto connection = std::make_shared<TcpConnection>(loop_, fd, peer, local, options);
  const TcpPool::Place place =
      pool_->Add(connection.get(), [this, id] { End(id, TcpEnd::kEvicted); });
  connections_.emplace(id, Connection{connection, place});
  // By value: the connection may go while its message is handled.
  const absl::Status started = connection->Start(
      [this, id, place, peer, local](absl::Span<const uint8_t> message) {
        pool_->Touch(place);
        handler_(id, peer, local, message);
      },
      [this, id] { End(id, TcpEnd::kPeer); });
  if (!started.ok()) End(id, TcpEnd::kClosed);
}

void TcpServer::Answer(ConnectionId id, absl::Span<const uint8_t> message) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  // Held: a failed write removes it.
  const std::shared_ptr<TcpConnection> connection = found->second.connection;
  connection->Answer(message);
}

void TcpServer::Close(ConnectionId id) { End(id, TcpEnd::kClosed); }

void TcpServer::StopListening() { listener_.reset(); }

void TcpServer::End(ConnectionId id, TcpEnd end) {
  auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const std::shared_ptr<TcpConnection> connection = std::move(found->second.connection);
  // A connection that ended by itself knows why.
  pool_->Remove(found->second.place, connection->end() == TcpEnd::kNone ? end : connection->end());
  connections_.erase(found);
  connection->Close();
}

}  // namespace nave::net
