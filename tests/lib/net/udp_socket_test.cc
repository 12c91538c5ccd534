#include "lib/net/udp_socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "lib/net/socket.h"

namespace nave::net {
namespace {

std::unique_ptr<UdpSocket> Open(const char* endpoint) {
  auto socket = UdpSocket::Bind(*Endpoint::Parse(endpoint), UdpOptions());
  EXPECT_TRUE(socket.ok()) << socket.status();
  return *std::move(socket);
}

void SendText(UdpSocket* socket, const std::string& text, const Endpoint& to,
              const IpAddress& from = IpAddress()) {
  std::memcpy(socket->Slot().data(), text.data(), text.size());
  socket->Send(text.size(), to, from);
}

// Waits until something can be read.
bool Readable(const UdpSocket& socket) {
  pollfd poll_fd = {socket.fd(), POLLIN, 0};
  return poll(&poll_fd, 1, 5000) == 1;
}

TEST(UdpSocketTest, DatagramArrivesWithItsAddresses) {
  auto a = Open("127.0.0.1:0");
  auto b = Open("127.0.0.1:0");
  SendText(a.get(), "hello", b->local());
  EXPECT_EQ(a->unsent_count(), 1);
  a->Flush();
  EXPECT_EQ(a->unsent_count(), 0);
  ASSERT_TRUE(Readable(*b));
  std::string got;
  EXPECT_EQ(b->Receive([&](absl::Span<const Datagram> datagrams) {
    const Datagram& datagram = datagrams[0];
    got.assign(datagram.data.begin(), datagram.data.end());
    EXPECT_EQ(datagram.peer, a->local());
    EXPECT_EQ(datagram.local, b->local().address);
  }),
            1);
  EXPECT_EQ(got, "hello");
  EXPECT_EQ(b->Receive([](absl::Span<const Datagram>) { FAIL(); }), 0);
}

TEST(UdpSocketTest, MoreThanABatchIsFlushedOnTheWay) {
  auto a = Open("127.0.0.1:0");
  auto b = Open("127.0.0.1:0");
  constexpr int kCount = UdpSocket::kBatchSize + 5;
  for (int i = 0; i < kCount; ++i) SendText(a.get(), std::to_string(i), b->local());
  a->Flush();
  int got = 0;
  while (got < kCount && Readable(*b)) {
    got += b->Receive([&](absl::Span<const Datagram> datagrams) {
      for (const Datagram& datagram : datagrams) EXPECT_FALSE(datagram.data.empty());
    });
  }
  EXPECT_EQ(got, kCount);
  EXPECT_EQ(a->dropped_count(), 0u);
}

TEST(UdpSocketTest, AnyAddressAnswersFromWhereItWasAsked) {
  auto any = Open("0.0.0.0:0");
  auto client = Open("127.0.0.1:0");
  const Endpoint asked{*IpAddress::Parse("127.7.7.7"), any->local().port};
  SendText(client.get(), "q", asked);
  client->Flush();
  ASSERT_TRUE(Readable(*any));
  any->Receive([&](absl::Span<const Datagram> datagrams) {
    const Datagram& datagram = datagrams[0];
    EXPECT_EQ(datagram.local, asked.address);
    SendText(any.get(), "a", datagram.peer, datagram.local);
  });
  any->Flush();
  ASSERT_TRUE(Readable(*client));
  client->Receive([&](absl::Span<const Datagram> datagrams) {
    const Datagram& datagram = datagrams[0];
    EXPECT_EQ(datagram.peer, asked);
  });
}

TEST(UdpSocketTest, TooLongADatagramIsDropped) {
  auto socket = Open("127.0.0.1:0");
  const int fd = *BindSocket(SOCK_DGRAM, *Endpoint::Parse("127.0.0.1:0"), false);
  sockaddr_storage to;
  const socklen_t length = socket->local().ToSockaddr(&to);
  const std::string large(UdpSocket::kMaxDatagramSize + 1, 'x');
  ASSERT_EQ(sendto(fd, large.data(), large.size(), 0, reinterpret_cast<sockaddr*>(&to), length),
            static_cast<ssize_t>(large.size()));
  ASSERT_TRUE(Readable(*socket));
  EXPECT_EQ(socket->Receive([](absl::Span<const Datagram>) { FAIL(); }), 1);
  EXPECT_EQ(socket->dropped_count(), 1u);
  close(fd);
}

TEST(UdpSocketTest, PeerThatCannotBeReachedDoesNotHoldTheOthers) {
  auto a = Open("127.0.0.1:0");
  auto b = Open("127.0.0.1:0");
  // Port 0 is an error of the system, at once.
  SendText(a.get(), "lost", *Endpoint::Parse("127.0.0.1:0"));
  SendText(a.get(), "kept", b->local());
  a->Flush();
  EXPECT_EQ(a->dropped_count(), 1u);
  EXPECT_TRUE(Readable(*b));
}

TEST(UdpSocketTest, WorksOverIpv6) {
  auto bound = UdpSocket::Bind(*Endpoint::Parse("[::1]:0"), UdpOptions());
  if (!bound.ok()) {
    // A machine without IPv6 says so, and nothing else.
    EXPECT_EQ(bound.status().code(), absl::StatusCode::kUnavailable);
    return;
  }
  auto any = Open("[::]:0");
  const Endpoint asked{*IpAddress::Parse("::1"), any->local().port};
  SendText(bound->get(), "q", asked);
  (*bound)->Flush();
  ASSERT_TRUE(Readable(*any));
  any->Receive([&](absl::Span<const Datagram> datagrams) {
    const Datagram& datagram = datagrams[0];
    EXPECT_EQ(datagram.local, asked.address);
    SendText(any.get(), "a", datagram.peer, datagram.local);
  });
  any->Flush();
  EXPECT_TRUE(Readable(**bound));
}

}  // namespace
}  // namespace nave::net
