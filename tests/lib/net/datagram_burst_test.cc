#include "lib/net/datagram_burst.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/net/udp_socket.h"

namespace nave::net {
namespace {

using ::testing::UnorderedElementsAreArray;

absl::Span<const uint8_t> Octets(const std::string& text) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}

// A connected socket, whoever it is connected to, and a loop that watches it.
class DatagramBurstTest : public ::testing::Test {
 protected:
  void SetUp() override {
    peer_ = *UdpSocket::Bind(*Endpoint::Parse("127.0.0.1:0"), UdpOptions());
    loop_ = *EventLoop::Create(&RealClock());
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    Connect(peer_->local());
    ASSERT_TRUE(loop_->Watch(fd_, EPOLLIN, [this](uint32_t) { ++events_; }).ok());
  }
  void TearDown() override {
    loop_->Unwatch(fd_);
    close(fd_);
  }

  void Connect(const Endpoint& to) {
    sockaddr_storage address;
    const socklen_t size = to.ToSockaddr(&address);
    ASSERT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), size), 0);
  }

  int Send(const std::vector<std::string>& texts) {
    DatagramBurst burst;
    for (const std::string& text : texts) burst.Add(Octets(text));
    EXPECT_EQ(burst.size(), texts.size());
    const int error = burst.Send(loop_.get(), fd_, &ability_);
    EXPECT_EQ(burst.size(), 0u);
    return error;
  }

  std::vector<std::string> Received(size_t count) {
    std::vector<std::string> texts;
    pollfd waited = {peer_->fd(), POLLIN, 0};
    while (texts.size() < count && poll(&waited, 1, 5000) == 1) {
      peer_->Receive([&](absl::Span<const Datagram> datagrams) {
        for (const Datagram& datagram : datagrams) {
          texts.emplace_back(datagram.data.begin(), datagram.data.end());
        }
      });
    }
    return texts;
  }

  std::unique_ptr<UdpSocket> peer_;
  std::unique_ptr<EventLoop> loop_;
  int fd_ = -1;
  int events_ = 0;
  DatagramBurst::Ability ability_;
};

// As many of some sizes as fill several batches.
std::vector<std::string> Mixed(size_t count) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < count; ++i) {
    texts.push_back(std::string(1 + i % 7, 'x') + std::to_string(1000 + i));
  }
  return texts;
}

TEST_F(DatagramBurstTest, EachArrivesAsItWasGiven) {
  const std::vector<std::string> texts = Mixed(3 * DatagramBurst::kMaxBatch + 5);
  EXPECT_EQ(Send(texts), 0);
  EXPECT_THAT(Received(texts.size()), UnorderedElementsAreArray(texts));
  EXPECT_TRUE(ability_.cuts);
}

TEST_F(DatagramBurstTest, AsManyOfOneSizeAsTheKernelCuts) {
  const std::vector<std::string> texts(DatagramBurst::kMaxBatch,
                                       std::string(DatagramBurst::kMaxPieceSize / 2, 'y'));
  EXPECT_EQ(Send(texts), 0);
  EXPECT_EQ(Received(texts.size()), texts);
  EXPECT_TRUE(ability_.cuts);
}

TEST_F(DatagramBurstTest, OneThatIsTooLongForAPieceGoesByItself) {
  const std::vector<std::string> texts(3, std::string(DatagramBurst::kMaxPieceSize + 1, 'z'));
  EXPECT_EQ(Send(texts), 0);
  EXPECT_EQ(Received(texts.size()), texts);
}

TEST_F(DatagramBurstTest, WhereTheSystemDoesNotCutNoneIsLost) {
  // Without checksums it refuses.
  const int on = 1;
  ASSERT_EQ(setsockopt(fd_, SOL_SOCKET, SO_NO_CHECK, &on, sizeof(on)), 0);
  const std::vector<std::string> texts = Mixed(2 * DatagramBurst::kMaxBatch);
  EXPECT_EQ(Send(texts), 0);
  EXPECT_THAT(Received(texts.size()), UnorderedElementsAreArray(texts));
  EXPECT_FALSE(ability_.cuts);
  EXPECT_EQ(Send(texts), 0);
  EXPECT_THAT(Received(texts.size()), UnorderedElementsAreArray(texts));
}

TEST_F(DatagramBurstTest, AnErrorOfAnEarlierDatagramDoesNotTakeTheNextOnesAway) {
  const Endpoint target = peer_->local();
  peer_.reset();
  EXPECT_EQ(Send({"lost"}), 0);
  // Refused by ICMP, which on one machine is immediate.
  peer_ = *UdpSocket::Bind(target, UdpOptions());
  const std::vector<std::string> texts = Mixed(10);
  EXPECT_EQ(Send(texts), 0);
  EXPECT_THAT(Received(texts.size()), UnorderedElementsAreArray(texts));
}

TEST_F(DatagramBurstTest, WhatCannotLeaveIsAnError) {
  const std::vector<std::string> texts(2, std::string(70000, 'w'));
  EXPECT_EQ(Send(texts), EMSGSIZE);
}

TEST_F(DatagramBurstTest, TheSocketIsWatchedAgain) {
  EXPECT_EQ(Send(Mixed(DatagramBurst::kMaxBatch)), 0);
  Received(DatagramBurst::kMaxBatch);
  sockaddr_storage address;
  socklen_t size = sizeof(address);
  ASSERT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_EQ(sendto(peer_->fd(), "back", 4, 0, reinterpret_cast<const sockaddr*>(&address), size),
            4);
  loop_->RunOnce(absl::Seconds(5));
  EXPECT_EQ(events_, 1);
}

}  // namespace
}  // namespace nave::net
