#include "lib/net/tcp_connection.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "lib/net/socket.h"

namespace nave::net {

TcpConnection::TcpConnection(EventLoop* loop, int fd, const Endpoint& peer, const IpAddress& local,
                             const TcpConnectionOptions& options)
    : loop_(loop), fd_(fd), peer_(peer), local_(local), options_(options) {}

TcpConnection::~TcpConnection() { Close(); }

absl::Status TcpConnection::Start(MessageCallback on_message, CloseCallback on_close) {
  on_message_ = std::move(on_message);
  on_close_ = std::move(on_close);
  watched_ = EPOLLIN;
  absl::Status status = loop_->Watch(fd_, watched_, [this](uint32_t events) { OnEvents(events); });
  if (status.ok()) UpdateTimer();
  return status;
}

void TcpConnection::Close() {
  if (fd_ < 0) return;
  loop_->Cancel(timer_);
  loop_->Unwatch(fd_);
  close(fd_);
  fd_ = -1;
  on_close_ = nullptr;
}

void TcpConnection::Finish() {
  if (fd_ < 0) return;
  const CloseCallback on_close = std::move(on_close_);
  Close();
  if (on_close) on_close();
}

void TcpConnection::OnEvents(uint32_t events) {
  // The close callback may drop the last other reference.
  const std::shared_ptr<TcpConnection> self = shared_from_this();
  // A hang-up comes again at every turn, so it must end what a half-close may leave open.
  if ((events & EPOLLERR) != 0 || (peer_closed_ && (events & EPOLLHUP) != 0)) return Finish();
  if ((events & EPOLLOUT) != 0) Write();
  if (fd_ >= 0 && (events & (EPOLLIN | EPOLLHUP)) != 0) Read();
  if (fd_ < 0) return;
  UpdateWatch();
  UpdateTimer();
}

void TcpConnection::Read() {
  if (peer_closed_ || reading_paused()) return;
  char buffer[kReadSize];
  const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
  if (got < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) Finish();
    return;
  }
  if (got == 0) {
    // A half-closed peer still gets what it asked for (RFC 7766 section 6.2.4).
    peer_closed_ = true;
    return MaybeFinishAfterPeerClosed();
  }
  input_.Append(absl::string_view(buffer, static_cast<size_t>(got)));
  DeliverMessages();
}

void TcpConnection::DeliverMessages() {
  // A message may be answered within its callback; this loop takes the next one then.
  if (delivering_) return;
  delivering_ = true;
  while (fd_ >= 0 && !reading_paused()) {
    const auto message = input_.Next();
    if (!message.has_value()) break;
    ++outstanding_;
    on_message_(*message);
  }
  delivering_ = false;
}

void TcpConnection::Answer(absl::Span<const uint8_t> message) {
  if (fd_ < 0) return;
  const std::shared_ptr<TcpConnection> self = shared_from_this();
  if (outstanding_ > 0) --outstanding_;
  if (!message.empty()) {
    if (output_.size() - output_sent_ + kTcpLengthSize + message.size() >
        options_.max_write_buffer) {
      return Finish();
    }
    AppendTcpMessage(message, &output_);
    Write();
  }
  if (delivering_ || fd_ < 0) return;
  DeliverMessages();
  if (fd_ < 0) return;
  MaybeFinishAfterPeerClosed();
  if (fd_ < 0) return;
  UpdateWatch();
  UpdateTimer();
}

void TcpConnection::Write() {
  while (output_sent_ < output_.size()) {
    const ssize_t sent =
        send(fd_, output_.data() + output_sent_, output_.size() - output_sent_, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) Finish();
      return;
    }
    output_sent_ += static_cast<size_t>(sent);
    // Progress: the deadline starts anew.
    wait_ = Wait::kNone;
  }
  output_.clear();
  output_sent_ = 0;
  MaybeFinishAfterPeerClosed();
}

void TcpConnection::MaybeFinishAfterPeerClosed() {
  if (peer_closed_ && !delivering_ && outstanding_ == 0 && output_.empty()) Finish();
}

void TcpConnection::UpdateWatch() {
  uint32_t wanted = 0;
  if (!peer_closed_ && !reading_paused()) wanted |= EPOLLIN;
  if (!output_.empty()) wanted |= EPOLLOUT;
  if (wanted == watched_) return;
  watched_ = wanted;
  if (!loop_->Rewatch(fd_, wanted).ok()) Finish();
}

void TcpConnection::UpdateTimer() {
  if (fd_ < 0) return;
  Wait wanted = Wait::kNone;
  if (!output_.empty()) {
    wanted = Wait::kWrite;
  } else if (input_.buffered() > 0 && !reading_paused()) {
    wanted = Wait::kMessage;
  } else if (outstanding_ == 0) {
    wanted = Wait::kIdle;
  }
  // The deadline of a message runs from its first octet: a peer that sends one octet at a time does
  // not move it. An idle wait that goes on was interrupted by whole messages, and starts anew.
  if (wanted == wait_ && wanted != Wait::kIdle) return;
  wait_ = wanted;
  loop_->Cancel(timer_);
  timer_ = EventLoop::kNoTimer;
  if (wanted == Wait::kNone) return;
  timer_ =
      loop_->RunAfter(wanted == Wait::kIdle ? options_.idle_timeout : options_.io_timeout, [this] {
        const std::shared_ptr<TcpConnection> self = shared_from_this();
        Finish();
      });
}

}  // namespace nave::net
