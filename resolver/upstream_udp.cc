#include "resolver/upstream_udp.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/base/random.h"
#include "lib/net/udp_socket.h"
#include "resolver/ares_door.h"
#include "resolver/egress.h"

namespace nave::resolver {
namespace {

// Messages taken from one socket at a time.
constexpr int kMaxBatch = 32;

bool IsUnreachable(int error) {
  return error == EHOSTUNREACH || error == ENETUNREACH || error == EACCES || error == EPERM ||
         error == EHOSTDOWN || error == ENETDOWN || error == EADDRNOTAVAIL;
}

}  // namespace

UpstreamUdp::UpstreamUdp(net::EventLoop* loop, const net::Endpoint& target,
                         const std::optional<net::IpAddress>& source, Receiver* receiver)
    : loop_(loop), target_(target), source_(source), receiver_(receiver) {}

UpstreamUdp::~UpstreamUdp() {
  loop_->CancelAtTurnEnd(flush_);
  for (const auto& [token, socket] : sockets_) {
    loop_->Unwatch(socket.fd);
    close(socket.fd);
  }
}

absl::StatusOr<UpstreamWire::Token> UpstreamUdp::Send(absl::Span<const uint8_t> message) {
  if (unsent_.empty()) place_ = RandomUint64() % kPoolSize;
  absl::StatusOr<Token> token = Take(place_);
  if (!token.ok()) return token.status();
  Socket& socket = sockets_.find(*token)->second;
  ++socket.queries;
  ++socket.waiting;
  if (unsent_.empty() || unsent_.back().token != *token) unsent_.push_back({*token, {}});
  unsent_.back().burst.Add(message);
  if (flush_ == net::EventLoop::kNoTurnEnd) {
    flush_ = loop_->RunAtTurnEnd([this] { Flush(); });
  }
  return *token;
}

void UpstreamUdp::Flush() {
  flush_ = net::EventLoop::kNoTurnEnd;
  // A failure may be answered with another query.
  for (Unsent& unsent : std::exchange(unsent_, {})) {
    auto found = sockets_.find(unsent.token);
    // Closed, since nobody waits any more.
    if (found == sockets_.end()) continue;
    const int error = unsent.burst.Send(loop_, found->second.fd, &found->second.ability);
    if (error != 0) OnError(unsent.token, error);
  }
}

absl::StatusOr<UpstreamWire::Token> UpstreamUdp::Take(size_t place) {
  Token& token = pool_[place];
  auto found = sockets_.find(token);
  if (found != sockets_.end()) {
    const Socket& socket = found->second;
    const bool fresh =
        socket.queries < kMaxQueriesPerSocket && loop_->now() - socket.opened < kMaxAge;
    if (fresh || sockets_.size() >= kMaxSockets) return token;
  }
  absl::StatusOr<Token> opened = Open();
  // An old port is better than none.
  if (!opened.ok()) return found != sockets_.end() ? absl::StatusOr<Token>(token) : opened;
  if (token != 0) Retire(token);
  token = *opened;
  return token;
}

absl::StatusOr<UpstreamWire::Token> UpstreamUdp::Open() {
  absl::StatusOr<int> fd = OpenEgressSocket(SOCK_DGRAM, source_, target_);
  if (!fd.ok()) return fd.status();
  const Token token = ++last_token_;
  const absl::Status status =
      loop_->Watch(*fd, EPOLLIN, [this, token](uint32_t) { OnReadable(token); });
  if (!status.ok()) {
    close(*fd);
    return status;
  }
  sockets_.emplace(token, Socket{*fd, 0, 0, false, loop_->now()});
  return token;
}

void UpstreamUdp::Retire(Token token) {
  auto found = sockets_.find(token);
  if (found == sockets_.end()) return;
  found->second.retired = true;
  CloseIfDone(token);
}

void UpstreamUdp::CloseIfDone(Token token) {
  auto found = sockets_.find(token);
  if (found == sockets_.end() || !found->second.retired || found->second.waiting > 0) return;
  loop_->Unwatch(found->second.fd);
  close(found->second.fd);
  sockets_.erase(found);
}

void UpstreamUdp::Release(Token token) {
  auto found = sockets_.find(token);
  if (found == sockets_.end()) return;
  --found->second.waiting;
  CloseIfDone(token);
}

void UpstreamUdp::OnReadable(Token token) {
  auto found = sockets_.find(token);
  if (found == sockets_.end()) return;
  uint8_t buffers[kMaxBatch][net::UdpSocket::kDatagramStride];
  iovec vectors[kMaxBatch];
  mmsghdr messages[kMaxBatch] = {};
  for (int i = 0; i < kMaxBatch; ++i) {
    vectors[i] = {buffers[i], AresDoor::kMaxDatagramSize};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int count = recvmmsg(found->second.fd, messages, kMaxBatch, MSG_DONTWAIT, nullptr);
  if (count < 0) return OnError(token, errno);
  for (int i = 0; i < count; ++i) {
    receiver_->OnMessage(token, absl::MakeConstSpan(buffers[i], messages[i].msg_len));
  }
}

void UpstreamUdp::OnError(Token token, int error) {
  if (net::IsRoomError(error) || error == EINTR) return;
  const std::string text = std::strerror(error);
  receiver_->OnFailure(
      token, IsUnreachable(error) ? WireFailure::kUnreachable : WireFailure::kRefused, text);
}

void UpstreamUdp::Tick(absl::Time now) {
  for (Token& token : pool_) {
    auto found = sockets_.find(token);
    if (found == sockets_.end() || now - found->second.opened < kMaxAge) continue;
    Retire(token);
    token = 0;
  }
}

}  // namespace nave::resolver
