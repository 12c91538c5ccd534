// A bound UDP socket that receives and sends datagrams in batches (data-plane.md section 1). On
// the thread of one event loop.
#ifndef NAVE_LIB_NET_UDP_SOCKET_H_
#define NAVE_LIB_NET_UDP_SOCKET_H_

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/net/endpoint.h"

namespace nave::net {

// A datagram as it came; `data` is valid until the next Receive.
struct Datagram {
  Endpoint peer;
  // The address it was sent to: the socket's own, or, for a socket on the unspecified address, what
  // the kernel reports.
  IpAddress local;
  absl::Span<const uint8_t> data;
};

struct UdpOptions {
  // Several sockets may share the address; the kernel spreads peers over them.
  bool reuse_port = false;
  // Octets of kernel buffer to ask for; the system may give less.
  int receive_buffer_size = 1 << 20;
};

class UdpSocket {
 public:
  // Datagrams of one system call. A longer datagram than kMaxDatagramSize is dropped on receipt.
  static constexpr int kBatchSize = 32;
  static constexpr size_t kMaxDatagramSize = 4096;
  // From one buffer of a batch to the next: were it a power of two, the beginnings of all would
  // meet in the same few lines of the processor's cache.
  static constexpr size_t kDatagramStride = kMaxDatagramSize + 128;

  // Bound and non-blocking; port 0 takes a free one. UNAVAILABLE when the address is in use or not
  // of this machine, PERMISSION_DENIED for a privileged port.
  static absl::StatusOr<std::unique_ptr<UdpSocket>> Bind(const Endpoint& endpoint,
                                                         const UdpOptions& options);
  ~UdpSocket();
  UdpSocket(const UdpSocket&) = delete;
  UdpSocket& operator=(const UdpSocket&) = delete;

  int fd() const { return fd_; }
  // As bound, with the port that the system chose.
  const Endpoint& local() const { return local_; }

  // Takes one batch from the kernel and hands it over, unless it is empty. Returns how many came,
  // those that were dropped included; fewer than kBatchSize means that no more wait.
  int Receive(absl::FunctionRef<void(absl::Span<const Datagram>)> handler);

  // A place of kMaxDatagramSize octets for the next datagram, valid until Send or Flush. Flushes
  // when the batch is full.
  absl::Span<uint8_t> Slot();
  // Puts the first `size` octets of the last Slot on the way to `peer`, from `source` if the socket
  // is on the unspecified address. REQUIRES: size <= kMaxDatagramSize.
  void Send(size_t size, const Endpoint& peer, const IpAddress& source);
  // Gives the batch to the kernel. What the kernel does not take is dropped and counted: DNS over
  // UDP recovers by itself, a queue would only add delay.
  void Flush();
  // Datagrams that wait for Flush.
  int unsent_count() const { return send_count_; }

  uint64_t dropped_count() const { return dropped_count_; }

 private:
  struct Buffers;

  UdpSocket(int fd, const Endpoint& local);

  const int fd_;
  const Endpoint local_;
  const bool any_address_;
  int send_count_ = 0;
  uint64_t dropped_count_ = 0;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_UDP_SOCKET_H_
