#include "lib/net/tcp_connection.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "tests/lib/net/stream_peer.h"
#include "tests/testing/fake_clock.h"

namespace nave::net {
namespace {

// A connection over a socket pair, its time in the test's hands.
class TcpConnectionTest : public ::testing::Test {
 protected:
  void Open(const TcpConnectionOptions& options) {
    loop_ = *EventLoop::Create(&clock_);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_), 0);
    connection_ =
        std::make_shared<TcpConnection>(loop_.get(), ends_[0], Endpoint(), IpAddress(), options);
    ASSERT_TRUE(connection_
                    ->Start(
                        [this](absl::Span<const uint8_t> message) {
                          messages_.emplace_back(message.begin(), message.end());
                        },
                        [this] { ++closes_; })
                    .ok());
  }
  void TearDown() override {
    connection_.reset();
    close(ends_[1]);
  }
  void Send(const std::string& bytes) {
    ASSERT_EQ(send(ends_[1], bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    Turn();
  }
  void Turn() { loop_->RunOnce(absl::ZeroDuration()); }
  void Advance(absl::Duration by) {
    clock_.Advance(by);
    Turn();
  }
  void Answer(const std::string& text) {
    connection_->Answer(
        absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  }
  std::string Received() {
    char buffer[65536];
    const ssize_t count = recv(ends_[1], buffer, sizeof(buffer), MSG_DONTWAIT);
    return count > 0 ? std::string(buffer, static_cast<size_t>(count)) : "";
  }

  nave::testing::FakeClock clock_;
  std::unique_ptr<EventLoop> loop_;
  int ends_[2] = {-1, -1};
  std::shared_ptr<TcpConnection> connection_;
  std::vector<std::string> messages_;
  int closes_ = 0;
};

TEST_F(TcpConnectionTest, MessageInPiecesIsPutTogether) {
  Open({});
  const std::string framed = Framed("question");
  for (char c : framed) Send(std::string(1, c));
  ASSERT_EQ(messages_.size(), 1u);
  EXPECT_EQ(messages_[0], "question");
}

TEST_F(TcpConnectionTest, SeveralMessagesInOneReadAreAllDelivered) {
  Open({});
  Send(Framed("one") + Framed("") + Framed("three"));
  EXPECT_EQ(messages_, (std::vector<std::string>{"one", "", "three"}));
  EXPECT_EQ(connection_->outstanding(), 3u);
  Answer("a");
  Answer("");
  Answer("b");
  EXPECT_EQ(Received(), Framed("a") + Framed("b"));
  EXPECT_EQ(connection_->outstanding(), 0u);
}

TEST_F(TcpConnectionTest, ReadingStopsAtTheBoundOfOutstandingMessages) {
  TcpConnectionOptions options;
  options.max_outstanding = 2;
  Open(options);
  Send(Framed("1") + Framed("2") + Framed("3") + Framed("4"));
  EXPECT_EQ(messages_.size(), 2u);
  Turn();
  EXPECT_EQ(messages_.size(), 2u);
  Answer("a");
  EXPECT_EQ(messages_.size(), 3u);
  Answer("a");
  EXPECT_EQ(messages_.size(), 4u);
}

TEST_F(TcpConnectionTest, IdleConnectionIsClosed) {
  Open({});
  Advance(absl::Seconds(9));
  EXPECT_EQ(closes_, 0);
  Send(Framed("q"));
  // Not idle while something is outstanding.
  Advance(absl::Seconds(60));
  EXPECT_EQ(closes_, 0);
  Answer("a");
  Advance(absl::Seconds(9));
  EXPECT_EQ(closes_, 0);
  Advance(absl::Seconds(2));
  EXPECT_EQ(closes_, 1);
}

TEST_F(TcpConnectionTest, SlowMessageIsGivenUpHoweverItTrickles) {
  Open({});
  const std::string framed = Framed(std::string(100, 'x'));
  for (int i = 0; i < 4; ++i) {
    Send(framed.substr(i, 1));
    Advance(absl::Seconds(1));
  }
  EXPECT_EQ(closes_, 0);
  Advance(absl::Seconds(2));
  EXPECT_EQ(closes_, 1);
}

TEST_F(TcpConnectionTest, PeerThatDoesNotReadIsBoundedInOctets) {
  TcpConnectionOptions options;
  options.max_write_buffer = 1 << 20;
  options.max_outstanding = 1000;
  Open(options);
  for (int i = 0; i < 100; ++i) Send(Framed("q"));
  const std::string large(60000, 'a');
  for (int i = 0; i < 100 && closes_ == 0; ++i) Answer(large);
  EXPECT_EQ(closes_, 1);
}

TEST_F(TcpConnectionTest, PeerThatDoesNotReadIsBoundedInTime) {
  TcpConnectionOptions options;
  options.max_write_buffer = 16 << 20;
  Open(options);
  for (int i = 0; i < 20; ++i) Send(Framed("q"));
  for (int i = 0; i < 20; ++i) Answer(std::string(60000, 'a'));
  EXPECT_EQ(closes_, 0);
  Advance(absl::Seconds(6));
  EXPECT_EQ(closes_, 1);
}

TEST_F(TcpConnectionTest, WhatDoesNotFitAtOnceIsSentLater) {
  Open({});
  for (int i = 0; i < 10; ++i) Send(Framed("q"));
  for (int i = 0; i < 10; ++i) Answer(std::string(60000, 'a'));
  size_t got = 0;
  for (int i = 0; i < kMaxTurns && got < 10 * 60002; ++i) {
    got += Received().size();
    Turn();
  }
  EXPECT_EQ(got, 10u * 60002);
  EXPECT_EQ(closes_, 0);
}

TEST_F(TcpConnectionTest, HalfClosedPeerStillGetsItsAnswer) {
  Open({});
  Send(Framed("q"));
  shutdown(ends_[1], SHUT_WR);
  Turn();
  EXPECT_EQ(closes_, 0);
  Answer("a");
  EXPECT_EQ(Received(), Framed("a"));
  EXPECT_EQ(closes_, 1);
}

TEST_F(TcpConnectionTest, PeerThatLeavesClosesOnce) {
  Open({});
  shutdown(ends_[1], SHUT_RDWR);
  Turn();
  Turn();
  EXPECT_EQ(closes_, 1);
  Answer("late");
  EXPECT_EQ(closes_, 1);
}

// The deadline is each message's own: a client that always has the next one half sent is not slow.
TEST_F(TcpConnectionTest, ABusyClientThatIsAlwaysInTheMiddleOfAMessageStays) {
  Open({});
  const std::string framed = Framed("question");
  Send(framed.substr(0, 4));
  for (int i = 0; i < 10; ++i) {
    Send(framed.substr(4) + framed.substr(0, 4));
    Answer("a");
    Advance(absl::Seconds(2));
    ASSERT_EQ(closes_, 0) << i;
  }
  Advance(absl::Seconds(4));
  EXPECT_EQ(closes_, 1);
  EXPECT_EQ(connection_->end(), TcpEnd::kSlowMessage);
}

TEST_F(TcpConnectionTest, SaysWhyItEnded) {
  Open({});
  Advance(absl::Seconds(11));
  EXPECT_EQ(connection_->end(), TcpEnd::kIdle);
  Open({});
  shutdown(ends_[1], SHUT_RDWR);
  Turn();
  EXPECT_EQ(connection_->end(), TcpEnd::kPeer);
}

// A peer that takes an octet now and then makes no progress.
TEST_F(TcpConnectionTest, SlowReaderIsGivenUpHoweverItTrickles) {
  TcpConnectionOptions options;
  options.max_write_buffer = 16 << 20;
  Open(options);
  for (int i = 0; i < 20; ++i) Send(Framed("q"));
  for (int i = 0; i < 20; ++i) Answer(std::string(60000, 'a'));
  int seconds = 0;
  for (; seconds < 60 && closes_ == 0; ++seconds) {
    char octet;
    ASSERT_EQ(recv(ends_[1], &octet, 1, MSG_DONTWAIT), 1);
    Advance(absl::Seconds(1));
  }
  EXPECT_EQ(closes_, 1);
  EXPECT_LE(seconds, 6);
  EXPECT_EQ(connection_->end(), TcpEnd::kSlowReader);
}

// One that takes them slowly, but takes them, gets all.
TEST_F(TcpConnectionTest, PatientReaderGetsEverything) {
  TcpConnectionOptions options;
  options.max_write_buffer = 16 << 20;
  Open(options);
  for (int i = 0; i < 20; ++i) Send(Framed("q"));
  for (int i = 0; i < 20; ++i) Answer(std::string(60000, 'a'));
  size_t got = 0;
  for (int i = 0; i < 100 && got < 20 * 60002; ++i) {
    for (std::string part = Received(); !part.empty(); part = Received()) got += part.size();
    Advance(absl::Seconds(4));
  }
  EXPECT_EQ(got, 20u * 60002);
}

TEST_F(TcpConnectionTest, ReadingStopsWhileAnswersWaitForThePeer) {
  TcpConnectionOptions options;
  options.max_unread = 100000;
  options.max_write_buffer = 64 << 20;
  Open(options);
  // Answers until the kernel's buffers are full and ours have reached the bound.
  size_t asked = 0;
  while (messages_.size() == asked && asked < 200) {
    Send(Framed("q"));
    ++asked;
    if (messages_.size() < asked) break;
    Answer(std::string(60000, 'a'));
  }
  ASSERT_LT(messages_.size(), asked);
  EXPECT_EQ(closes_, 0);
  size_t got = 0;
  for (int i = 0; i < kMaxTurns && got < (asked - 1) * 60002; ++i) {
    got += Received().size();
    Turn();
  }
  EXPECT_EQ(got, (asked - 1) * 60002);
  EXPECT_EQ(messages_.size(), asked);
}

// RFC 7766 section 6.2.1.1: answers that are there at once go out together.
TEST_F(TcpConnectionTest, AnswersGivenAtOnceGoOutTogether) {
  loop_ = *EventLoop::Create(&clock_);
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends_), 0);
  connection_ = std::make_shared<TcpConnection>(loop_.get(), ends_[0], Endpoint(), IpAddress(),
                                                TcpConnectionOptions());
  ASSERT_TRUE(
      connection_->Start([this](absl::Span<const uint8_t>) { Answer("answer"); }, [] {}).ok());
  Send(Framed("1") + Framed("2") + Framed("3"));
  // A packet is one system call of the writer.
  EXPECT_EQ(Received(), Framed("answer") + Framed("answer") + Framed("answer"));
}

TEST_F(TcpConnectionTest, APeerThatGoesWhileReadingIsPausedEnds) {
  TcpConnectionOptions options;
  options.max_outstanding = 1;
  Open(options);
  Send(Framed("1") + Framed("2"));
  close(ends_[1]);
  ends_[1] = -1;
  Turn();
  EXPECT_EQ(closes_, 1);
}

}  // namespace
}  // namespace nave::net
