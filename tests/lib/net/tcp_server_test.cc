#include "lib/net/tcp_server.h"

#include <gtest/gtest.h>

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

TEST_F(TcpServerTest, ConnectionsAreBounded) {
  TcpServerOptions options;
  options.max_connections = 2;
  Open(options);
  StreamPeer a(loop_.get(), server_->local());
  StreamPeer b(loop_.get(), server_->local());
  EXPECT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 2; }));
  StreamPeer c(loop_.get(), server_->local());
  EXPECT_TRUE(c.Ended());
  EXPECT_EQ(server_->refused_count(), 1u);
  a.Close();
  EXPECT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 1; }));
  StreamPeer d(loop_.get(), server_->local());
  d.Send(Framed("q"));
  EXPECT_TRUE(WaitForQuestions(1));
}

TEST_F(TcpServerTest, ConnectionsOfOneClientAreBounded) {
  TcpServerOptions options;
  options.max_connections_per_client = 1;
  Open(options);
  StreamPeer a(loop_.get(), server_->local());
  EXPECT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 1; }));
  StreamPeer b(loop_.get(), server_->local());
  EXPECT_TRUE(b.Ended());
  a.Close();
  EXPECT_TRUE(TurnUntil(loop_.get(), [&] { return server_->connection_count() == 0; }));
  StreamPeer c(loop_.get(), server_->local());
  c.Send(Framed("q"));
  EXPECT_TRUE(WaitForQuestions(1));
}

}  // namespace
}  // namespace nave::net
