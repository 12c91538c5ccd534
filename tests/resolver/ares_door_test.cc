#include "resolver/ares_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "resolver/upstream_message.h"

namespace nave::resolver {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Outcome = AresDoor::Outcome;

// Keeps what leaves, and what is over.
class FakeCarrier final : public AresDoor::Carrier {
 public:
  struct Done {
    uint64_t tag;
    Outcome outcome;
    std::string message;
  };

  bool SendMessage(absl::Span<const uint8_t> message) override {
    sent.emplace_back(dns::ToStringView(message));
    return !failing;
  }
  void OnDone(uint64_t tag, Outcome outcome, absl::Span<const uint8_t> message) override {
    done.push_back({tag, outcome, std::string(dns::ToStringView(message))});
  }

  bool failing = false;
  std::vector<std::string> sent;
  std::vector<Done> done;
};

class AresDoorTest : public ::testing::TestWithParam<AresDoor::Mode> {
 protected:
  void Open(absl::Duration timeout = absl::Seconds(60), const char* server = "192.0.2.1:53") {
    door_ = AresDoor::Create(GetParam(), net::Endpoint::Parse(server).value(), timeout, &carrier_)
                .value();
  }
  static std::string Query(uint16_t id) {
    dns::Question question;
    question.name = dns::Name::FromText("www.corp.example.").value();
    std::string query = BuildQuery(question, ForwardOptions(), QueryForm());
    SetId(id, &query);
    return query;
  }
  bool Send(const std::string& query, uint64_t tag) {
    return door_->Send(dns::ToOctets(query), tag);
  }
  void Deliver(const std::string& message) { door_->Deliver(dns::ToOctets(message)); }

  FakeCarrier carrier_;
  std::unique_ptr<AresDoor> door_;
};

TEST_P(AresDoorTest, MessagesPassUnchanged) {
  Open();
  const std::string query = Query(0xabcd);
  ASSERT_TRUE(Send(query, 7));
  ASSERT_THAT(carrier_.sent, SizeIs(1));
  EXPECT_EQ(carrier_.sent[0], query);
  // What stands behind the question is no business of c-ares.
  const std::string reply =
      EmptyReply(query, dns::Rcode::kServFail) + std::string(1000, '\xff') + "end";
  Deliver(reply);
  ASSERT_THAT(carrier_.done, SizeIs(1));
  EXPECT_EQ(carrier_.done[0].tag, 7);
  EXPECT_EQ(carrier_.done[0].outcome, Outcome::kReply);
  EXPECT_EQ(carrier_.done[0].message, reply);
  EXPECT_EQ(door_->outstanding(), 0);
}

TEST_P(AresDoorTest, ReachesIpv6Servers) {
  Open(absl::Seconds(60), "[2001:db8::1]:5353");
  ASSERT_TRUE(Send(Query(1), 1));
  Deliver(EmptyReply(Query(1), dns::Rcode::kNoError));
  EXPECT_THAT(carrier_.done, SizeIs(1));
}

TEST_P(AresDoorTest, RepliesComeInAnyOrder) {
  Open();
  for (uint16_t id = 1; id <= 100; ++id) ASSERT_TRUE(Send(Query(id), id));
  EXPECT_EQ(door_->outstanding(), 100);
  for (uint16_t id = 100; id >= 1; --id) Deliver(EmptyReply(Query(id), dns::Rcode::kNoError));
  ASSERT_THAT(carrier_.done, SizeIs(100));
  EXPECT_EQ(carrier_.done.front().tag, 100);
  EXPECT_EQ(carrier_.done.back().tag, 1);
}

TEST_P(AresDoorTest, ReplyThatNobodyAskedForIsIgnored) {
  Open();
  ASSERT_TRUE(Send(Query(1), 1));
  Deliver(EmptyReply(Query(2), dns::Rcode::kNoError));
  EXPECT_THAT(carrier_.done, IsEmpty());
  Deliver(EmptyReply(Query(1), dns::Rcode::kNoError));
  EXPECT_THAT(carrier_.done, SizeIs(1));
}

TEST_P(AresDoorTest, FormerrWithoutOptDoesNotSwitchEdnsOff) {
  Open();
  ASSERT_TRUE(Send(Query(1), 1));
  const std::string refusal = EmptyReply(Query(1), dns::Rcode::kFormErr);
  Deliver(refusal);
  ASSERT_THAT(carrier_.done, SizeIs(1)) << "c-ares asked again by itself";
  EXPECT_EQ(carrier_.done[0].message, refusal);
  EXPECT_THAT(carrier_.sent, SizeIs(1));
  // The channel still takes more than 512 octets.
  ASSERT_TRUE(Send(Query(2), 2));
  const std::string large = EmptyReply(Query(2), dns::Rcode::kNoError) + std::string(2000, 'x');
  Deliver(large);
  ASSERT_THAT(carrier_.done, SizeIs(2));
  EXPECT_EQ(carrier_.done[1].message.size(), large.size());
}

TEST_P(AresDoorTest, TruncationAndErrorsAreLeftToUs) {
  Open();
  uint16_t id = 0;
  for (const dns::Rcode rcode :
       {dns::Rcode::kServFail, dns::Rcode::kNotImp, dns::Rcode::kRefused, dns::Rcode::kNxDomain}) {
    ++id;
    ASSERT_TRUE(Send(Query(id), id));
    std::string reply = EmptyReply(Query(id), rcode);
    reply[2] |= 0x02;  // TC
    Deliver(reply);
    ASSERT_THAT(carrier_.done, SizeIs(id));
    EXPECT_EQ(carrier_.done.back().message, reply);
  }
  EXPECT_THAT(carrier_.sent, SizeIs(id)) << "c-ares asked again by itself";
}

TEST_P(AresDoorTest, GivesUpAfterTheTimeout) {
  Open(absl::Milliseconds(30));
  ASSERT_TRUE(Send(Query(1), 1));
  const absl::Time begin = RealClock().Now();
  while (carrier_.done.empty() && RealClock().Now() - begin < absl::Seconds(20)) door_->Tick();
  ASSERT_THAT(carrier_.done, SizeIs(1));
  EXPECT_EQ(carrier_.done[0].outcome, Outcome::kTimeout);
  EXPECT_GE(RealClock().Now() - begin, absl::Milliseconds(10));
  EXPECT_THAT(carrier_.sent, SizeIs(1)) << "c-ares asked again by itself";
  // And goes on.
  ASSERT_TRUE(Send(Query(2), 2));
  Deliver(EmptyReply(Query(2), dns::Rcode::kNoError));
  EXPECT_THAT(carrier_.done, SizeIs(2));
}

TEST_P(AresDoorTest, DestructionCancels) {
  Open();
  ASSERT_TRUE(Send(Query(1), 1));
  ASSERT_TRUE(Send(Query(2), 2));
  door_.reset();
  ASSERT_THAT(carrier_.done, SizeIs(2));
  EXPECT_EQ(carrier_.done[0].outcome, Outcome::kCancelled);
}

TEST_P(AresDoorTest, EnvironmentHasNoSay) {
  ASSERT_EQ(setenv("RES_OPTIONS", "retrans:1 retry:9 rotate", 1), 0);
  ASSERT_EQ(setenv("LOCALDOMAIN", "elsewhere.example", 1), 0);
  Open();
  unsetenv("RES_OPTIONS");
  unsetenv("LOCALDOMAIN");
  const std::string query = Query(1);
  ASSERT_TRUE(Send(query, 1));
  door_->Tick();
  EXPECT_THAT(carrier_.done, IsEmpty());
  EXPECT_EQ(carrier_.sent, std::vector<std::string>{query});
}

INSTANTIATE_TEST_SUITE_P(Modes, AresDoorTest,
                         ::testing::Values(AresDoor::Mode::kDatagram, AresDoor::Mode::kStream),
                         [](const auto& info) {
                           return info.param == AresDoor::Mode::kStream ? "Stream" : "Datagram";
                         });

using AresDoorDatagramTest = AresDoorTest;
INSTANTIATE_TEST_SUITE_P(Datagram, AresDoorDatagramTest,
                         ::testing::Values(AresDoor::Mode::kDatagram));
TEST_P(AresDoorDatagramTest, FailureToSendIsOfThatQueryAlone) {
  Open();
  ASSERT_TRUE(Send(Query(1), 1));
  carrier_.failing = true;
  EXPECT_FALSE(Send(Query(2), 2));
  carrier_.failing = false;
  ASSERT_TRUE(Send(Query(3), 3));
  EXPECT_THAT(carrier_.done, IsEmpty());
  EXPECT_EQ(door_->outstanding(), 2);
  Deliver(EmptyReply(Query(1), dns::Rcode::kNoError));
  Deliver(EmptyReply(Query(3), dns::Rcode::kNoError));
  EXPECT_THAT(carrier_.done, SizeIs(2));
}

using AresDoorStreamTest = AresDoorTest;
INSTANTIATE_TEST_SUITE_P(Stream, AresDoorStreamTest, ::testing::Values(AresDoor::Mode::kStream));
TEST_P(AresDoorStreamTest, LargestMessagePasses) {
  Open();
  ASSERT_TRUE(Send(Query(1), 1));
  std::string reply = EmptyReply(Query(1), dns::Rcode::kNoError);
  reply.resize(dns::kMaxMessageSize, 'x');
  Deliver(reply);
  ASSERT_THAT(carrier_.done, SizeIs(1));
  EXPECT_EQ(carrier_.done[0].message, reply);
}

}  // namespace
}  // namespace nave::resolver
