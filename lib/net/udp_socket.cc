#include "lib/net/udp_socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cstring>

#include "absl/memory/memory.h"
#include "lib/net/socket.h"

namespace nave::net {
namespace {

constexpr size_t kControlSize = CMSG_SPACE(sizeof(in6_pktinfo));

// The address that the datagram was sent to, out of its control messages.
IpAddress DestinationOf(msghdr* message, const IpAddress& otherwise) {
  for (cmsghdr* c = CMSG_FIRSTHDR(message); c != nullptr; c = CMSG_NXTHDR(message, c)) {
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      in_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof(info));
      return IpAddress::FromBytes(
          absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(&info.ipi_addr), 4));
    }
    if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info;
      std::memcpy(&info, CMSG_DATA(c), sizeof(info));
      return IpAddress::FromBytes(
          absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(&info.ipi6_addr), 16));
    }
  }
  return otherwise;
}

// Makes the datagram leave from `source`.
void SetSource(const IpAddress& source, char* control, msghdr* message) {
  message->msg_control = control;
  message->msg_controllen =
      source.is_v4() ? CMSG_SPACE(sizeof(in_pktinfo)) : CMSG_SPACE(sizeof(in6_pktinfo));
  std::memset(control, 0, message->msg_controllen);
  cmsghdr* c = CMSG_FIRSTHDR(message);
  if (source.is_v4()) {
    c->cmsg_level = IPPROTO_IP;
    c->cmsg_type = IP_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo info{};
    std::memcpy(&info.ipi_spec_dst, source.bytes().data(), 4);
    std::memcpy(CMSG_DATA(c), &info, sizeof(info));
  } else {
    c->cmsg_level = IPPROTO_IPV6;
    c->cmsg_type = IPV6_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(in6_pktinfo));
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, source.bytes().data(), 16);
    std::memcpy(CMSG_DATA(c), &info, sizeof(info));
  }
}

}  // namespace

// One half of these belongs to recvmmsg, the other to sendmmsg; both are set up once.
struct UdpSocket::Buffers {
  struct Batch {
    mmsghdr headers[kBatchSize];
    iovec vectors[kBatchSize];
    sockaddr_storage peers[kBatchSize];
    alignas(cmsghdr) char controls[kBatchSize][kControlSize];
    uint8_t data[kBatchSize][kDatagramStride];

    Batch() {
      std::memset(headers, 0, sizeof(headers));
      for (int i = 0; i < kBatchSize; ++i) {
        vectors[i] = {data[i], kMaxDatagramSize};
        headers[i].msg_hdr.msg_iov = &vectors[i];
        headers[i].msg_hdr.msg_iovlen = 1;
        headers[i].msg_hdr.msg_name = &peers[i];
      }
    }
  };
  Batch in;
  Batch out;
  Datagram datagrams[kBatchSize];
  // Receive slots that the last call filled: only these must be made ready again.
  int used = kBatchSize;
};

absl::StatusOr<std::unique_ptr<UdpSocket>> UdpSocket::Bind(const Endpoint& endpoint,
                                                           const UdpOptions& options) {
  absl::StatusOr<int> fd = BindSocket(SOCK_DGRAM, endpoint, options.reuse_port);
  if (!fd.ok()) return fd.status();
  setsockopt(*fd, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer_size,
             sizeof(options.receive_buffer_size));
  auto socket = absl::WrapUnique(new UdpSocket(*fd, LocalEndpoint(*fd)));
  const int on = 1;
  if (socket->any_address_) {
    const bool v4 = endpoint.address.is_v4();
    if (setsockopt(*fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, &on,
                   sizeof(on)) != 0) {
      return SystemError("setsockopt PKTINFO");
    }
  }
  return socket;
}

UdpSocket::UdpSocket(int fd, const Endpoint& local)
    : fd_(fd),
      local_(local),
      any_address_(local.address.IsUnspecified()),
      buffers_(std::make_unique<Buffers>()) {}

UdpSocket::~UdpSocket() { close(fd_); }

int UdpSocket::Receive(absl::FunctionRef<void(absl::Span<const Datagram>)> handler) {
  Buffers::Batch& in = buffers_->in;
  for (int i = 0; i < buffers_->used; ++i) {
    in.headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    in.headers[i].msg_hdr.msg_control = any_address_ ? in.controls[i] : nullptr;
    in.headers[i].msg_hdr.msg_controllen = any_address_ ? kControlSize : 0;
  }
  const int count = recvmmsg(fd_, in.headers, kBatchSize, 0, nullptr);
  buffers_->used = count > 0 ? count : 0;
  size_t kept = 0;
  for (int i = 0; i < count; ++i) {
    if ((in.headers[i].msg_hdr.msg_flags & MSG_TRUNC) != 0) {
      ++dropped_count_;
      continue;
    }
    Datagram& datagram = buffers_->datagrams[kept++];
    datagram.peer = Endpoint::FromSockaddr(in.peers[i]);
    datagram.local =
        any_address_ ? DestinationOf(&in.headers[i].msg_hdr, local_.address) : local_.address;
    datagram.data = absl::MakeConstSpan(in.data[i], in.headers[i].msg_len);
  }
  if (kept > 0) handler(absl::MakeConstSpan(buffers_->datagrams, kept));
  return count > 0 ? count : 0;
}

absl::Span<uint8_t> UdpSocket::Slot() {
  if (send_count_ == kBatchSize) Flush();
  return absl::MakeSpan(buffers_->out.data[send_count_], kMaxDatagramSize);
}

void UdpSocket::Send(size_t size, const Endpoint& peer, const IpAddress& source) {
  Buffers::Batch& out = buffers_->out;
  msghdr& header = out.headers[send_count_].msg_hdr;
  header.msg_namelen = peer.ToSockaddr(&out.peers[send_count_]);
  header.msg_control = nullptr;
  header.msg_controllen = 0;
  if (any_address_) SetSource(source, out.controls[send_count_], &header);
  out.vectors[send_count_].iov_len = size;
  ++send_count_;
}

void UdpSocket::Flush() {
  Buffers::Batch& out = buffers_->out;
  int sent = 0;
  // Each turn sends one datagram or skips one, so there are at most kBatchSize turns.
  while (sent < send_count_) {
    const int count = sendmmsg(fd_, out.headers + sent, send_count_ - sent, 0);
    if (count > 0) {
      sent += count;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      dropped_count_ += send_count_ - sent;
      break;
    }
    // This peer cannot be reached; the others must not wait for it.
    ++dropped_count_;
    ++sent;
  }
  send_count_ = 0;
}

}  // namespace nave::net
