#include "resolver/listener_socket.h"

#include <sys/epoll.h>

#include <utility>

#include "absl/memory/memory.h"
#include "lib/base/status_macros.h"
#include "lib/dns/message.h"

namespace nave::resolver {
namespace {

// A port that is free for UDP may be taken for TCP; then another is tried.
constexpr int kMaxPortTries = 16;

}  // namespace

absl::StatusOr<std::shared_ptr<ListenerSocket>> ListenerSocket::Open(
    net::EventLoop* loop, QueryHandler* handler, const net::Endpoint& endpoint,
    const net::TcpServerOptions& tcp, FlushList* flush_list) {
  std::shared_ptr<ListenerSocket> socket(new ListenerSocket(loop, handler, flush_list));
  absl::Status bound = socket->Bind(endpoint, tcp);
  for (int i = 1; i < kMaxPortTries && endpoint.port == 0 && absl::IsUnavailable(bound); ++i) {
    bound = socket->Bind(endpoint, tcp);
  }
  NAVE_RETURN_IF_ERROR(bound);
  ListenerSocket* raw = socket.get();
  NAVE_RETURN_IF_ERROR(
      loop->Watch(socket->udp_->fd(), EPOLLIN, [raw](uint32_t) { raw->OnReadable(); }));
  return socket;
}

ListenerSocket::ListenerSocket(net::EventLoop* loop, QueryHandler* handler, FlushList* flush_list)
    : loop_(loop), handler_(handler), flush_list_(flush_list) {}

ListenerSocket::~ListenerSocket() {
  if (udp_ == nullptr) return;
  loop_->Unwatch(udp_->fd());
  udp_->Flush();
}

absl::Status ListenerSocket::Bind(const net::Endpoint& endpoint, const net::TcpServerOptions& tcp) {
  net::UdpOptions udp_options;
  udp_options.reuse_port = true;
  NAVE_ASSIGN_OR_RETURN(udp_, net::UdpSocket::Bind(endpoint, udp_options));
  net::TcpServerOptions tcp_options = tcp;
  tcp_options.reuse_port = true;
  NAVE_ASSIGN_OR_RETURN(
      tcp_, net::TcpServer::Listen(
                loop_, udp_->local(), tcp_options,
                [this](net::TcpServer::ConnectionId id, const net::Endpoint& peer,
                       const net::IpAddress& local, absl::Span<const uint8_t> message) {
                  handler_->Handle(message, {peer, local, true, id}, listener_, shared_from_this());
                }));
  return absl::OkStatus();
}

void ListenerSocket::OnReadable() {
  const std::shared_ptr<Responder> self = shared_from_this();
  for (int i = 0; i < kMaxBatchesPerTurn; ++i) {
    const int count = udp_->Receive([&](absl::Span<const net::Datagram> datagrams) {
      handler_->HandleBatch(datagrams, listener_, self);
    });
    if (count >= net::EventLoop::kPauseWorth) Pause();
    if (count < net::UdpSocket::kBatchSize) return;
  }
}

absl::Span<uint8_t> ListenerSocket::AnswerBuffer(const ReplyPath& path) {
  if (!path.is_tcp) return udp_->Slot();
  tcp_buffer_.resize(dns::kMaxMessageSize);
  return absl::MakeSpan(tcp_buffer_);
}

void ListenerSocket::Respond(const ReplyPath& path, size_t size) {
  if (path.is_tcp) {
    tcp_->Answer(path.connection, absl::MakeConstSpan(tcp_buffer_.data(), size));
    return;
  }
  if (size == 0) return;
  udp_->Send(size, path.peer, path.local);
  JoinFlushList();
}

void ListenerSocket::JoinFlushList() {
  if (in_flush_list_) return;
  in_flush_list_ = true;
  flush_list_->push_back(weak_from_this());
}

void ListenerSocket::Flush() {
  in_flush_list_ = false;
  if (udp_->unsent_count() >= net::EventLoop::kPauseWorth && !is_paused_) {
    loop_->Pause(udp_->fd());
    is_paused_ = true;
  }
  udp_->Flush();
  if (is_paused_) loop_->Resume(udp_->fd());
  is_paused_ = false;
}

void ListenerSocket::Pause() {
  if (!is_paused_) loop_->Pause(udp_->fd());
  is_paused_ = true;
  JoinFlushList();
}

}  // namespace nave::resolver
