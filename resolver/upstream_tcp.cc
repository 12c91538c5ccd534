#include "resolver/upstream_tcp.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "resolver/egress.h"

namespace nave::resolver {
namespace {

WireFailure ToFailure(int error) {
  switch (error) {
    case ECONNREFUSED:
      return WireFailure::kRefused;
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EHOSTDOWN:
    case ETIMEDOUT:
      return WireFailure::kUnreachable;
    default:
      return WireFailure::kClosed;
  }
}

bool IsSoft(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

UpstreamTcp::UpstreamTcp(net::EventLoop* loop, const net::Endpoint& target,
                         const std::optional<net::IpAddress>& source, Receiver* receiver)
    : loop_(loop), target_(target), source_(source), receiver_(receiver) {}

UpstreamTcp::~UpstreamTcp() {
  loop_->CancelAtTurnEnd(flush_);
  Close();
}

absl::StatusOr<UpstreamWire::Token> UpstreamTcp::Send(absl::Span<const uint8_t> message) {
  if (fd_ < 0) NAVE_RETURN_IF_ERROR(Open());
  if (!HasRoom(message.size()) && !connecting_) Write();
  if (!HasRoom(message.size())) {
    return absl::ResourceExhaustedError(
        absl::StrCat(target_.ToString(), " does not take what is sent to it"));
  }
  net::AppendTcpMessage(message, &output_);
  ++waiting_;
  last_used_ = loop_->now();
  if (flush_ == net::EventLoop::kNoTurnEnd) {
    flush_ = loop_->RunAtTurnEnd([this] { Flush(); });
  }
  return token_;
}

void UpstreamTcp::Flush() {
  flush_ = net::EventLoop::kNoTurnEnd;
  if (fd_ < 0 || connecting_) return;
  Write();
  UpdateWatch();
}

absl::Status UpstreamTcp::Open() {
  NAVE_ASSIGN_OR_RETURN(const int fd, OpenEgressSocket(SOCK_STREAM, source_, target_));
  watched_ = EPOLLIN | EPOLLOUT;
  absl::Status status = loop_->Watch(fd, watched_, [this](uint32_t events) { OnEvents(events); });
  if (!status.ok()) {
    close(fd);
    return status;
  }
  fd_ = fd;
  ++token_;
  connecting_ = true;
  waiting_ = 0;
  return absl::OkStatus();
}

void UpstreamTcp::Close() {
  if (fd_ < 0) return;
  loop_->Unwatch(fd_);
  close(fd_);
  fd_ = -1;
  connecting_ = false;
  input_.Clear();
  output_.clear();
  output_sent_ = 0;
}

void UpstreamTcp::Fail(WireFailure failure, const std::string& text) {
  const Token token = token_;
  Close();
  receiver_->OnFailure(token, failure, text);
}

void UpstreamTcp::Release(Token token) {
  if (token == token_ && waiting_ > 0) --waiting_;
}

void UpstreamTcp::Tick(absl::Time now) {
  if (fd_ >= 0 && waiting_ == 0 && now - last_used_ >= kIdleTimeout) Close();
}

void UpstreamTcp::OnEvents(uint32_t events) {
  const Token token = token_;
  if (connecting_ && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) FinishConnect();
  if (fd_ >= 0 && token == token_ && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) Read();
  // Who was called back may have failed this connection and opened another.
  if (fd_ < 0 || token != token_ || connecting_) return;
  Write();
  UpdateWatch();
}

void UpstreamTcp::FinishConnect() {
  int error = 0;
  socklen_t size = sizeof(error);
  if (getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return Fail(ToFailure(error), std::strerror(error));
  connecting_ = false;
}

void UpstreamTcp::Read() {
  char buffer[kReadSize];
  const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
  if (got < 0) {
    if (!IsSoft(errno)) Fail(ToFailure(errno), std::strerror(errno));
    return;
  }
  if (got == 0) return Fail(WireFailure::kClosed, "connection closed");
  last_used_ = loop_->now();
  input_.Append(absl::string_view(buffer, static_cast<size_t>(got)));
  DeliverMessages();
}

void UpstreamTcp::DeliverMessages() {
  // A callback may send, but nothing it does changes the input of a connection that is still open.
  const Token token = token_;
  while (fd_ >= 0 && token == token_) {
    const auto message = input_.Next();
    if (!message.has_value()) return;
    receiver_->OnMessage(token, *message);
  }
}

void UpstreamTcp::Write() {
  while (output_sent_ < output_.size()) {
    const ssize_t sent =
        send(fd_, output_.data() + output_sent_, output_.size() - output_sent_, MSG_NOSIGNAL);
    // A hard error comes as an event too, and is dealt with there.
    if (sent < 0) return;
    output_sent_ += static_cast<size_t>(sent);
  }
  output_.clear();
  output_sent_ = 0;
}

void UpstreamTcp::UpdateWatch() {
  const uint32_t wanted = EPOLLIN | (connecting_ || !output_.empty() ? EPOLLOUT : 0u);
  if (wanted == watched_) return;
  watched_ = wanted;
  // The descriptor is watched, so the kernel can refuse only for reasons that end us anyway.
  loop_->Rewatch(fd_, wanted).IgnoreError();
}

}  // namespace nave::resolver
