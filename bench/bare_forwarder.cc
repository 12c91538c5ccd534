// What c-ares costs by itself (data-plane.md section 6): takes queries over UDP, hands each to
// c-ares as it came, and sends back what c-ares returns. No cache, no checks, one port to the name
// server. One thread.
#include <ares.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

#include "lib/net/endpoint.h"
#include "lib/net/socket.h"

namespace nave::bench {
namespace {

constexpr int kReceiveBuffer = 1 << 20;
constexpr size_t kDatagram = 4096;
constexpr int kEvents = 16;
// In it, c-ares looks for what has timed out.
constexpr int kTickMilliseconds = 100;

int listener = -1;
int poller = -1;

// A query on its way: to whom the answer goes, and by which id.
struct Pending {
  sockaddr_storage peer;
  socklen_t peer_size;
  uint8_t id[2];
};

void OnReply(void* context, int status, int, unsigned char* message, int size) {
  auto* const pending = static_cast<Pending*>(context);
  if (status == ARES_SUCCESS && size >= 2) {
    std::memcpy(message, pending->id, 2);
    sendto(listener, message, static_cast<size_t>(size), 0,
           reinterpret_cast<const sockaddr*>(&pending->peer), pending->peer_size);
  }
  delete pending;
}

void OnSocket(void*, ares_socket_t fd, int readable, int writable) {
  epoll_event event{};
  event.events = (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u);
  event.data.fd = fd;
  if (event.events == 0) {
    epoll_ctl(poller, EPOLL_CTL_DEL, fd, nullptr);
  } else if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) {
    epoll_ctl(poller, EPOLL_CTL_MOD, fd, &event);
  }
}

// All that has come.
void TakeQueries(ares_channel channel) {
  uint8_t buffer[kDatagram];
  while (true) {
    auto* const pending = new Pending{{}, sizeof(sockaddr_storage), {}};
    const ssize_t size = recvfrom(listener, buffer, sizeof(buffer), 0,
                                  reinterpret_cast<sockaddr*>(&pending->peer), &pending->peer_size);
    if (size < 12) {
      delete pending;
      if (size < 0) return;
      continue;
    }
    std::memcpy(pending->id, buffer, 2);
    ares_send(channel, buffer, static_cast<int>(size), OnReply, pending);
  }
}

ares_channel OpenChannel(const std::string& server) {
  ares_channel channel = nullptr;
  ares_options options{};
  options.sock_state_cb = OnSocket;
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_IGNTC;
  options.timeout = 1000;
  options.tries = 2;
  options.socket_receive_buffer_size = kReceiveBuffer;
  const int mask = ARES_OPT_SOCK_STATE_CB | ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                   ARES_OPT_SOCK_RCVBUF;
  if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS ||
      ares_init_options(&channel, &options, mask) != ARES_SUCCESS ||
      ares_set_servers_ports_csv(channel, server.c_str()) != ARES_SUCCESS) {
    return nullptr;
  }
  return channel;
}

// Until a signal ends the process.
int Serve(ares_channel channel) {
  epoll_event events[kEvents];
  while (true) {
    const int count = epoll_wait(poller, events, kEvents, kTickMilliseconds);
    if (count < 0 && errno != EINTR) {
      std::perror("bare_forwarder: epoll_wait");
      return 1;
    }
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == listener) {
        TakeQueries(channel);
      } else {
        ares_process_fd(channel, (events[i].events & ~EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD,
                        (events[i].events & EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
      }
    }
    if (count == 0) ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }
}

int Main(int argc, char** argv) {
  const auto endpoint = net::Endpoint::Parse(argc == 3 ? argv[1] : "");
  if (!endpoint.ok()) {
    std::fprintf(stderr, "usage: bare_forwarder ADDRESS:PORT NAME_SERVER:PORT\n");
    return 2;
  }
  const absl::StatusOr<int> bound = net::BindSocket(SOCK_DGRAM, *endpoint, /*reuse_port=*/false);
  poller = epoll_create1(EPOLL_CLOEXEC);
  if (!bound.ok() || poller < 0) {
    std::fprintf(stderr, "bare_forwarder: %s\n", std::string(bound.status().message()).c_str());
    return 1;
  }
  listener = *bound;
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer));
  OnSocket(nullptr, listener, 1, 0);
  const ares_channel channel = OpenChannel(argv[2]);
  if (channel == nullptr) {
    std::fprintf(stderr, "bare_forwarder: c-ares does not take the name server '%s'\n", argv[2]);
    return 1;
  }
  std::printf("bare_forwarder: serving on %s\n", argv[1]);
  std::fflush(stdout);
  return Serve(channel);
}

}  // namespace
}  // namespace nave::bench

int main(int argc, char** argv) { return nave::bench::Main(argc, argv); }
