#include "lib/net/tcp_server.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "tests/lib/net/stream_peer.h"

namespace nave::net {
namespace {

class TcpServerTest : public ::testing::Test {
 protected:
  void Open(const TcpServerOptions& options) {
    loop_ = *EventLoop::Create(&RealClock());
    auto server =
        TcpServer::Listen(loop_.get(), *Endpoint::Parse("127.0.0.1:0"), options,
                          [this](TcpServer::ConnectionId id, const Endpoint&, const IpAddress&,
                                 absl::Span<const uint8_t> message) {
                            asked_.emplace_back(id, std::string(message.begin(), message.end()));
                          });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void Answer(TcpServer::ConnectionId id, const std::string& text) {
    server_->Answer(
        id, absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  }
  TcpStats stats() const { return server_->pool().stats(); }
  uint64_t Ended(TcpEnd end) const { return stats().ended[static_cast<size_t>(end)]; }
  bool WaitForQuestions(size_t count) {
    return TurnUntil(loop_.get(), [&] { return asked_.size() == count; });
  }

  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<TcpServer> server_;
  std::vector<std::pair<TcpServer::ConnectionId, std::string>> asked_;
};

TEST_F(TcpServerTest, AnswersInAnyOrder) {
  Open({});
  StreamPeer peer(loop_.get(), server_->local());
  peer.Send(Framed("first") + Framed("second"));
  ASSERT_TRUE(WaitForQuestions(2));
  EXPECT_EQ(asked_[0].second, "first");
  Answer(asked_[1].first, "2nd");
  Answer(asked_[0].first, "1st");
  EXPECT_EQ(peer.Receive(10), Framed("2nd") + Framed("1st"));
}

TEST_F(TcpServerTest, EachConnectionGetsItsOwnAnswers) {
  Open({});
  StreamPeer a(loop_.get(), server_->local());
  StreamPeer b(loop_.get(), server_->local());
  a.Send(Framed("from a"));
  ASSERT_TRUE(WaitForQuestions(1));
  b.Send(Framed("from b"));
  ASSERT_TRUE(WaitForQuestions(2));
  Answer(asked_[1].first, "to b");
  Answer(asked_[0].first, "to a");
  EXPECT_EQ(a.Receive(6), Framed("to a"));
  EXPECT_EQ(b.Receive(6), Framed("to b"));
}

TEST_F(TcpServerTest, AnswerToAConnectionThatIsGoneIsNothing) {
  Open({});
  StreamPeer peer(loop_.get(), server_->local());
  peer.Send(Framed("q"));
  ASSERT_TRUE(WaitForQuestions(1));
  server_->Close(asked_[0].first);
  EXPECT_EQ(server_->connection_count(), 0u);
  Answer(asked_[0].first, "late");
  EXPECT_TRUE(peer.Ended());
}

// A connection that is owed an answer is never sent away for a newcomer.
TEST_F(TcpServerTest, ConnectionsAreBounded) {
  TcpServerOptions options;
  options.limits.max_connections = 2;
  Open(options);
  StreamPeer a(loop_.get(), server_->local());
  StreamPeer b(loop_.get(), server_->local());
  a.Send(Framed("q"));
  b.Send(Framed("q"));
  ASSERT_TRUE(WaitForQuestions(2));
  StreamPeer c(loop_.get(), server_->local());
  EXPECT_TRUE(c.Ended());
  EXPECT_EQ(stats().refused, 1u);
  a.Close();
  Answer(asked_[0].first, "a");
  EXPECT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 1; }));
  StreamPeer d(loop_.get(), server_->local());
  d.Send(Framed("q"));
  EXPECT_TRUE(WaitForQuestions(3));
}

TEST_F(TcpServerTest, ConnectionsOfOneClientAreBounded) {
  TcpServerOptions options;
  options.limits.max_connections_per_client = 1;
  Open(options);
  StreamPeer a(loop_.get(), server_->local());
  a.Send(Framed("q"));
  ASSERT_TRUE(WaitForQuestions(1));
  StreamPeer b(loop_.get(), server_->local());
  EXPECT_TRUE(b.Ended());
  EXPECT_EQ(stats().refused_for_client, 1u);
  a.Close();
  Answer(asked_[0].first, "a");
  EXPECT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 0; }));
  StreamPeer c(loop_.get(), server_->local());
  c.Send(Framed("q"));
  EXPECT_TRUE(WaitForQuestions(2));
}

// RFC 7766 section 6.2.3: idle connections may be closed to make room.
TEST_F(TcpServerTest, TheConnectionThatWasQuietLongestMakesRoom) {
  TcpServerOptions options;
  options.limits.max_connections = 3;
  Open(options);
  StreamPeer first(loop_.get(), server_->local());
  StreamPeer second(loop_.get(), server_->local());
  StreamPeer third(loop_.get(), server_->local());
  ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 3; }));
  // The first speaks, so the second is now the one that was quiet longest; half a message is not
  // speech.
  first.Send(Framed("q"));
  ASSERT_TRUE(WaitForQuestions(1));
  Answer(asked_[0].first, "a");
  EXPECT_EQ(first.Receive(3), Framed("a"));
  second.Send("\0");
  StreamPeer fourth(loop_.get(), server_->local());
  fourth.Send(Framed("q"));
  ASSERT_TRUE(WaitForQuestions(2));
  EXPECT_TRUE(second.Ended());
  EXPECT_EQ(server_->connection_count(), 3u);
  EXPECT_EQ(Ended(TcpEnd::kEvicted), 1u);
  EXPECT_EQ(stats().refused, 0u);
  first.Send(Framed("still here"));
  third.Send(Framed("still here"));
  EXPECT_TRUE(WaitForQuestions(4));
}

TEST_F(TcpServerTest, AFloodOfOneClientPushesOutItselfAndNobodyElse) {
  TcpServerOptions options;
  options.limits.max_connections = 4;
  options.limits.max_connections_per_client = 2;
  Open(options);
  StreamPeer other(loop_.get(), server_->local(), "127.0.0.9");
  ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 1; }));
  std::vector<std::unique_ptr<StreamPeer>> flood;
  for (size_t i = 0; i < 20; ++i) {
    flood.push_back(std::make_unique<StreamPeer>(loop_.get(), server_->local()));
    ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return stats().accepted == i + 2; }));
  }
  EXPECT_EQ(server_->connection_count(), 3u);
  EXPECT_EQ(Ended(TcpEnd::kEvicted), 18u);
  other.Send(Framed("q"));
  EXPECT_TRUE(WaitForQuestions(1));
}

// Where all are quiet, the client with most connections gives one.
TEST_F(TcpServerTest, ASingleConnectionStaysWhileAnotherClientHoldsMany) {
  TcpServerOptions options;
  options.limits.max_connections = 4;
  Open(options);
  StreamPeer single(loop_.get(), server_->local(), "127.0.0.9");
  ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 1; }));
  std::vector<std::unique_ptr<StreamPeer>> many;
  for (size_t i = 0; i < 8; ++i) {
    many.push_back(std::make_unique<StreamPeer>(loop_.get(), server_->local()));
    ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return stats().accepted == i + 2; }));
  }
  EXPECT_EQ(Ended(TcpEnd::kEvicted), 5u);
  single.Send(Framed("q"));
  EXPECT_TRUE(WaitForQuestions(1));
}

TEST_F(TcpServerTest, OctetsOfAllConnectionsAreBoundedTogether) {
  TcpServerOptions options;
  options.limits.max_buffered = 100000;
  Open(options);
  // Each sends all but the last octet of a long message.
  const std::string half = Framed(std::string(40000, 'x')).substr(0, 40000);
  std::vector<std::unique_ptr<StreamPeer>> peers;
  for (size_t i = 0; i < 2; ++i) {
    peers.push_back(std::make_unique<StreamPeer>(loop_.get(), server_->local()));
    peers[i]->Send(half);
    ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return stats().buffered == half.size() * (i + 1); }));
  }
  StreamPeer third(loop_.get(), server_->local());
  third.Send(half);
  EXPECT_TRUE(third.Ended());
  EXPECT_EQ(Ended(TcpEnd::kFull), 1u);
  EXPECT_EQ(stats().buffered, 2 * half.size());
  for (auto& peer : peers) peer->Send("xx");
  EXPECT_TRUE(WaitForQuestions(2));
  EXPECT_EQ(stats().buffered, 0u);
}

TEST_F(TcpServerTest, ServersOfOneLoopShareAPool) {
  TcpLimits limits;
  limits.max_connections = 1;
  TcpPool pool(limits);
  TcpServerOptions options;
  options.pool = &pool;
  Open(options);
  auto other = TcpServer::Listen(loop_.get(), *Endpoint::Parse("127.0.0.1:0"), options,
                                 [](auto, const auto&, const auto&, auto) {});
  ASSERT_TRUE(other.ok()) << other.status();
  StreamPeer a(loop_.get(), server_->local());
  ASSERT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 1; }));
  StreamPeer b(loop_.get(), (*other)->local());
  EXPECT_TRUE(a.Ended());
  EXPECT_EQ(server_->connection_count(), 0u);
  EXPECT_EQ((*other)->connection_count(), 1u);
  other->reset();
  server_.reset();
  EXPECT_EQ(pool.stats().open, 0u);
}

}  // namespace
}  // namespace nave::net
