#include "lib/net/tcp_connection.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
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
  absl::Status status = loop_->Watch(
      fd_, watched_, [this](uint32_t events) { OnEvents(events); }, EventLoop::Rank::kBulk);
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
  CountMemory(0);
}

void TcpConnection::Finish(TcpEnd end) {
  if (fd_ < 0) return;
  end_ = end;
  const CloseCallback on_close = std::move(on_close_);
  Close();
  if (on_close) on_close();
}

void TcpConnection::OnEvents(uint32_t events) {
  // The close callback may drop the last other reference.
  const std::shared_ptr<TcpConnection> self = shared_from_this();
  // A hang-up comes again at every turn, so it must end what a half-close, or a pause of reading,
  // may leave open.
  const bool cannot_read = peer_closed_ || reading_paused();
  if ((events & EPOLLERR) != 0 || (cannot_read && (events & EPOLLHUP) != 0)) {
    return Finish(TcpEnd::kPeer);
  }
  if ((events & EPOLLOUT) != 0) {
    Write();
    // Reading may have stopped at the answers that were not taken.
    if (fd_ >= 0) DeliverMessages();
  }
  if (fd_ >= 0 && (events & (EPOLLIN | EPOLLHUP)) != 0) Read();
  Settle();
}

void TcpConnection::Read() {
  if (peer_closed_ || reading_paused()) return;
  char buffer[kReadSize];
  const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
  if (got < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) Finish(TcpEnd::kPeer);
    return;
  }
  if (got == 0) {
    // A half-closed peer still gets what it asked for (RFC 7766 section 6.2.4).
    peer_closed_ = true;
    return;
  }
  input_.Append(absl::string_view(buffer, static_cast<size_t>(got)));
  DeliverMessages();
}

bool TcpConnection::DeliverOne() {
  if (fd_ < 0 || reading_paused()) return false;
  const std::optional<absl::Span<const uint8_t>> message = input_.Next();
  if (!message.has_value()) return false;
  ++outstanding_;
  on_message_(*message);
  return true;
}

void TcpConnection::DeliverMessages() {
  // A message may be answered within its callback; this loop takes the next one then.
  if (delivering_) return;
  delivering_ = true;
  bool any = false;
  bool delivered = true;
  while (delivered) {
    delivered = false;
    while (DeliverOne()) delivered = any = true;
    // One system call for all that was answered at once. It may end the pause.
    if (delivered && fd_ >= 0) Write();
  }
  delivering_ = false;
  if (!any) return;
  input_.Trim();
  // The next message has a deadline of its own.
  if (wait_ == Wait::kMessage) wait_ = Wait::kNone;
}

void TcpConnection::Answer(absl::Span<const uint8_t> message) {
  if (fd_ < 0) return;
  const std::shared_ptr<TcpConnection> self = shared_from_this();
  if (outstanding_ > 0) --outstanding_;
  if (!message.empty()) {
    if (unsent() + kTcpLengthSize + message.size() > options_.max_write_buffer ||
        memory_is_full()) {
      return Finish(TcpEnd::kFull);
    }
    AppendTcpMessage(message, &output_);
    CountMemory(input_.buffered() + unsent());
  }
  if (delivering_) return;
  Write();
  if (fd_ >= 0) DeliverMessages();
  Settle();
}

void TcpConnection::Write() {
  while (unsent() > 0) {
    const ssize_t sent = send(fd_, output_.data() + output_sent_, unsent(), MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return Finish(TcpEnd::kPeer);
      return ForgetSent();
    }
    output_sent_ += static_cast<size_t>(sent);
    taken_ += static_cast<size_t>(sent);
    // Enough progress for a new deadline: a peer that takes an octet now and then makes none.
    if (wait_ == Wait::kWrite && taken_ >= kMinTaken) wait_ = Wait::kNone;
  }
  if (!output_.empty()) std::string().swap(output_);
  output_sent_ = 0;
}

void TcpConnection::ForgetSent() {
  // Now and then: each time would move what waits again and again.
  if (output_sent_ < options_.max_unread) return;
  output_.erase(0, output_sent_);
  output_sent_ = 0;
}

void TcpConnection::Settle() {
  if (fd_ < 0) return;
  if (peer_closed_ && outstanding_ == 0 && output_.empty()) return Finish(TcpEnd::kPeer);
  CountMemory(input_.buffered() + unsent());
  if (memory_is_full() && input_.buffered() > 0) return Finish(TcpEnd::kFull);
  UpdateWatch();
  UpdateTimer();
}

void TcpConnection::CountMemory(size_t held) {
  if (options_.memory != nullptr) options_.memory->used += held - counted_;
  counted_ = held;
}

void TcpConnection::UpdateWatch() {
  uint32_t wanted = 0;
  if (!peer_closed_ && !reading_paused()) wanted |= EPOLLIN;
  if (!output_.empty()) wanted |= EPOLLOUT;
  if (wanted == watched_) return;
  watched_ = wanted;
  if (!loop_->Rewatch(fd_, wanted).ok()) Finish(TcpEnd::kPeer);
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
  taken_ = 0;
  loop_->Cancel(timer_);
  timer_ = EventLoop::kNoTimer;
  if (wanted == Wait::kNone) return;
  const absl::Duration delay = wanted == Wait::kIdle ? options_.idle_timeout : options_.io_timeout;
  timer_ = loop_->RunAfter(delay, [this] { OnTimeout(); });
}

void TcpConnection::OnTimeout() {
  const std::shared_ptr<TcpConnection> self = shared_from_this();
  switch (wait_) {
    case Wait::kMessage:
      return Finish(TcpEnd::kSlowMessage);
    case Wait::kWrite:
      return Finish(TcpEnd::kSlowReader);
    case Wait::kIdle:
    case Wait::kNone:
      return Finish(TcpEnd::kIdle);
  }
}

}  // namespace nave::net
