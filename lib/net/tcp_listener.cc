#include "lib/net/tcp_listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/time.h"
#include "lib/net/socket.h"

namespace nave::net {
namespace {

// How long we stop accepting when there are no descriptors left: the connection stays readable, so
// without a pause the loop would spin.
constexpr absl::Duration kPause = absl::Milliseconds(100);

// Octets that the kernel may hold unsent of one connection before it says that there is room again:
// so a slow reader is seen to make progress, and holds little memory.
constexpr int kUnsentMax = 16384;

// What is accepted inherits them, at no system call each.
void SetOptions(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentMax, sizeof(kUnsentMax));
}

bool IsShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TcpListener>> TcpListener::Listen(EventLoop* loop,
                                                                 const Endpoint& endpoint,
                                                                 bool reuse_port,
                                                                 AcceptCallback callback) {
  absl::StatusOr<int> fd = BindSocket(SOCK_STREAM, endpoint, reuse_port);
  if (!fd.ok()) return fd.status();
  auto listener =
      absl::WrapUnique(new TcpListener(loop, *fd, LocalEndpoint(*fd), std::move(callback)));
  SetOptions(*fd);
  if (listen(*fd, kBacklog) != 0) return SystemError("listen");
  TcpListener* raw = listener.get();
  absl::Status watched = loop->Watch(
      *fd, EPOLLIN, [raw](uint32_t) { raw->OnReadable(); }, EventLoop::Rank::kBulk);
  if (!watched.ok()) return watched;
  return listener;
}

TcpListener::TcpListener(EventLoop* loop, int fd, const Endpoint& local, AcceptCallback callback)
    : loop_(loop), fd_(fd), local_(local), callback_(std::move(callback)) {}

TcpListener::~TcpListener() {
  loop_->Cancel(pause_timer_);
  loop_->Unwatch(fd_);
  close(fd_);
}

void TcpListener::OnReadable() {
  for (int i = 0; i < kMaxAcceptsPerTurn; ++i) {
    sockaddr_storage storage{};
    socklen_t length = sizeof(storage);
    const int fd =
        accept4(fd_, reinterpret_cast<sockaddr*>(&storage), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (IsShortage(errno)) Pause();
      if (errno == ECONNABORTED || errno == EINTR) continue;
      return;
    }
    callback_(fd, Endpoint::FromSockaddr(storage), LocalEndpoint(fd).address);
  }
}

void TcpListener::Pause() {
  if (!loop_->Rewatch(fd_, 0).ok()) return;
  pause_timer_ = loop_->RunAfter(kPause, [this] { loop_->Rewatch(fd_, EPOLLIN).IgnoreError(); });
}

}  // namespace nave::net
