// Somebody beside the way to a target who guesses at replies (RFC 5452).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "lib/base/clock.h"
#include "lib/dns/wire_reader.h"
#include "resolver/forgery_watch.h"
#include "resolver/upstream_health.h"
#include "resolver/upstream_message.h"
#include "tests/testing/fake_name_server.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using testing::FakeNameServer;
using testing::FakeQuery;
using testing::ReplyTo;

const absl::Time kStart = absl::UnixEpoch() + absl::Hours(1);
constexpr int kGuesses = 100000;

dns::Question QuestionFor(const char* name) {
  return {dns::Name::FromText(name).value(), dns::RRType::kA, dns::RRClass::kIn};
}

// A query as it leaves, and a forged reply to it with another id and the case that a forger sees.
std::string QueryFor(const char* name) { return BuildQuery(QuestionFor(name), {}, QueryForm()); }
// Its case is not by chance the forger's, which happens once in 2 to the number of letters.
std::string QueryInOtherCaseThan(const std::string& forged, const char* name) {
  std::string query = QueryFor(name);
  while (MatchReply(dns::ToOctets(forged), query) == ReplyMatch::kExact) query = QueryFor(name);
  return query;
}
std::string ForgedReply(const char* name) {
  dns::Message reply = dns::MakeQuery(0, dns::Name::FromText(name).value(), dns::RRType::kA);
  reply.header.qr = true;
  return dns::SerializeMessage(reply);
}

// Even a forger who knows the port: 100,000 random ids for each of 20 queries.
TEST(ForgeryTest, GuessesDoNotMatch) {
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    std::string forged = ForgedReply("www.corp.example.");
    std::string query = QueryInOtherCaseThan(forged, "www.corp.example.");
    SetId(static_cast<uint16_t>(random()), &query);
    int right_ids = 0;
    for (int guess = 0; guess < kGuesses; ++guess) {
      SetId(static_cast<uint16_t>(random()), &forged);
      const ReplyMatch match = MatchReply(dns::ToOctets(forged), query);
      ASSERT_NE(match, ReplyMatch::kExact);
      right_ids += match == ReplyMatch::kCaseDiffers ? 1 : 0;
    }
    // The id alone would have been hit: it is the case that keeps them out.
    EXPECT_LT(right_ids, 20);
  }
}

class ForgeryWatchTest : public ::testing::Test {
 protected:
  bool Mismatch(const std::string& message, absl::Time now) {
    return watch_.OnMismatch(resolver::Mismatch::kId, dns::ToOctets(message), now);
  }

  UpstreamStats stats_;
  ForgeryWatch watch_{&stats_};
};

TEST_F(ForgeryWatchTest, ManyInAShortTimeAreABurst) {
  const std::string forged = ForgedReply("www.corp.example.");
  for (int i = 1; i < ForgeryWatch::kBurst; ++i) EXPECT_FALSE(Mismatch(forged, kStart));
  EXPECT_TRUE(Mismatch(forged, kStart));
  // Once in a window.
  EXPECT_FALSE(Mismatch(forged, kStart));
  EXPECT_EQ(stats_.bursts, 1u);
  EXPECT_EQ(stats_.mismatches[0], static_cast<uint64_t>(ForgeryWatch::kBurst) + 1);
}

TEST_F(ForgeryWatchTest, FewInALongTimeAreNone) {
  const std::string forged = ForgedReply("www.corp.example.");
  for (int i = 0; i < 10 * ForgeryWatch::kBurst; ++i) {
    EXPECT_FALSE(Mismatch(forged, kStart + i * absl::Milliseconds(20)));
  }
}

TEST_F(ForgeryWatchTest, LateRepliesAreNotForged) {
  for (int i = 0; i < 1000; ++i) {
    std::string query = QueryFor("www.corp.example.");
    SetId(static_cast<uint16_t>(i), &query);
    watch_.OnGivenUp(query);
    EXPECT_FALSE(Mismatch(EmptyReply(query, dns::Rcode::kNoError), kStart));
  }
  EXPECT_EQ(stats_.late, 1000u);
  EXPECT_EQ(stats_.mismatches[0], 0u);
}

TEST_F(ForgeryWatchTest, WhatHasNoQuestionIsAMismatch) {
  EXPECT_FALSE(Mismatch("", kStart));
  EXPECT_FALSE(Mismatch("short", kStart));
  EXPECT_EQ(stats_.mismatches[0], 2u);
}

TEST(TargetHealthTest, ForgeriesLeadToTcpForAWhileUnlessThereIsNone) {
  TargetHealth health;
  EXPECT_FALSE(health.PreferTcp(kStart));
  health.OnForgeries(kStart);
  EXPECT_TRUE(health.PreferTcp(kStart + TargetHealth::kForgeryLife - absl::Seconds(1)));
  EXPECT_FALSE(health.PreferTcp(kStart + TargetHealth::kForgeryLife));
  health.OnForgeries(kStart);
  health.OnNoTcp(kStart);
  health.OnForgeries(kStart + absl::Seconds(1));
  EXPECT_FALSE(health.PreferTcp(kStart + absl::Seconds(2)));
}

class ForgerTest : public ::testing::Test {
 protected:
  ForgerTest() : loop_(net::EventLoop::Create(&SteadyClock()).value()) {
    forwarder_ = NewForwarder(loop_.get()).value();
    group_->name = "accounts/a/rules/r";
  }
  ForwardResult Ask() {
    ForwardResult result;
    bool done = false;
    forwarder_->Forward(QuestionFor("www.corp.example."), group_, ForwardOptions(),
                        [&](ForwardResult forwarded) {
                          result = std::move(forwarded);
                          done = true;
                        });
    const absl::Time end = SteadyClock().Now() + absl::Seconds(20);
    while (!done && SteadyClock().Now() < end) loop_->RunOnce(absl::Milliseconds(100));
    EXPECT_TRUE(done) << "waited for 20 seconds";
    return result;
  }

  const std::unique_ptr<net::EventLoop> loop_;
  std::unique_ptr<Upstream> forwarder_;
  const std::shared_ptr<TargetGroup> group_ = std::make_shared<TargetGroup>();
};

TEST_F(ForgerTest, ABurstOfGuessesSendsTheQuestionOverTcp) {
  FakeNameServer server(loop_.get());
  group_->targets.push_back({server.endpoint(), Transport::kUdp, 0, 1});
  int over_udp = 0;
  server.Handle([&](const FakeQuery& query) {
    dns::Message reply = ReplyTo(query.message, dns::Rcode::kNoError, {"192.0.2.7"});
    if (query.is_tcp) return query.reply(dns::SerializeMessage(reply));
    ++over_udp;
    // Somebody at the target's address and port who has not seen the question.
    dns::Message forged = ReplyTo(query.message, dns::Rcode::kNoError, {"203.0.113.66"});
    for (int i = 1; i <= 2 * ForgeryWatch::kBurst; ++i) {
      forged.header.id = static_cast<uint16_t>(query.message.header.id + i);
      query.reply(dns::SerializeMessage(forged));
    }
  });
  for (int i = 0; i < 3; ++i) {
    const ForwardResult result = Ask();
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_EQ(result.reply->answers.size(), 1u);
    EXPECT_EQ(result.reply->answers[0].ToText(), "www.corp.example. 60 IN A 192.0.2.7\n");
    EXPECT_EQ(result.attempts.back().transport, Transport::kTcp);
  }
  // The later ones went there at once.
  EXPECT_EQ(over_udp, 1);
  EXPECT_EQ(forwarder_->stats().bursts, 1u);
  EXPECT_GE(forwarder_->stats().mismatches[static_cast<size_t>(Mismatch::kId)],
            static_cast<uint64_t>(ForgeryWatch::kBurst));
}

TEST_F(ForgerTest, AReplyThatComesLateIsCountedAsLate) {
  FakeNameServer server(loop_.get());
  group_->targets.push_back({server.endpoint(), Transport::kUdp, 0, 1});
  FakeNameServer slow(loop_.get());
  group_->targets.insert(group_->targets.begin(), {slow.endpoint(), Transport::kUdp, 0, 1});
  group_->targets[1].priority = 1;
  server.AnswerAll("192.0.2.7");
  std::vector<FakeQuery> held;
  slow.Handle([&](const FakeQuery& query) { held.push_back(query); });
  ASSERT_TRUE(Ask().status.ok());
  ASSERT_EQ(held.size(), 1u);
  held[0].reply(
      dns::SerializeMessage(ReplyTo(held[0].message, dns::Rcode::kNoError, {"192.0.2.8"})));
  const absl::Time end = SteadyClock().Now() + absl::Seconds(20);
  while (forwarder_->stats().late == 0 && SteadyClock().Now() < end) {
    loop_->RunOnce(absl::Milliseconds(100));
  }
  EXPECT_EQ(forwarder_->stats().late, 1u);
  EXPECT_THAT(forwarder_->stats().mismatches, ElementsAre(0, 0, 0, 0));
}

}  // namespace
}  // namespace nave::resolver
