#include "resolver/query_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/resolver/query_handler_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(QueryHandlerTest, AnswersFromAZoneAtOnce) {
  Ask("www.one.test.");
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(answers()[0].header.id, 9);
  EXPECT_THAT(Texts(answers()[0].answers), ElementsAre("www.one.test. 60 IN A 192.0.2.1"));
  EXPECT_TRUE(upstream_.asked.empty());
}

TEST_F(QueryHandlerTest, TheSourceChoosesTheView) {
  Ask("www.one.test.", "10.2.0.9:4000");
  EXPECT_EQ(LastRcode(), Rcode::kRefused);
  EXPECT_THAT(LastError(), HasSubstr("no zone and no rule"));
  Ask("www.one.test.", "192.0.2.9:4000");
  EXPECT_EQ(LastRcode(), Rcode::kRefused);
  EXPECT_THAT(LastError(), HasSubstr("no view"));
}

TEST_F(QueryHandlerTest, DropsResponsesAndPortZero) {
  dns::Message response = dns::MakeQuery(9, N("www.one.test."), RRType::kA);
  response.header.qr = true;
  Ask(response);
  Ask("www.one.test.", "10.1.0.9:0");
  EXPECT_EQ(responder_->empty, 2);
  EXPECT_EQ(handler_.stats().dropped, 2u);
}

TEST_F(QueryHandlerTest, RejectsWithoutAView) {
  dns::Message message = dns::MakeQuery(9, N("www.one.test."), RRType::kAxfr);
  Ask(message, "192.0.2.9:4000");
  EXPECT_EQ(LastRcode(), Rcode::kRefused);
  message = dns::MakeQuery(9, N("www.one.test."), RRType::kA);
  message.edns.emplace();
  message.edns->version = 5;
  Ask(message);
  EXPECT_EQ(LastRcode(), Rcode::kBadVers);
}

TEST_F(QueryHandlerTest, ForwardsAndAnswersLater) {
  Ask("www.corp.test.");
  EXPECT_TRUE(answers().empty());
  ASSERT_EQ(upstream_.asked.size(), 1u);
  EXPECT_EQ(upstream_.asked[0].options.hop_count, 1);
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_THAT(Texts(answers()[0].answers), ElementsAre("www.corp.test. 60 IN A 192.0.2.5"));
  EXPECT_EQ(handler_.waiter_count(), 0u);
  EXPECT_EQ(handler_.pending_count(), 0u);
  Ask("www.corp.test.");
  EXPECT_EQ(answers().size(), 2u);
  EXPECT_EQ(upstream_.asked.size(), 1u);
}

TEST_F(QueryHandlerTest, IdenticalQuestionsShareOneUpstreamQuestion) {
  for (int i = 0; i < 5; ++i) Ask("www.corp.test.");
  Ask("WWW.CORP.TEST.");
  EXPECT_EQ(upstream_.asked.size(), 1u);
  // Another view, or DO, is another question.
  Ask("www.corp.test.", "10.2.0.9:4000");
  EXPECT_EQ(upstream_.asked.size(), 2u);
  dns::Message with_do = dns::MakeQuery(9, N("www.corp.test."), RRType::kA);
  with_do.edns.emplace();
  with_do.edns->dnssec_ok = true;
  Ask(with_do);
  ASSERT_EQ(upstream_.asked.size(), 3u);
  EXPECT_TRUE(upstream_.asked[2].options.dnssec_ok);
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  EXPECT_EQ(answers().size(), 6u);
  EXPECT_TRUE(answers().back().questions[0].name.EqualsWithCase(N("WWW.CORP.TEST.")));
  EXPECT_EQ(handler_.stats().coalesced, 5u);
}

TEST_F(QueryHandlerTest, WaitersOfOneQuestionAreBounded) {
  for (size_t i = 0; i < PendingQuestions::kMaxWaitersPerQuestion; ++i) Ask("www.corp.test.");
  EXPECT_TRUE(answers().empty());
  Ask("www.corp.test.");
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
}

// A rule whose targets say nothing fills its share; another one does not notice.
TEST_F(QueryHandlerTest, QuestionsOfOneRuleLeaveRoomForOthers) {
  for (size_t i = 0; i < PendingQuestions::kMaxQuestionsPerGroup; ++i) {
    Ask(("n" + std::to_string(i) + ".corp.test.").c_str());
  }
  EXPECT_TRUE(answers().empty());
  Ask("one.more.corp.test.");
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
  EXPECT_EQ(LastError(), "r: too many questions to this rule's targets are under way");
  Ask("www.other.test.");
  EXPECT_EQ(answers().size(), 1u);
  EXPECT_EQ(upstream_.asked.back().question.name, N("www.other.test."));
  // A place that gets free is taken again.
  upstream_.Answer(0, Rcode::kNoError, {"n0.corp.test. 60 IN A 192.0.2.5"});
  Ask("one.more.corp.test.");
  EXPECT_EQ(answers().size(), 2u);
}

TEST_F(QueryHandlerTest, ClientsOfOneRuleLeaveRoomForOthers) {
  const size_t questions =
      PendingQuestions::kMaxWaitersPerGroup / PendingQuestions::kMaxWaitersPerQuestion;
  for (size_t i = 0; i < questions; ++i) {
    const std::string name = "n" + std::to_string(i) + ".corp.test.";
    for (size_t j = 0; j < PendingQuestions::kMaxWaitersPerQuestion; ++j) Ask(name.c_str());
  }
  EXPECT_TRUE(answers().empty());
  Ask("one.more.corp.test.");
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(LastError(), "r: too many clients wait for this rule's targets");
  Ask("www.other.test.");
  EXPECT_EQ(answers().size(), 1u);
}

TEST_F(QueryHandlerTest, FailureNamesRuleAndTargetAndIsRemembered) {
  Ask("www.corp.test.");
  upstream_.Fail(0, absl::DeadlineExceededError("no target answered"));
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
  EXPECT_EQ(LastError(), "r: no target answered; 192.0.2.100:53 timeout");
  Ask("www.corp.test.");
  EXPECT_EQ(upstream_.asked.size(), 1u);
  clock_.Advance(absl::Seconds(kFailureTtlSeconds));
  Ask("www.corp.test.");
  EXPECT_EQ(upstream_.asked.size(), 2u);
}

TEST_F(QueryHandlerTest, ShortageOfOurOwnIsNotRemembered) {
  Ask("www.corp.test.");
  upstream_.Fail(0, absl::ResourceExhaustedError("too much outstanding"));
  Ask("www.corp.test.");
  EXPECT_EQ(upstream_.asked.size(), 2u);
}

TEST_F(QueryHandlerTest, QuestionFromItsOwnTargetIsALoop) {
  handler_.SetSnapshot(CompileJson(R"({
    'listeners': [{'address': '127.0.0.1:1', 'views': ['v']}],
    'views': [{'name': 'v', 'rules': ['r']}],
    'rules': [{'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',
               'targets': [{'address': '192.0.2.100'}]}]})"));
  Ask("www.corp.test.");
  Ask("www.corp.test.", "192.0.2.100:9999");
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
  EXPECT_THAT(LastError(), HasSubstr("loop"));
}

TEST_F(QueryHandlerTest, HopsAreCountedOn) {
  dns::Message message = dns::MakeQuery(9, N("www.corp.test."), RRType::kA);
  message.edns.emplace();
  message.edns->Add(static_cast<dns::EdnsOptionCode>(kHopOptionCode), "\x02");
  Ask(message);
  ASSERT_EQ(upstream_.asked.size(), 1u);
  EXPECT_EQ(upstream_.asked[0].options.hop_count, 3);
}

// A question as the next resolver would send it on, after `asked`.
dns::Message Onward(const FakeUpstream::Asked& asked) {
  dns::Message message = dns::MakeQuery(9, asked.question.name, asked.question.type);
  message.edns.emplace();
  message.edns->Add(static_cast<dns::EdnsOptionCode>(kHopOptionCode),
                    WriteHopTrail(asked.options.hop_count, asked.options.hop_marks));
  return message;
}

TEST_F(QueryHandlerTest, QuestionWithOurOwnMarkIsALoopAtOnce) {
  Ask("www.corp.test.");
  Ask(Onward(upstream_.asked[0]), "10.1.0.10:4000");
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
  EXPECT_EQ(LastError(), "forwarding loop: what r asked came back");
  EXPECT_EQ(upstream_.asked.size(), 1u);
  EXPECT_EQ(handler_.stats().loops, 1u);
}

TEST_F(QueryHandlerTest, OneProcessMayBePassedInTwoViewsOrWithTwoNames) {
  Ask("www.corp.test.");
  Ask(Onward(upstream_.asked[0]), "10.2.0.9:4000");
  ASSERT_EQ(upstream_.asked.size(), 2u);
  EXPECT_EQ(upstream_.asked[1].options.hop_count, 2);
  EXPECT_EQ(upstream_.asked[1].options.hop_marks.size(), 2u);
  dns::Message other = Onward(upstream_.asked[0]);
  other.questions[0].name = N("other.corp.test.");
  Ask(other);
  EXPECT_EQ(upstream_.asked.size(), 3u);
  EXPECT_TRUE(answers().empty());
}

// Two that ask each other at the same time must not wait for each other.
TEST_F(QueryHandlerTest, NobodyWaitsForAQuestionOfAnotherHopCount) {
  Ask("www.corp.test.");
  dns::Message passed = dns::MakeQuery(9, N("www.corp.test."), RRType::kA);
  passed.edns.emplace();
  passed.edns->Add(static_cast<dns::EdnsOptionCode>(kHopOptionCode), WriteHopTrail(1, {42}));
  Ask(passed, "10.1.0.10:4000");
  EXPECT_EQ(upstream_.asked.size(), 2u);
  passed.edns->options.clear();
  passed.edns->Add(static_cast<dns::EdnsOptionCode>(kHopOptionCode), WriteHopTrail(1, {43}));
  Ask(passed, "10.1.0.11:4000");
  EXPECT_EQ(upstream_.asked.size(), 2u);
}

TEST_F(QueryHandlerTest, ForgedTrailFailsItsSenderAlone) {
  dns::Message forged = dns::MakeQuery(9, N("www.corp.test."), RRType::kA);
  forged.edns.emplace();
  forged.edns->Add(static_cast<dns::EdnsOptionCode>(kHopOptionCode), "\x07");
  Ask(forged, "10.1.0.66:4000");
  Ask("www.corp.test.");
  ASSERT_EQ(upstream_.asked.size(), 2u);
  upstream_.AnswerLoop(0);
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
  // Not cached: whoever comes next, without a trail, waits for his own question.
  Ask("www.corp.test.");
  EXPECT_EQ(answers().size(), 1u);
  upstream_.Answer(1, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  EXPECT_EQ(answers().size(), 3u);
  EXPECT_EQ(LastRcode(), Rcode::kNoError);
}

TEST_F(QueryHandlerTest, LoopOfAClientsOwnQuestionIsRememberedAndPassedOn) {
  Ask("www.corp.test.");
  upstream_.AnswerLoop(0);
  EXPECT_EQ(LastError(), "forwarding loop: far away");
  Ask("www.corp.test.");
  EXPECT_EQ(upstream_.asked.size(), 1u);
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
}

// The target may set DO or CD, and lets the trail fall.
TEST_F(QueryHandlerTest, QuestionFromItsOwnTargetIsALoopWhateverItsFlags) {
  handler_.SetSnapshot(CompileJson(R"({
    'listeners': [{'address': '127.0.0.1:1', 'views': ['v']}],
    'views': [{'name': 'v', 'rules': ['r']}],
    'rules': [{'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',
               'targets': [{'address': '192.0.2.100'}]}]})"));
  Ask("www.corp.test.");
  dns::Message message = dns::MakeQuery(9, N("www.corp.test."), RRType::kA);
  message.header.cd = true;
  message.edns.emplace();
  message.edns->dnssec_ok = true;
  Ask(message, "192.0.2.100:9999");
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(LastError(), "forwarding loop: the target of r asks the question that it was asked");
  // Another question of the target's is like anybody's, and so is this one when it is over.
  Ask("other.corp.test.", "192.0.2.100:9999");
  EXPECT_EQ(answers().size(), 1u);
  upstream_.Fail(0, absl::ResourceExhaustedError("too much outstanding"));
  EXPECT_EQ(answers().size(), 2u);
  Ask(message, "192.0.2.100:9999");
  EXPECT_EQ(answers().size(), 2u);
}

TEST_F(QueryHandlerTest, ViewThatGoesWhileTheQuestionIsUnderWay) {
  Ask("www.corp.test.");
  handler_.SetSnapshot(CompileJson("{}"));
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
  EXPECT_TRUE(answers().back().answers.empty());
}

TEST_F(QueryHandlerTest, SocketThatGoesWhileTheQuestionIsUnderWay) {
  Ask("www.corp.test.");
  responder_.reset();
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  EXPECT_EQ(handler_.waiter_count(), 0u);
}

TEST_F(QueryHandlerTest, UdpIsLimitedByTheClientAndByUsTcpIsNot) {
  std::string rdata = "'" + std::string(200, 'x') + "0'";
  for (int i = 1; i < 9; ++i) rdata += ", '" + std::string(200, 'x') + std::to_string(i) + "'";
  handler_.SetSnapshot(CompileJson(
      "{'listeners': [{'address': '127.0.0.1:1', 'views': ['v']}],"
      " 'views': [{'name': 'v', 'zones': ['z']}],"
      " 'zones': [{'name': 'z', 'apex': 'one.test.', 'rrsets': [{'owner': 'big.one.test.', 'type':"
      " 'TXT', 'ttl': 60, 'rdata': [" +
      rdata + "]}]}]}"));
  dns::Message message = dns::MakeQuery(9, N("big.one.test."), RRType::kTxt);
  message.edns.emplace();
  message.edns->udp_payload_size = 4096;
  Ask(message);
  EXPECT_TRUE(answers().back().header.tc);
  EXPECT_TRUE(answers().back().answers.empty());
  Ask(message, "10.1.0.9:4000", true);
  EXPECT_FALSE(answers().back().header.tc);
  EXPECT_EQ(answers().back().answers.size(), 9u);
  EXPECT_EQ(handler_.stats().truncated, 1u);
  EXPECT_EQ(handler_.stats().tcp_queries, 1u);
}

TEST_F(QueryHandlerTest, ExplainsByTheLiveCache) {
  Ask("www.corp.test.");
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  v1::Question question;
  question.set_view("v");
  question.set_qname("www.corp.test.");
  const auto explanation = handler_.Explain(question);
  ASSERT_TRUE(explanation.ok());
  EXPECT_EQ(explanation->node(), "r1");
  EXPECT_EQ(explanation->rcode(), "NOERROR");
  EXPECT_THAT(explanation->answers(), ElementsAre("www.corp.test. 60 IN A 192.0.2.5"));
  EXPECT_EQ(upstream_.asked.size(), 1u);
}

}  // namespace
}  // namespace nave::resolver
