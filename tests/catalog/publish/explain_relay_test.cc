#include "catalog/publish/explain_relay.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "catalog/errors.h"
#include "tests/testing/fake_clock.h"

namespace nave::catalog {
namespace {

using resolver::v1::ExplainReply;
using resolver::v1::ExplainRequest;

resolver::v1::Question QuestionOf(const std::string& qname) {
  resolver::v1::Question question;
  question.set_view("accounts/a/vpcs/v");
  question.set_qname(qname);
  return question;
}

class ExplainRelayTest : public ::testing::Test {
 protected:
  // A node that answers each question at once, from another thread as a real one does.
  ExplainRelay::Ask Answering(const std::string& node, const std::string& error = "") {
    return [this, node, error](const ExplainRequest& request) {
      threads_.emplace_back([this, node, error, request] {
        ExplainReply reply;
        reply.set_id(request.id());
        reply.set_error(error);
        *reply.mutable_explanation()->mutable_question() = request.question();
        reply.mutable_explanation()->set_node(node);
        relay_.Reply(node, reply);
      });
      return absl::OkStatus();
    };
  }
  void TearDown() override {
    for (std::thread& thread : threads_) thread.join();
  }

  testing::FakeClock clock_;
  ExplainRelay relay_{clock_};
  std::vector<std::thread> threads_;
};

TEST_F(ExplainRelayTest, FirstNodeWithAStreamAnswers) {
  relay_.Attach("r2", Answering("r2"));
  const auto explanation =
      relay_.Explain({"r1", "r2"}, QuestionOf("www.example.com."), absl::InfiniteFuture());
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_EQ(explanation->node(), "r2");
  EXPECT_EQ(explanation->question().qname(), "www.example.com.");
}

TEST_F(ExplainRelayTest, WithoutAStreamThereIsNoLiveNode) {
  const int64_t stream = relay_.Attach("r1", Answering("r1"));
  relay_.Detach("r1", stream);
  const auto explanation =
      relay_.Explain({"r1"}, QuestionOf("www.example.com."), absl::InfiniteFuture());
  EXPECT_EQ(ReasonOf(explanation.status()), api::v1::NO_LIVE_NODE);
}

TEST_F(ExplainRelayTest, LaterStreamOfTheNodeStays) {
  const int64_t first = relay_.Attach("r1", Answering("old"));
  relay_.Attach("r1", Answering("r1"));
  relay_.Detach("r1", first);
  const auto explanation =
      relay_.Explain({"r1"}, QuestionOf("www.example.com."), absl::InfiniteFuture());
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_EQ(explanation->node(), "r1");
}

TEST_F(ExplainRelayTest, SilentNodeEndsAtTheDeadline) {
  relay_.Attach("r1", [](const ExplainRequest&) { return absl::OkStatus(); });
  const auto explanation = relay_.Explain({"r1"}, QuestionOf("www.example.com."), clock_.Now());
  EXPECT_EQ(ReasonOf(explanation.status()), api::v1::WAIT_TIMED_OUT);
}

TEST_F(ExplainRelayTest, AnotherNodeCannotAnswer) {
  relay_.Attach("r1", Answering("r2"));
  const auto explanation = relay_.Explain({"r1"}, QuestionOf("www.example.com."), clock_.Now());
  EXPECT_EQ(ReasonOf(explanation.status()), api::v1::WAIT_TIMED_OUT);
}

TEST_F(ExplainRelayTest, WhatTheNodeRefusesIsSaid) {
  relay_.Attach("r1", Answering("r1", "no such view"));
  const auto explanation =
      relay_.Explain({"r1"}, QuestionOf("www.example.com."), absl::InfiniteFuture());
  EXPECT_EQ(ReasonOf(explanation.status()), api::v1::INVALID_QUERY);
}

TEST_F(ExplainRelayTest, BusyNodeIsSaidSo) {
  relay_.Attach("r1", [](const ExplainRequest&) { return absl::ResourceExhaustedError("busy"); });
  EXPECT_TRUE(absl::IsResourceExhausted(
      relay_.Explain({"r1"}, QuestionOf("www.example.com."), clock_.Now()).status()));
}

}  // namespace
}  // namespace nave::catalog
