// The limit of a DNS server over UDP (data-plane.md section 6): takes datagrams in batches, turns
// the QR bit on, and sends them back in batches. No server can cost less CPU per query than this;
// each is compared with it. Workers are as nave-resolver's: each has a thread and a socket of its
// own (SO_REUSEPORT).
#include <errno.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "lib/net/endpoint.h"

namespace nave::bench {
namespace {

// As many datagrams of one system call as nave-resolver takes.
constexpr int kBatch = 32;
constexpr size_t kDatagram = 4096;
constexpr size_t kFlagsOctet = 2;
constexpr uint8_t kResponseBit = 0x80;
constexpr int kReceiveBuffer = 1 << 20;
constexpr int kWorkersMax = 64;

struct Batch {
  mmsghdr headers[kBatch];
  iovec vectors[kBatch];
  sockaddr_storage peers[kBatch];
  uint8_t data[kBatch][kDatagram];
};

void Prepare(Batch* batch, int used) {
  for (int i = 0; i < used; ++i) {
    batch->vectors[i] = {batch->data[i], kDatagram};
    msghdr& header = batch->headers[i].msg_hdr;
    header.msg_iov = &batch->vectors[i];
    header.msg_iovlen = 1;
    header.msg_name = &batch->peers[i];
    header.msg_namelen = sizeof(batch->peers[i]);
  }
}

// Turns what came into what goes back.
void TurnRound(Batch* batch, int count) {
  for (int i = 0; i < count; ++i) {
    batch->vectors[i].iov_len = batch->headers[i].msg_len;
    batch->data[i][kFlagsOctet] |= kResponseBit;
  }
}

// What the kernel does not take is dropped, as a DNS server would.
void Send(int fd, Batch* batch, int count) {
  for (int sent = 0; sent < count;) {
    const int now = sendmmsg(fd, batch->headers + sent, count - sent, 0);
    sent += now > 0 ? now : 1;
  }
}

// Until a signal ends the process, or the socket fails.
void Echo(int fd) {
  const auto batch = std::make_unique<Batch>();
  Prepare(batch.get(), kBatch);
  while (true) {
    // Waits for one datagram, then takes what is there.
    const int count = recvmmsg(fd, batch->headers, kBatch, MSG_WAITFORONE, nullptr);
    if (count < 0) {
      if (errno == EINTR) continue;
      std::perror("null_echo: recvmmsg");
      return;
    }
    TurnRound(batch.get(), count);
    Send(fd, batch.get(), count);
    Prepare(batch.get(), count);
  }
}

// A socket at the endpoint beside those that others have there; -1 after a message.
int OpenSocket(const net::Endpoint& endpoint) {
  sockaddr_storage address{};
  const socklen_t size = endpoint.ToSockaddr(&address);
  const int fd = socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd < 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof(kReceiveBuffer)) != 0 ||
      setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0 ||
      bind(fd, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    std::perror("null_echo: open a socket");
    return -1;
  }
  return fd;
}

int Main(int argc, char** argv) {
  int workers = 1;
  if (argc < 2 || argc > 3 || (argc == 3 && !absl::SimpleAtoi(argv[2], &workers)) || workers < 1 ||
      workers > kWorkersMax) {
    std::fprintf(stderr, "usage: null_echo ADDRESS:PORT [WORKERS, 1 to %d]\n", kWorkersMax);
    return 2;
  }
  const absl::StatusOr<net::Endpoint> endpoint = net::Endpoint::Parse(argv[1]);
  if (!endpoint.ok()) {
    std::fprintf(stderr, "null_echo: %s\n", std::string(endpoint.status().message()).c_str());
    return 2;
  }
  std::vector<int> sockets(workers);
  for (int& fd : sockets) {
    fd = OpenSocket(*endpoint);
    if (fd < 0) return 1;
  }
  std::printf("null_echo: serving on %s\n", argv[1]);
  std::fflush(stdout);
  std::vector<std::thread> threads;
  for (const int fd : sockets) threads.emplace_back(Echo, fd);
  for (std::thread& thread : threads) thread.join();
  return 1;
}

}  // namespace
}  // namespace nave::bench

int main(int argc, char** argv) { return nave::bench::Main(argc, argv); }
