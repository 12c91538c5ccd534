// What the API says by asking resolvers, at a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "nave/dns/v1/cache.grpc.pb.h"
#include "nave/dns/v1/explain.grpc.pb.h"
#include "nave/governance/v1/node.grpc.pb.h"
#include "tests/server/fake_node.h"
#include "tests/server/harness.h"

namespace nave::server {
namespace {

using dns::v1::FlushCacheRequest;
using dns::v1::FlushCacheResponse;
using dns::v1::ListCacheUseRequest;
using dns::v1::ListCacheUseResponse;
using governance::v1::Token;
using resolver::v1::ControlMessage;
using resolver::v1::NodeMessage;
using resolver::v1::NodeReply;
using resolver::v1::NodeRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RelayServicesTest : public ::testing::Test {
 protected:
  RelayServicesTest() {
    harness_.MakeAccount("a");
    secret_ = harness_.MakeToken("node-r1", Token::NODE, "organization", "nodes/r1");
    other_secret_ = harness_.MakeToken("node-r2", Token::NODE, "organization", "nodes/r2");
  }
  // Answers one request, on a thread of its own.
  std::thread AnswerOnce(FakeNode* node, std::function<NodeReply(const NodeRequest&)> make) {
    return std::thread([node, make = std::move(make)] {
      const ControlMessage message = node->Await(ControlMessage::kRequest);
      NodeMessage answer;
      *answer.mutable_reply() = make(message.request());
      answer.mutable_reply()->set_id(message.request().id());
      node->Send(answer);
    });
  }
  grpc::Status Flush(const FlushCacheRequest& request, FlushCacheResponse* response,
                     const std::string& secret) {
    return cache_->FlushCache(harness_.Context(secret).get(), request, response);
  }
  std::string Refusal(const FlushCacheRequest& request) {
    FlushCacheResponse response;
    return ReasonOf(Flush(request, &response, harness_.admin()));
  }

  Harness harness_;
  std::string secret_;
  std::string other_secret_;
  std::unique_ptr<dns::v1::CacheService::Stub> cache_ =
      dns::v1::CacheService::NewStub(harness_.channel());
};

TEST_F(RelayServicesTest, ExplanationsComeFromTheNode) {
  dns::v1::ExplainRequest request;
  request.set_vpc("accounts/a/vpcs/main");
  request.set_qname("www.bücher.example.");
  request.set_no_recursion(true);
  request.set_dnssec_ok(true);
  request.set_checking_disabled(true);
  const auto stub = dns::v1::ExplainService::NewStub(harness_.channel());
  const auto explain = [&](resolver::v1::Explanation* explanation) {
    return stub->Explain(harness_.Context(harness_.admin()).get(), request, explanation);
  };
  resolver::v1::Explanation explanation;
  EXPECT_EQ(ReasonOf(explain(&explanation)), "NO_LIVE_NODE");

  FakeNode node(harness_, secret_, "r1");
  ASSERT_TRUE(node.Await(ControlMessage::kComplete).has_complete());
  std::thread answering([&node] {
    const ControlMessage message = node.Await(ControlMessage::kRequest);
    NodeMessage answer;
    NodeReply& reply = *answer.mutable_reply();
    reply.set_id(message.request().id());
    *reply.mutable_explanation()->mutable_question() = message.request().explain();
    reply.mutable_explanation()->set_rcode("REFUSED");
    node.Send(answer);
  });
  const grpc::Status status = explain(&explanation);
  answering.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(explanation.rcode(), "REFUSED");
  EXPECT_EQ(explanation.question().view(), "accounts/a/vpcs/main");
  EXPECT_EQ(explanation.question().qtype(), "A");
  EXPECT_TRUE(explanation.question().no_recursion());
  EXPECT_TRUE(explanation.question().dnssec_ok());
  EXPECT_TRUE(explanation.question().checking_disabled());
  EXPECT_EQ(explanation.question().qname(), "www.xn--bcher-kva.example.") << "as on the wire";
  request.set_qname("☕.example.");
  EXPECT_EQ(ReasonOf(explain(&explanation)), "INVALID_FIELD");
  request.set_vpc("accounts/a/vpcs/none");
  EXPECT_EQ(ReasonOf(explain(&explanation)), "NOT_FOUND");
}

TEST_F(RelayServicesTest, EveryNodeForgetsAndThoseThatDoNotAreNamed) {
  FakeNode first(harness_, secret_, "r1");
  FakeNode second(harness_, other_secret_, "r2");
  ASSERT_TRUE(first.Await(ControlMessage::kComplete).has_complete());
  ASSERT_TRUE(second.Await(ControlMessage::kComplete).has_complete());
  resolver::v1::CacheSelector asked;
  std::thread one = AnswerOnce(&first, [&asked](const NodeRequest& request) {
    asked = request.flush_cache();
    NodeReply reply;
    reply.mutable_cache_flushed()->set_replies(7);
    return reply;
  });
  std::thread two = AnswerOnce(&second, [](const NodeRequest&) {
    NodeReply reply;
    reply.set_error("a worker hangs");
    return reply;
  });
  FlushCacheRequest request;
  request.set_vpc("accounts/a/vpcs/main");
  request.set_rule("accounts/a/rules/corp");
  request.set_suffix("Bücher.example");
  FlushCacheResponse response;
  const grpc::Status status = Flush(request, &response, harness_.admin());
  one.join();
  two.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(response.nodes_size(), 1);
  EXPECT_EQ(response.nodes(0).node(), "nodes/r1");
  EXPECT_EQ(response.nodes(0).replies(), 7);
  ASSERT_EQ(response.errors_size(), 1);
  EXPECT_EQ(response.errors(0).node(), "nodes/r2");
  EXPECT_EQ(response.errors(0).error(), "a worker hangs");
  EXPECT_EQ(asked.view(), "accounts/a/vpcs/main");
  EXPECT_EQ(asked.rule(), "accounts/a/rules/corp");
  EXPECT_EQ(asked.suffix(), "xn--bcher-kva.example.");
}

TEST_F(RelayServicesTest, ANodeThatIsAwayIsNamed) {
  {
    FakeNode node(harness_, secret_, "r1");
    ASSERT_TRUE(node.Await(ControlMessage::kComplete).has_complete());
  }
  FlushCacheRequest request;
  request.set_all(true);
  FlushCacheResponse response;
  ASSERT_TRUE(Flush(request, &response, harness_.admin()).ok());
  EXPECT_THAT(response.nodes(), IsEmpty());
  ASSERT_EQ(response.errors_size(), 1) << "it answers by what it has while its lease lasts";
  EXPECT_THAT(response.errors(0).error(), HasSubstr("not connected"));
}

TEST_F(RelayServicesTest, AFlushSaysWhatItMeans) {
  FlushCacheRequest request;
  EXPECT_EQ(Refusal(request), "INVALID_FIELD") << "nothing is selected";
  request.set_vpc("accounts/a/vpcs/main");
  EXPECT_EQ(Refusal(request), "INVALID_FIELD") << "nothing is selected in it";
  request.set_name("www.example.");
  EXPECT_EQ(Refusal(request), "NO_LIVE_NODE");
  request.set_suffix("example.");
  EXPECT_EQ(Refusal(request), "INVALID_FIELD") << "one of them";
  request.clear_suffix();
  request.set_all(true);
  EXPECT_EQ(Refusal(request), "INVALID_FIELD") << "all and one name";
  request.clear_all();
  request.set_name("a..b");
  EXPECT_EQ(Refusal(request), "INVALID_FIELD");
  request.set_name("www.example.");
  request.set_rule("corp");
  EXPECT_EQ(Refusal(request), "INVALID_NAME");
  request.clear_rule();
  request.set_vpc("accounts/a/vpcs/none");
  EXPECT_EQ(Refusal(request), "NOT_FOUND");
}

TEST_F(RelayServicesTest, WhoHasAVpcFlushesThatAlone) {
  const std::string secret =
      harness_.MakeToken("network-a", Token::NETWORK_ADMIN, "accounts/a", "users/a");
  FlushCacheRequest request;
  request.set_name("www.example.");
  FlushCacheResponse response;
  EXPECT_EQ(ReasonOf(Flush(request, &response, secret)), "PERMISSION_DENIED");
  request.set_vpc("accounts/a/vpcs/main");
  EXPECT_EQ(ReasonOf(Flush(request, &response, secret)), "NO_LIVE_NODE") << "allowed";
  const std::string viewer = harness_.MakeToken("viewer-a", Token::VIEWER, "accounts/a", "users/v");
  EXPECT_EQ(ReasonOf(Flush(request, &response, viewer)), "PERMISSION_DENIED");
}

TEST_F(RelayServicesTest, UseIsAddedUpOverTheNodes) {
  FakeNode first(harness_, secret_, "r1");
  FakeNode second(harness_, other_secret_, "r2");
  ASSERT_TRUE(first.Await(ControlMessage::kComplete).has_complete());
  ASSERT_TRUE(second.Await(ControlMessage::kComplete).has_complete());
  std::string view;
  std::thread one = AnswerOnce(&first, [&view](const NodeRequest& request) {
    view = request.list_cache_use().view();
    NodeReply reply;
    resolver::v1::CacheUse& use = *reply.mutable_cache_uses()->add_uses();
    use.set_rule("accounts/a/rules/few");
    use.set_hits(1);
    resolver::v1::CacheUse& many = *reply.mutable_cache_uses()->add_uses();
    many.set_rule("accounts/a/rules/many");
    many.set_hits(10);
    many.set_stale_hits(1);
    many.set_misses(2);
    many.set_failures(3);
    many.set_replies(4);
    many.set_octets(500);
    return reply;
  });
  std::thread two = AnswerOnce(&second, [](const NodeRequest&) {
    NodeReply reply;
    resolver::v1::CacheUse& many = *reply.mutable_cache_uses()->add_uses();
    many.set_rule("accounts/a/rules/many");
    many.set_hits(20);
    many.set_stale_hits(2);
    many.set_misses(3);
    many.set_failures(4);
    many.set_replies(5);
    many.set_octets(600);
    return reply;
  });
  ListCacheUseRequest request;
  request.set_vpc("accounts/a/vpcs/main");
  ListCacheUseResponse response;
  const grpc::Status status =
      cache_->ListCacheUse(harness_.Context(harness_.admin()).get(), request, &response);
  one.join();
  two.join();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(view, "accounts/a/vpcs/main");
  EXPECT_THAT(response.errors(), IsEmpty());
  std::vector<std::string> uses;
  for (const resolver::v1::CacheUse& use : response.uses()) {
    uses.push_back(absl::StrCat(use.rule(), " ", use.hits(), " ", use.stale_hits(), " ",
                                use.misses(), " ", use.failures(), " ", use.replies(), " ",
                                use.octets()));
  }
  EXPECT_THAT(uses, ElementsAre("accounts/a/rules/many 30 3 5 7 9 1100",
                                "accounts/a/rules/few 1 0 0 0 0 0"));
}

}  // namespace
}  // namespace nave::server
