#include "lib/net/tcp_listener.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "tests/lib/net/stream_peer.h"

namespace nave::net {
namespace {

TEST(TcpListenerTest, HandsOverConnectionsWithTheirAddresses) {
  auto loop = *EventLoop::Create(&RealClock());
  int accepted = 0;
  Endpoint peer_seen;
  auto listener = TcpListener::Listen(loop.get(), *Endpoint::Parse("127.0.0.1:0"), false,
                                      [&](int fd, const Endpoint& peer, const IpAddress& local) {
                                        ++accepted;
                                        peer_seen = peer;
                                        EXPECT_EQ(local.ToString(), "127.0.0.1");
                                        close(fd);
                                      });
  ASSERT_TRUE(listener.ok()) << listener.status();
  StreamPeer first(loop.get(), (*listener)->local());
  StreamPeer second(loop.get(), (*listener)->local());
  EXPECT_TRUE(TurnUntil(loop.get(), [&] { return accepted == 2; }));
  EXPECT_NE(peer_seen.port, 0);
}

TEST(TcpListenerTest, AddressInUseIsUnavailable) {
  auto loop = *EventLoop::Create(&RealClock());
  const auto ignore = [](int fd, const Endpoint&, const IpAddress&) { close(fd); };
  auto first = TcpListener::Listen(loop.get(), *Endpoint::Parse("127.0.0.1:0"), false, ignore);
  ASSERT_TRUE(first.ok());
  auto second = TcpListener::Listen(loop.get(), (*first)->local(), false, ignore);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(loop->watch_count(), 1u);
}

}  // namespace
}  // namespace nave::net
