#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/net/event_loop.h"
#include "lib/net/socket.h"
#include "resolver/forwarder.h"

namespace nave::resolver {
namespace {

class ForwarderTogetherTest : public ::testing::Test {
 protected:
  const std::unique_ptr<net::EventLoop> loop_ = net::EventLoop::Create(&RealClock()).value();
  const std::unique_ptr<Upstream> forwarder_ = NewForwarder(loop_.get()).value();
  const dns::Question question_{dns::Name::FromText("www.corp.example.").value()};
  const std::shared_ptr<TargetGroup> group_ = std::make_shared<TargetGroup>();
};

// The first step of some questions, the second one of the same, then their callbacks; and so on.
TEST_F(ForwarderTogetherTest, SaysWhichCallbacksComeNext) {
  constexpr size_t kQuestions = 40;
  const int asked[kQuestions] = {};
  // What happens in one go, and to which questions.
  std::vector<std::pair<std::string, std::vector<size_t>>> goes;
  const auto saw = [&goes](absl::string_view what, size_t question) {
    if (goes.empty() || goes.back().first != what) goes.push_back({std::string(what), {}});
    goes.back().second.push_back(question);
  };
  forwarder_->SetPrefetch([&](const void* subject, int step) {
    saw(absl::StrCat(step), static_cast<const int*>(subject) - asked);
  });
  size_t called_back = 0;
  for (size_t i = 0; i < kQuestions; ++i) {
    ForwardOptions options;
    options.subject = &asked[i];
    // Without a target it is over in the same turn.
    forwarder_->Forward(question_, group_, options, [&saw, &called_back, i](ForwardResult) {
      saw("callback", i);
      ++called_back;
    });
  }
  loop_->RunOnce(absl::ZeroDuration());
  ASSERT_EQ(called_back, kQuestions);
  ASSERT_EQ(goes.size() % 3, 0u);
  // Not all at once, or what came near would be gone again before its turn.
  EXPECT_GT(goes.size(), 3u);
  EXPECT_GT(goes[0].second.size(), 1u);
  for (size_t i = 0; i < goes.size(); i += 3) {
    EXPECT_EQ(goes[i].first, "0");
    EXPECT_EQ(goes[i + 1], std::make_pair(std::string("1"), goes[i].second));
    EXPECT_EQ(goes[i + 2], std::make_pair(std::string("callback"), goes[i].second));
  }
}

// A name server that takes one connection and says nothing.
class SilentTcpServer {
 public:
  SilentTcpServer()
      : listener_(net::BindSocket(SOCK_STREAM, net::Endpoint::Parse("127.0.0.1:0").value(), false)
                      .value()) {
    EXPECT_EQ(listen(listener_, 1), 0);
  }
  ~SilentTcpServer() {
    if (connection_ >= 0) close(connection_);
    close(listener_);
  }

  net::Endpoint endpoint() const { return net::LocalEndpoint(listener_); }
  // Octets that have come so far.
  size_t Receive() {
    if (connection_ < 0) connection_ = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    char buffer[4096];
    ssize_t got;
    while (connection_ >= 0 && (got = recv(connection_, buffer, sizeof(buffer), 0)) > 0) {
      received_ += static_cast<size_t>(got);
    }
    return received_;
  }
  // Of TCP, with octets.
  uint32_t Segments() const {
    tcp_info info{};
    socklen_t size = sizeof(info);
    EXPECT_EQ(getsockopt(connection_, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
    return info.tcpi_data_segs_in;
  }

 private:
  const int listener_;
  int connection_ = -1;
  size_t received_ = 0;
};

TEST_F(ForwarderTogetherTest, QuestionsOfATurnAreOneSegment) {
  SilentTcpServer server;
  group_->targets.push_back({server.endpoint(), Transport::kTcp, 0, 1});
  const auto ask = [&](int count) {
    for (int i = 0; i < count; ++i) {
      forwarder_->Forward(question_, group_, ForwardOptions(), [](ForwardResult) {});
    }
  };
  const auto run_until_received = [&](size_t octets) {
    const absl::Time end = RealClock().Now() + absl::Seconds(20);
    while (server.Receive() < octets && RealClock().Now() < end) {
      loop_->RunOnce(absl::Milliseconds(1));
    }
  };
  ask(1);
  run_until_received(1);
  const size_t question_size = server.Receive();
  ASSERT_EQ(server.Segments(), 1u);
  constexpr int kQuestions = 20;
  ask(kQuestions);
  run_until_received((1 + kQuestions) * question_size);
  EXPECT_EQ(server.Receive(), (1 + kQuestions) * question_size);
  EXPECT_EQ(server.Segments(), 2u);
}

}  // namespace
}  // namespace nave::resolver
