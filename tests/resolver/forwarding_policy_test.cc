// What a rule's policy makes of its targets, and probes of those that are down: by the simulated
// clock, over real sockets of loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "resolver/forwarder.h"
#include "resolver/target_prober.h"
#include "resolver/upstream_health.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_name_server.h"

namespace nave::resolver {
namespace {

using absl::Milliseconds;
using absl::Seconds;
using dns::Rcode;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FakeNameServer;
using testing::FakeQuery;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ReplyTo;
using ::testing::SizeIs;

constexpr char kAddress[] = "192.0.2.7";
constexpr absl::Duration kStep = Milliseconds(5);
// In real time: what loopback delivers is there at once, so a turn that waited so long is idle.
constexpr absl::Duration kIdle = Milliseconds(1);

FakeNameServer::Handler Says(Rcode rcode) {
  return [rcode](const FakeQuery& query) {
    query.reply(dns::SerializeMessage(ReplyTo(query.message, rcode, {})));
  };
}
void Silent(const FakeQuery&) {}

class ForwardingPolicyTest : public ::testing::Test {
 protected:
  ForwardingPolicyTest() {
    group_->id = 1;
    group_->name = "accounts/a/rules/r";
    group_->domain_name = *dns::Name::FromText("corp.example.");
    first_.AnswerAll(kAddress);
    second_.AnswerAll(kAddress);
    AddTarget(first_, 0);
    AddTarget(second_, 1);
  }
  ~ForwardingPolicyTest() override { forwarder_.reset(); }

  void AddTarget(const FakeNameServer& server, uint32_t priority) {
    group_->targets.push_back({server.endpoint(), Transport::kUdp, priority, 1});
  }
  // Answers after `delay`, by the simulated clock.
  FakeNameServer::Handler After(absl::Duration delay) {
    return [this, delay](const FakeQuery& query) {
      loop_->RunAfter(delay, [query] {
        query.reply(dns::SerializeMessage(ReplyTo(query.message, Rcode::kNoError, {kAddress})));
      });
    };
  }
  void Turn() {
    if (loop_->RunOnce(kIdle) == 0) clock_.Advance(kStep);
  }
  void Pass(absl::Duration time) {
    const absl::Time end = clock_.Now() + time;
    while (clock_.Now() < end) {
      if (loop_->RunOnce(kIdle) == 0) {
        clock_.Advance(std::min<absl::Duration>(Milliseconds(500), end - clock_.Now()));
      }
    }
  }
  std::shared_ptr<ForwardResult> Start() {
    auto result = std::make_shared<ForwardResult>();
    result->status = absl::UnknownError("under way");
    const dns::Question question{*dns::Name::FromText("www.corp.example."), dns::RRType::kA,
                                 dns::RRClass::kIn};
    forwarder_->Forward(question, group_, ForwardOptions(),
                        [result](ForwardResult done) { *result = std::move(done); });
    return result;
  }
  void Finish(const ForwardResult& result) {
    const absl::Time end = clock_.Now() + absl::Minutes(1);
    while (absl::IsUnknown(result.status) && clock_.Now() < end) Turn();
    ASSERT_FALSE(absl::IsUnknown(result.status)) << "no end within a minute";
  }
  ForwardResult Ask() {
    const auto result = Start();
    Finish(*result);
    return *result;
  }
  // Until the first target is down. It must fail.
  void TakeFirstDown() {
    for (int i = 0; i < TargetHealth::kFailuresUntilDown; ++i) Ask();
    ASSERT_EQ(StatusOf(first_).health, TargetStatus::Health::kDown);
    first_.queries.clear();
    second_.queries.clear();
  }
  TargetStatus StatusOf(const FakeNameServer& server) const {
    for (const TargetStatus& status : forwarder_->Describe(*group_)) {
      if (status.target.endpoint == server.endpoint()) return status;
    }
    ADD_FAILURE() << "no such target";
    return {};
  }
  static std::vector<std::string> Outcomes(const ForwardResult& result) {
    std::vector<std::string> outcomes;
    for (const ForwardAttempt& attempt : result.attempts) outcomes.push_back(attempt.outcome);
    return outcomes;
  }
  static Rcode RcodeOf(const ForwardResult& result) {
    EXPECT_TRUE(result.status.ok()) << result.status;
    return result.status.ok() ? result.reply->rcode : Rcode::kBadVers;
  }
  static std::vector<std::string> QuestionsTo(const FakeNameServer& server) {
    std::vector<std::string> questions;
    for (const FakeQuery& query : server.queries) {
      const dns::Question& question = query.message.questions.front();
      questions.push_back(absl::StrCat(absl::AsciiStrToLower(question.name.ToText()), " ",
                                       dns::RRTypeToText(question.type)));
    }
    return questions;
  }

  nave::testing::FakeClock clock_;
  const std::unique_ptr<net::EventLoop> loop_ = net::EventLoop::Create(&clock_).value();
  FakeNameServer first_{loop_.get()};
  FakeNameServer second_{loop_.get()};
  std::unique_ptr<Upstream> forwarder_ = NewForwarder(loop_.get()).value();
  const std::shared_ptr<TargetGroup> group_ = std::make_shared<TargetGroup>();
};

TEST_F(ForwardingPolicyTest, AnErrorIsTheAnswerWhereThePolicySaysSo) {
  group_->policy.on_servfail = ForwardingPolicy::OnError::kAnswer;
  first_.Handle(Says(Rcode::kServFail));
  EXPECT_EQ(RcodeOf(Ask()), Rcode::kServFail);
  first_.Handle(Says(Rcode::kRefused));
  EXPECT_EQ(RcodeOf(Ask()), Rcode::kNoError) << "the policy is of SERVFAIL alone";
  group_->policy.on_refused = ForwardingPolicy::OnError::kAnswer;
  EXPECT_EQ(RcodeOf(Ask()), Rcode::kRefused);
  EXPECT_THAT(second_.queries, SizeIs(1));
  // What nobody may want to hear.
  for (const Rcode rcode : {Rcode::kNotImp, Rcode::kNotAuth}) {
    first_.Handle(Says(rcode));
    EXPECT_EQ(RcodeOf(Ask()), Rcode::kNoError) << dns::RcodeToText(rcode);
  }
}

TEST_F(ForwardingPolicyTest, NxdomainLeadsToTheNextWhereThePolicySaysSo) {
  first_.Handle(Says(Rcode::kNxDomain));
  EXPECT_EQ(RcodeOf(Ask()), Rcode::kNxDomain);
  EXPECT_THAT(second_.queries, IsEmpty());
  group_->policy.on_nxdomain = ForwardingPolicy::OnError::kNextTarget;
  const ForwardResult result = Ask();
  EXPECT_EQ(RcodeOf(result), Rcode::kNoError);
  EXPECT_THAT(Outcomes(result), ElementsAre("NXDOMAIN", "NOERROR"));
}

TEST_F(ForwardingPolicyTest, NxdomainIsTheAnswerIfNoneKnowsBetter) {
  group_->policy.on_nxdomain = ForwardingPolicy::OnError::kNextTarget;
  first_.Handle(Says(Rcode::kNxDomain));
  second_.Handle(Says(Rcode::kServFail));
  const ForwardResult result = Ask();
  EXPECT_EQ(RcodeOf(result), Rcode::kNxDomain);
  // Who gave the answer comes last.
  EXPECT_THAT(Outcomes(result), ElementsAre("SERVFAIL", "NXDOMAIN"));
  first_.Handle(Says(Rcode::kServFail));
  second_.Handle(Says(Rcode::kNxDomain));
  EXPECT_EQ(RcodeOf(Ask()), Rcode::kNxDomain);
}

TEST_F(ForwardingPolicyTest, FailsAtOnceWhileAllAreDownWhereThePolicySaysSo) {
  group_->targets.pop_back();
  first_.Handle(Silent);
  TakeFirstDown();
  EXPECT_TRUE(absl::IsDeadlineExceeded(Ask().status)) << "asked nevertheless";
  EXPECT_THAT(first_.queries, Not(IsEmpty()));
  first_.queries.clear();
  group_->policy.on_all_down = ForwardingPolicy::OnAllDown::kFail;
  const absl::Time begin = clock_.Now();
  const ForwardResult result = Ask();
  EXPECT_TRUE(absl::IsUnavailable(result.status)) << result.status;
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("down"));
  EXPECT_LE(clock_.Now() - begin, kStep);
  // A probe finds it back, and then it is asked.
  first_.AnswerAll(kAddress);
  Pass(TargetHealth::kMaxBackoff);
  EXPECT_EQ(RcodeOf(Ask()), Rcode::kNoError);
}

TEST_F(ForwardingPolicyTest, AProbeFindsATargetBackAndNoClientIsTriedOnIt) {
  first_.Handle(Silent);
  TakeFirstDown();
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Outcomes(Ask()), ElementsAre("NOERROR"));
    Pass(Milliseconds(100));
  }
  const auto probes = QuestionsTo(first_);
  EXPECT_THAT(probes, Not(IsEmpty()));
  EXPECT_THAT(probes, Each("corp.example. SOA"));
  // Any reply will do.
  first_.Handle(Says(Rcode::kRefused));
  Pass(TargetHealth::kMaxBackoff);
  EXPECT_NE(StatusOf(first_).health, TargetStatus::Health::kDown);
  EXPECT_EQ(forwarder_->stats().probes_answered, 1u);
  first_.AnswerAll(kAddress);
  first_.queries.clear();
  Ask();
  EXPECT_THAT(QuestionsTo(first_), ElementsAre("www.corp.example. A"));
}

TEST_F(ForwardingPolicyTest, ProbesAreRarerTheLongerATargetIsDown) {
  group_->targets[0].transport = Transport::kTcp;
  first_.CloseListener();
  TakeFirstDown();
  const auto probes_in = [this](absl::Duration time) {
    const uint64_t before = forwarder_->stats().probes;
    const absl::Time end = clock_.Now() + time;
    while (clock_.Now() < end) {
      Ask();
      Pass(Seconds(1));
    }
    return forwarder_->stats().probes - before;
  };
  // After 1, 2, 4, 8 s and so on, each with a quarter of jitter at most.
  const uint64_t early = probes_in(Seconds(30));
  EXPECT_GE(early, 3u);
  EXPECT_LE(early, 5u);
  probes_in(Seconds(60));
  const uint64_t late = probes_in(Seconds(120));
  EXPECT_GE(late, 2u);
  EXPECT_LE(late, 4u);
  EXPECT_EQ(forwarder_->stats().probes_answered, 0u);
  EXPECT_EQ(forwarder_->stats().targets_down, 1u);
}

TEST_F(ForwardingPolicyTest, ATargetThatNobodyWantsIsNotProbedForEver) {
  const size_t timers = loop_->timer_count();
  first_.Handle(Silent);
  TakeFirstDown();
  EXPECT_GT(loop_->timer_count(), timers);
  Pass(TargetProber::kIdleLife + 2 * TargetHealth::kMaxBackoff);
  EXPECT_EQ(loop_->timer_count(), timers);
  EXPECT_EQ(StatusOf(first_).failures, 0) << "who is not probed must be tried";
  const uint64_t probes = forwarder_->stats().probes;
  Pass(absl::Minutes(5));
  EXPECT_EQ(forwarder_->stats().probes, probes);
}

class HedgeTest : public ForwardingPolicyTest {
 protected:
  HedgeTest() {
    group_->policy.hedge_percentile = 95;
    first_.Handle(After(Milliseconds(20)));
  }
  void Learn() {
    for (uint32_t i = 0; i < LatencyHistogram::kMinSamples; ++i) Ask();
    ASSERT_EQ(forwarder_->stats().hedges, 0u) << "hedged for want of experience";
    const absl::Duration delay = StatusOf(first_).hedge_after;
    ASSERT_GE(delay, Milliseconds(20));
    ASSERT_LE(delay, Milliseconds(35));
    second_.queries.clear();
  }
};

TEST_F(HedgeTest, AnotherTargetIsAskedBesideASlowOneAndTheFasterReplyTaken) {
  Learn();
  first_.Handle(After(Milliseconds(150)));
  const absl::Time begin = clock_.Now();
  const ForwardResult result = Ask();
  EXPECT_EQ(RcodeOf(result), Rcode::kNoError);
  EXPECT_EQ(result.attempts.back().endpoint, second_.endpoint());
  EXPECT_LE(clock_.Now() - begin, Milliseconds(60));
  EXPECT_EQ(forwarder_->stats().hedges, 1u);
  EXPECT_EQ(forwarder_->stats().hedges_won, 1u);
  EXPECT_EQ(StatusOf(first_).failures, 0) << "slow is not failed";
  // The first may be the faster one after all.
  second_.Handle(Silent);
  EXPECT_EQ(Ask().attempts.back().endpoint, first_.endpoint());
  EXPECT_EQ(forwarder_->stats().hedges, 2u);
  EXPECT_EQ(forwarder_->stats().hedges_won, 1u);
}

TEST_F(HedgeTest, OfTwoRepliesInOneTurnOneIsTaken) {
  Learn();
  first_.Handle(Silent);
  second_.Handle([this](const FakeQuery& query) {
    for (const FakeQuery& asked : {first_.queries.back(), query}) {
      asked.reply(dns::SerializeMessage(ReplyTo(asked.message, Rcode::kNoError, {kAddress})));
    }
  });
  const uint64_t before = forwarder_->stats().replies;
  EXPECT_EQ(RcodeOf(Ask()), Rcode::kNoError);
  EXPECT_EQ(forwarder_->stats().hedges, 1u);
  EXPECT_EQ(forwarder_->stats().replies - before, 1u);
}

TEST_F(HedgeTest, NoMoreThanTheirShare) {
  Learn();
  first_.Handle(After(Milliseconds(150)));
  constexpr int kQuestions = 60;
  for (int i = 0; i < kQuestions; ++i) Ask();
  const uint64_t most =
      TargetHealth::kHedgesAtOnce + kQuestions * TargetHealth::kHedgeShare / 100 + 1;
  EXPECT_GE(forwarder_->stats().hedges, uint64_t{TargetHealth::kHedgesAtOnce});
  EXPECT_LE(forwarder_->stats().hedges, most);
}

TEST_F(HedgeTest, AHedgeThatFailsLeavesTheFirstItsTime) {
  Learn();
  second_.Handle(Says(Rcode::kServFail));
  first_.Handle(After(Milliseconds(150)));
  const ForwardResult result = Ask();
  EXPECT_THAT(Outcomes(result), ElementsAre("SERVFAIL", "NOERROR"));
  EXPECT_EQ(result.attempts.back().endpoint, first_.endpoint());
}

TEST_F(HedgeTest, NobodyWhoIsDown) {
  Learn();
  std::swap(group_->targets[0].priority, group_->targets[1].priority);
  std::swap(group_->targets[0], group_->targets[1]);
  second_.Handle(Silent);
  for (int i = 0; i < TargetHealth::kFailuresUntilDown; ++i) Ask();
  ASSERT_EQ(StatusOf(second_).health, TargetStatus::Health::kDown);
  std::swap(group_->targets[0], group_->targets[1]);
  std::swap(group_->targets[0].priority, group_->targets[1].priority);
  first_.Handle(After(Milliseconds(150)));
  const uint64_t before = forwarder_->stats().hedges;
  EXPECT_EQ(Ask().attempts.back().endpoint, first_.endpoint());
  EXPECT_EQ(forwarder_->stats().hedges, before);
}

TEST_F(HedgeTest, OffByDefault) {
  Learn();
  group_->policy.hedge_percentile = 0;
  first_.Handle(After(Milliseconds(150)));
  EXPECT_THAT(Outcomes(Ask()), ElementsAre("NOERROR"));
  EXPECT_EQ(forwarder_->stats().hedges, 0u);
}

TEST_F(ForwardingPolicyTest, TheFastestIsAskedAndTheOthersMeasuredNowAndThen) {
  group_->policy.selection = ForwardingPolicy::Selection::kLatency;
  group_->targets[1].priority = 0;
  first_.Handle(After(Milliseconds(40)));
  second_.Handle(After(Milliseconds(10)));
  for (int i = 0; i < 20; ++i) Ask();
  EXPECT_THAT(first_.queries, SizeIs(1)) << "measured once";
  EXPECT_THAT(second_.queries, SizeIs(19));
  // It has become faster, and that is found out in time.
  first_.AnswerAll(kAddress);
  for (int i = 0; i < 60; ++i) {
    Pass(Seconds(5));
    Ask();
  }
  EXPECT_GE(first_.queries.size(), 3u);
  // A priority goes before any latency.
  group_->targets[1].priority = 1;
  second_.queries.clear();
  first_.Handle(After(Milliseconds(100)));
  for (int i = 0; i < 5; ++i) Ask();
  EXPECT_THAT(second_.queries, IsEmpty());
}

}  // namespace
}  // namespace nave::resolver
