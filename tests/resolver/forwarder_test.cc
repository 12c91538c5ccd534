#include "resolver/forwarder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/net/socket.h"
#include "resolver/upstream_channel.h"
#include "tests/testing/fake_name_server.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using testing::FakeNameServer;
using testing::FakeQuery;
using ::testing::HasSubstr;
using testing::ReplyTo;
using ::testing::SizeIs;

constexpr char kAddress[] = "192.0.2.7";

class ForwarderTest : public ::testing::Test {
 protected:
  ForwarderTest() : loop_(net::EventLoop::Create(&RealClock()).value()) {
    forwarder_ = NewForwarder(loop_.get()).value();
    question_.name = dns::Name::FromText("www.corp.example.").value();
    group_->id = 1;
    group_->name = "accounts/a/rules/r";
  }

  void AddTarget(const net::Endpoint& endpoint, uint32_t priority = 0,
                 Transport transport = Transport::kUdp) {
    group_->targets.push_back({endpoint, transport, priority, 1});
  }
  std::shared_ptr<ForwardResult> Start(absl::Duration deadline = absl::Seconds(10)) {
    auto result = std::make_shared<ForwardResult>();
    result->status = absl::UnknownError("under way");
    ForwardOptions options;
    options.deadline = deadline;
    forwarder_->Forward(question_, group_, options,
                        [result](ForwardResult done) { *result = std::move(done); });
    EXPECT_TRUE(absl::IsUnknown(result->status)) << "called back within Forward";
    return result;
  }
  void RunUntil(const std::function<bool()>& condition) {
    const absl::Time end = RealClock().Now() + absl::Seconds(20);
    while (!condition() && RealClock().Now() < end) loop_->RunOnce(absl::Milliseconds(100));
    ASSERT_TRUE(condition()) << "waited for 20 seconds";
  }
  ForwardResult Ask(absl::Duration deadline = absl::Seconds(10)) {
    const auto result = Start(deadline);
    RunUntil([&] { return !absl::IsUnknown(result->status); });
    return *result;
  }
  // A port of loopback at which nobody listens.
  static net::Endpoint DeadEndpoint() {
    const int fd =
        net::BindSocket(SOCK_DGRAM, net::Endpoint::Parse("127.0.0.1:0").value(), false).value();
    const net::Endpoint endpoint = net::LocalEndpoint(fd);
    close(fd);
    return endpoint;
  }
  static std::vector<std::string> Outcomes(const ForwardResult& result) {
    std::vector<std::string> outcomes;
    for (const ForwardAttempt& attempt : result.attempts) outcomes.push_back(attempt.outcome);
    return outcomes;
  }
  void ExpectAnswer(const ForwardResult& result) {
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_THAT(result.reply->answers, SizeIs(1));
    EXPECT_EQ(result.reply->answers[0].ToText(), "www.corp.example. 60 IN A 192.0.2.7\n");
  }

  const std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<Upstream> forwarder_;
  dns::Question question_;
  const std::shared_ptr<TargetGroup> group_ = std::make_shared<TargetGroup>();
};

TEST_F(ForwarderTest, AnswersInTheCaseThatWasAsked) {
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  AddTarget(server.endpoint());
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  ASSERT_THAT(result.attempts, SizeIs(1));
  EXPECT_EQ(result.attempts[0].endpoint, server.endpoint());
  EXPECT_EQ(result.attempts[0].outcome, "NOERROR");
  EXPECT_EQ(forwarder_->outstanding(), 0);
}

TEST_F(ForwarderTest, SendsWhatTheAnswerDependsOnAndNothingElse) {
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  AddTarget(server.endpoint());
  auto result = std::make_shared<ForwardResult>();
  ForwardOptions options;
  options.dnssec_ok = true;
  options.checking_disabled = true;
  options.hop_count = 3;
  forwarder_->Forward(question_, group_, options, [](ForwardResult) {});
  RunUntil([&] { return !server.queries.empty(); });
  const dns::Message& query = server.queries[0].message;
  EXPECT_TRUE(query.header.rd);
  EXPECT_TRUE(query.header.cd);
  ASSERT_TRUE(query.edns.has_value());
  EXPECT_TRUE(query.edns->dnssec_ok);
  ASSERT_THAT(query.edns->options, SizeIs(1));
  EXPECT_EQ(static_cast<uint16_t>(query.edns->options[0].code), kHopOptionCode);
  EXPECT_EQ(query.edns->options[0].data, std::string(1, '\3'));
}

TEST_F(ForwarderTest, FollowedDelegationAsksWithoutRecursion) {
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  AddTarget(server.endpoint());
  group_->recursion_desired = false;
  ExpectAnswer(Ask());
  EXPECT_FALSE(server.queries[0].message.header.rd);
}

TEST_F(ForwarderTest, IdsPortsAndCaseDiffer) {
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  AddTarget(server.endpoint());
  std::set<uint16_t> ids, ports;
  std::set<std::string> names;
  for (int i = 0; i < 32; ++i) ExpectAnswer(Ask());
  for (const FakeQuery& query : server.queries) {
    ids.insert(query.message.header.id);
    ports.insert(query.peer.port);
    names.insert(query.message.questions[0].name.ToText());
  }
  // 32 ids of 65536 collide more than twice once in many million runs; the name has 14 letters.
  EXPECT_GE(ids.size(), 30);
  EXPECT_GE(names.size(), 29);
  EXPECT_GE(ports.size(), 2);
}

TEST_F(ForwarderTest, SpoofedRepliesAreDropped) {
  FakeNameServer server(loop_.get());
  AddTarget(server.endpoint());
  server.Handle([](const FakeQuery& query) {
    dns::Message forged = ReplyTo(query.message, dns::Rcode::kNoError, {"203.0.113.66"});
    forged.header.id ^= 1;
    query.reply(dns::SerializeMessage(forged));
    forged.header.id ^= 1;
    forged.header.qr = false;
    query.reply(dns::SerializeMessage(forged));
    forged.header.qr = true;
    forged.questions[0].name = dns::Name::FromText("evil.corp.example.").value();
    query.reply(dns::SerializeMessage(forged));
    forged.questions[0] = query.message.questions[0];
    forged.questions[0].type = dns::RRType::kAaaa;
    query.reply(dns::SerializeMessage(forged));
    query.reply("short");
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})));
  });
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  EXPECT_THAT(Outcomes(result), ElementsAre("NOERROR"));
}

TEST_F(ForwarderTest, ReplyFromAnotherPortIsDropped) {
  FakeNameServer server(loop_.get());
  FakeNameServer forger(loop_.get());
  AddTarget(server.endpoint());
  server.Handle([&](const FakeQuery& query) {
    forger.SendFrom(query.peer, dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError,
                                                              {"203.0.113.66"})));
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})));
  });
  ExpectAnswer(Ask());
}

TEST_F(ForwarderTest, NameInOtherCaseIsAskedAgainOverTcp) {
  FakeNameServer server(loop_.get());
  AddTarget(server.endpoint());
  server.Handle([](const FakeQuery& query) {
    dns::Message reply = ReplyTo(query.message, dns::Rcode::kNoError, {kAddress});
    if (!query.is_tcp) {
      // A forger who guessed id and port, but not the case of a letter.
      std::string wire = dns::SerializeMessage(reply);
      wire[13] ^= 0x20;
      return query.reply(wire);
    }
    query.reply(dns::SerializeMessage(reply));
  });
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  EXPECT_THAT(Outcomes(result), ElementsAre("name in other case", "NOERROR"));
  EXPECT_EQ(result.attempts[1].transport, Transport::kTcp);
}

TEST_F(ForwarderTest, TruncatedReplyIsFetchedOverTcp) {
  FakeNameServer server(loop_.get());
  AddTarget(server.endpoint());
  server.Handle([](const FakeQuery& query) {
    dns::Message reply = ReplyTo(query.message, dns::Rcode::kNoError, {});
    reply.header.tc = !query.is_tcp;
    if (!reply.header.tc) reply = ReplyTo(query.message, dns::Rcode::kNoError, {kAddress});
    query.reply(dns::SerializeMessage(reply));
  });
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  EXPECT_THAT(Outcomes(result), ElementsAre("truncated", "NOERROR"));
}

TEST_F(ForwarderTest, TcpReplyInPartsIsPutTogether) {
  FakeNameServer server(loop_.get());
  AddTarget(server.endpoint(), 0, Transport::kTcp);
  server.Handle([](const FakeQuery& query) {
    std::vector<std::string> addresses;
    for (int i = 0; i < 2000; ++i)
      addresses.push_back(absl::StrCat("192.0.", i / 250, ".", i % 250));
    query.reply_in_parts(
        dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, addresses)), 1777);
  });
  const ForwardResult large = Ask();
  ASSERT_TRUE(large.status.ok()) << large.status;
  ASSERT_THAT(large.reply->answers, SizeIs(1));
  EXPECT_THAT(large.reply->answers[0].rdatas, SizeIs(2000));
  server.Handle([](const FakeQuery& query) {
    query.reply_in_parts(
        dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})), 1);
  });
  ExpectAnswer(Ask());
  EXPECT_EQ(server.connections, 1) << "the connection is kept open";
}

TEST_F(ForwarderTest, TcpIsPipelinedAndAnsweredOutOfOrder) {
  FakeNameServer server(loop_.get());
  AddTarget(server.endpoint(), 0, Transport::kTcp);
  const auto first = Start();
  const auto second = Start();
  RunUntil([&] { return server.queries.size() == 2; });
  for (size_t i : {1, 0}) {
    const FakeQuery& query = server.queries[i];
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})));
  }
  RunUntil([&] { return first->status.ok() && second->status.ok(); });
  EXPECT_EQ(server.connections, 1);
}

TEST_F(ForwarderTest, ConnectionThatEndsIsMadeAgain) {
  FakeNameServer server(loop_.get());
  AddTarget(server.endpoint(), 0, Transport::kTcp);
  server.Handle([&](const FakeQuery& query) {
    if (server.connections == 1) return query.close();
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})));
  });
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  EXPECT_THAT(Outcomes(result), ElementsAre("connection closed", "NOERROR"));
}

TEST_F(ForwarderTest, DeadTargetIsFollowedByTheNext) {
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  AddTarget(DeadEndpoint(), 0);
  AddTarget(server.endpoint(), 1);
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  EXPECT_THAT(Outcomes(result), ElementsAre("connection refused", "NOERROR"));
  EXPECT_LT(result.attempts[0].elapsed, absl::Milliseconds(700)) << "ICMP was not heard";
}

TEST_F(ForwarderTest, SilentTargetIsFollowedByTheNextAndThenSkipped) {
  FakeNameServer silent(loop_.get());
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  AddTarget(silent.endpoint(), 0);
  AddTarget(server.endpoint(), 1);
  std::vector<std::shared_ptr<ForwardResult>> results;
  for (int i = 0; i < 3; ++i) results.push_back(Start());
  for (const auto& result : results) {
    RunUntil([&] { return !absl::IsUnknown(result->status); });
    ExpectAnswer(*result);
    EXPECT_THAT(Outcomes(*result), ElementsAre("timeout", "NOERROR"));
  }
  const ForwardResult after = Ask();
  ExpectAnswer(after);
  EXPECT_THAT(Outcomes(after), ElementsAre("NOERROR")) << "a target that is down was asked";
}

TEST_F(ForwarderTest, LateReplyIsStillTaken) {
  FakeNameServer slow(loop_.get());
  FakeNameServer silent(loop_.get());
  AddTarget(slow.endpoint(), 0);
  AddTarget(silent.endpoint(), 1);
  silent.Handle([&](const FakeQuery&) {
    const FakeQuery& query = slow.queries[0];
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})));
  });
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  ASSERT_THAT(result.attempts, SizeIs(2));
  EXPECT_EQ(result.attempts.back().endpoint, slow.endpoint()) << "who answered comes last";
}

TEST_F(ForwarderTest, AllDeadIsUnavailable) {
  AddTarget(DeadEndpoint());
  AddTarget(DeadEndpoint());
  const ForwardResult result = Ask();
  EXPECT_TRUE(absl::IsUnavailable(result.status)) << result.status;
  EXPECT_THAT(Outcomes(result), ElementsAre("connection refused", "connection refused"));
}

TEST_F(ForwarderTest, AllSilentIsDeadlineExceeded) {
  FakeNameServer silent(loop_.get());
  AddTarget(silent.endpoint());
  const absl::Time begin = RealClock().Now();
  const ForwardResult result = Ask(absl::Milliseconds(1200));
  EXPECT_TRUE(absl::IsDeadlineExceeded(result.status)) << result.status;
  EXPECT_GE(RealClock().Now() - begin, absl::Milliseconds(1100));
  EXPECT_THAT(Outcomes(result), ElementsAre("timeout", "timeout")) << "a lost packet is sent again";
}

TEST_F(ForwarderTest, NoTargetsIsUnavailable) { EXPECT_TRUE(absl::IsUnavailable(Ask().status)); }

TEST_F(ForwarderTest, ServfailIsAskedElsewhereAndIsTheReplyWhenAllSaySo) {
  FakeNameServer failing(loop_.get());
  FakeNameServer server(loop_.get());
  failing.Handle([](const FakeQuery& query) {
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kServFail, {})));
  });
  server.AnswerAll(kAddress);
  AddTarget(failing.endpoint(), 0);
  AddTarget(server.endpoint(), 1);
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  EXPECT_THAT(Outcomes(result), ElementsAre("SERVFAIL", "NOERROR"));
  group_->targets.pop_back();
  const ForwardResult failed = Ask();
  ASSERT_TRUE(failed.status.ok()) << failed.status;
  EXPECT_EQ(failed.reply->rcode, dns::Rcode::kServFail);
}

TEST_F(ForwarderTest, NxdomainIsBelieved) {
  FakeNameServer first(loop_.get());
  FakeNameServer second(loop_.get());
  first.Handle([](const FakeQuery& query) {
    query.reply(dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNxDomain, {})));
  });
  AddTarget(first.endpoint(), 0);
  AddTarget(second.endpoint(), 1);
  EXPECT_EQ(Ask().reply->rcode, dns::Rcode::kNxDomain);
  EXPECT_THAT(second.queries, SizeIs(0));
}

TEST_F(ForwarderTest, FormerrWithoutOptIsAskedWithoutEdnsAndRemembered) {
  FakeNameServer old(loop_.get());
  AddTarget(old.endpoint());
  old.Handle([](const FakeQuery& query) {
    if (!query.message.edns.has_value()) {
      return query.reply(
          dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})));
    }
    dns::Message refusal = ReplyTo(query.message, dns::Rcode::kFormErr, {});
    refusal.edns.reset();
    query.reply(dns::SerializeMessage(refusal));
  });
  EXPECT_THAT(Outcomes(Ask()), ElementsAre("FORMERR: no EDNS", "NOERROR"));
  EXPECT_THAT(Outcomes(Ask()), ElementsAre("NOERROR"));
}

TEST_F(ForwarderTest, FormerrThatIsOnlyAHeaderIsUnderstood) {
  FakeNameServer old(loop_.get());
  AddTarget(old.endpoint());
  old.Handle([](const FakeQuery& query) {
    if (!query.message.edns.has_value()) {
      return query.reply(
          dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress})));
    }
    dns::Message refusal = ReplyTo(query.message, dns::Rcode::kFormErr, {});
    refusal.edns.reset();
    refusal.questions.clear();
    query.reply(dns::SerializeMessage(refusal));
  });
  EXPECT_THAT(Outcomes(Ask()), ElementsAre("FORMERR: no EDNS", "NOERROR"));
}

TEST_F(ForwarderTest, MalformedReplyIsAskedElsewhere) {
  FakeNameServer broken(loop_.get());
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  broken.Handle([](const FakeQuery& query) {
    const std::string reply =
        dns::SerializeMessage(ReplyTo(query.message, dns::Rcode::kNoError, {kAddress}));
    query.reply(reply.substr(0, reply.size() - 13));
  });
  AddTarget(broken.endpoint(), 0);
  AddTarget(server.endpoint(), 1);
  const ForwardResult result = Ask();
  ExpectAnswer(result);
  EXPECT_THAT(Outcomes(result), ElementsAre("malformed reply", "NOERROR"));
}

TEST_F(ForwarderTest, AsksFromTheSourceAddress) {
  FakeNameServer server(loop_.get());
  server.AnswerAll(kAddress);
  AddTarget(server.endpoint());
  group_->sources = {net::IpAddress::Parse("127.0.0.9").value()};
  ExpectAnswer(Ask());
  EXPECT_EQ(server.queries[0].peer.address.ToString(), "127.0.0.9");
}

TEST_F(ForwarderTest, SourceThatThisMachineDoesNotHaveIsNamed) {
  FakeNameServer server(loop_.get());
  AddTarget(server.endpoint());
  group_->sources = {net::IpAddress::Parse("203.0.113.99").value()};
  const ForwardResult result = Ask();
  EXPECT_TRUE(absl::IsUnavailable(result.status)) << result.status;
  ASSERT_THAT(result.attempts, SizeIs(1));
  EXPECT_THAT(result.attempts[0].outcome, HasSubstr("203.0.113.99"));
}

TEST_F(ForwarderTest, OutstandingAtOneTargetIsBounded) {
  FakeNameServer silent(loop_.get());
  AddTarget(silent.endpoint());
  std::vector<std::shared_ptr<ForwardResult>> results;
  for (size_t i = 0; i <= UpstreamChannel::kMaxOutstanding; ++i) results.push_back(Start());
  RunUntil([&] { return !absl::IsUnknown(results.back()->status); });
  EXPECT_TRUE(absl::IsResourceExhausted(results.back()->status)) << results.back()->status;
  EXPECT_EQ(forwarder_->outstanding(), UpstreamChannel::kMaxOutstanding);
  EXPECT_TRUE(absl::IsUnknown(results.front()->status));
}

TEST_F(ForwarderTest, DestructionCancelsWhatIsUnderWay) {
  FakeNameServer silent(loop_.get());
  AddTarget(silent.endpoint());
  const auto udp = Start();
  group_->targets[0].transport = Transport::kTcp;
  const auto tcp = Start();
  RunUntil([&] { return silent.queries.size() == 2; });
  forwarder_.reset();
  EXPECT_TRUE(absl::IsCancelled(udp->status)) << udp->status;
  EXPECT_TRUE(absl::IsCancelled(tcp->status)) << tcp->status;
}

}  // namespace
}  // namespace nave::resolver
