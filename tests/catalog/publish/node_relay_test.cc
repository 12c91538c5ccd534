#include "catalog/publish/node_relay.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "catalog/errors.h"
#include "tests/testing/fake_clock.h"

namespace nave::catalog {
namespace {

using resolver::v1::NodeReply;
using resolver::v1::NodeRequest;

NodeRequest Question(const std::string& qname) {
  NodeRequest request;
  request.mutable_explain()->set_qname(qname);
  return request;
}

class NodeRelayTest : public ::testing::Test {
 protected:
  // A node that answers each request at once, from another thread as a real one does.
  NodeRelay::Send Answering(const std::string& node, const std::string& error = "") {
    return [this, node, error](const NodeRequest& request) {
      threads_.emplace_back([this, node, error, request] {
        NodeReply reply;
        reply.set_id(request.id());
        reply.set_error(error);
        *reply.mutable_explanation()->mutable_question() = request.explain();
        reply.mutable_explanation()->set_node(node);
        relay_.Reply(node, reply);
      });
      return absl::OkStatus();
    };
  }
  static NodeRelay::Send Silent() {
    return [](const NodeRequest&) { return absl::OkStatus(); };
  }
  absl::StatusOr<NodeReply> AskFirst(const std::vector<std::string>& nodes,
                                     absl::Time deadline = absl::InfiniteFuture()) {
    return relay_.AskFirst(nodes, Question("www.example.com."), deadline);
  }
  void TearDown() override {
    for (std::thread& thread : threads_) thread.join();
  }

  testing::FakeClock clock_;
  NodeRelay relay_{clock_};
  std::vector<std::thread> threads_;
};

TEST_F(NodeRelayTest, FirstNodeWithAStreamAnswers) {
  relay_.Attach("r2", Answering("r2"));
  relay_.Attach("r3", Answering("r3"));
  const auto reply = AskFirst({"r1", "r2", "r3"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->explanation().node(), "r2");
  EXPECT_EQ(reply->explanation().question().qname(), "www.example.com.");
}

TEST_F(NodeRelayTest, WithoutAStreamThereIsNoLiveNode) {
  const int64_t stream = relay_.Attach("r1", Answering("r1"));
  relay_.Detach("r1", stream);
  EXPECT_EQ(ReasonOf(AskFirst({"r1"}).status()), api::v1::NO_LIVE_NODE);
  EXPECT_EQ(ReasonOf(AskFirst({}).status()), api::v1::NO_LIVE_NODE);
}

TEST_F(NodeRelayTest, LaterStreamOfTheNodeStays) {
  const int64_t first = relay_.Attach("r1", Answering("old"));
  relay_.Attach("r1", Answering("r1"));
  relay_.Detach("r1", first);
  const auto reply = AskFirst({"r1"});
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(reply->explanation().node(), "r1");
}

TEST_F(NodeRelayTest, SilentNodeEndsAtTheDeadline) {
  relay_.Attach("r1", Silent());
  EXPECT_EQ(ReasonOf(AskFirst({"r1"}, clock_.Now()).status()), api::v1::WAIT_TIMED_OUT);
}

TEST_F(NodeRelayTest, AnotherNodeCannotAnswer) {
  relay_.Attach("r1", Answering("r2"));
  EXPECT_EQ(ReasonOf(AskFirst({"r1"}, clock_.Now()).status()), api::v1::WAIT_TIMED_OUT);
}

TEST_F(NodeRelayTest, WhatTheNodeRefusesIsSaid) {
  relay_.Attach("r1", Answering("r1", "no such view"));
  EXPECT_EQ(ReasonOf(AskFirst({"r1"}).status()), api::v1::INVALID_QUERY);
}

TEST_F(NodeRelayTest, BusyNodeIsSaidSo) {
  relay_.Attach("r1", [](const NodeRequest&) { return absl::ResourceExhaustedError("busy"); });
  EXPECT_TRUE(absl::IsResourceExhausted(AskFirst({"r1"}, clock_.Now()).status()));
}

TEST_F(NodeRelayTest, WhoGoesAwayIsNotWaitedFor) {
  int64_t stream = 0;
  stream = relay_.Attach("r1", [&](const NodeRequest&) {
    threads_.emplace_back([&] { relay_.Detach("r1", stream); });
    return absl::OkStatus();
  });
  EXPECT_EQ(ReasonOf(AskFirst({"r1"}).status()), api::v1::NO_LIVE_NODE);
}

TEST_F(NodeRelayTest, AllAnswerEachForItself) {
  relay_.Attach("r1", Answering("r1"));
  relay_.Attach("r2", Answering("r2", "no such view"));
  relay_.Attach("r4", Answering("r4"));
  const std::vector<std::string> nodes = {"r4", "r1", "r2", "r3"};
  const auto replies = relay_.AskAll(nodes, Question("a."), absl::InfiniteFuture());
  ASSERT_EQ(replies.size(), 4u);
  ASSERT_TRUE(replies[0].ok() && replies[1].ok());
  EXPECT_EQ(replies[0]->explanation().node(), "r4");
  EXPECT_EQ(replies[1]->explanation().node(), "r1");
  EXPECT_EQ(ReasonOf(replies[2].status()), api::v1::INVALID_QUERY);
  EXPECT_EQ(ReasonOf(replies[3].status()), api::v1::NO_LIVE_NODE);
}

TEST_F(NodeRelayTest, WhoIsSilentTakesNothingFromTheOthers) {
  relay_.Attach("r1", Silent());
  // The time is over when it has answered.
  relay_.Attach("r2", [this](const NodeRequest& request) {
    threads_.emplace_back([this, request] {
      NodeReply reply;
      reply.set_id(request.id());
      relay_.Reply("r2", reply);
      clock_.Advance(absl::Hours(2));
    });
    return absl::OkStatus();
  });
  const std::vector<std::string> nodes = {"r1", "r2"};
  const auto replies = relay_.AskAll(nodes, Question("a."), clock_.Now() + absl::Hours(1));
  EXPECT_EQ(ReasonOf(replies[0].status()), api::v1::WAIT_TIMED_OUT);
  EXPECT_TRUE(replies[1].ok()) << replies[1].status();
}

}  // namespace
}  // namespace nave::catalog
