// A name server that does what it should not: what the client gets, when by the simulated clock,
// and that nothing is left of it. The whole road: handler, forwarder, real sockets of loopback.
//
// The clock stands still while packets move: it goes on, a step at a time, when a turn of the loop
// has waited for the kernel in vain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "lib/net/socket.h"
#include "resolver/forgery_watch.h"
#include "tests/resolver/query_handler_testing.h"
#include "tests/testing/fake_name_server.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::SerializeMessage;
using testing::FakeNameServer;
using testing::FakeQuery;
using ::testing::HasSubstr;
using testing::ReplyTo;

constexpr char kRight[] = "192.0.2.7";
constexpr char kForged[] = "203.0.113.66";
constexpr absl::Duration kStep = absl::Milliseconds(50);
// In real time: what loopback delivers is there at once, so a turn that waited so long is idle.
constexpr absl::Duration kIdle = absl::Milliseconds(10);
// Longer than the longest back-off, than failures are kept, and than channels and sockets idle.
constexpr absl::Duration kLongAfter = absl::Minutes(3);

std::string Answer(const FakeQuery& query, const char* address = kRight) {
  return SerializeMessage(ReplyTo(query.message, Rcode::kNoError, {address}));
}
std::string Forgery(const FakeQuery& query) { return Answer(query, kForged); }
std::string Changed(const FakeQuery& query, const std::function<void(dns::Message*)>& change) {
  dns::Message reply = ReplyTo(query.message, Rcode::kNoError, {kForged});
  change(&reply);
  return SerializeMessage(reply);
}
std::string Error(const FakeQuery& query, Rcode rcode) {
  return SerializeMessage(ReplyTo(query.message, rcode, {}));
}
std::string Truncated(const FakeQuery& query) {
  return Changed(query, [](dns::Message* reply) {
    reply->header.tc = true;
    reply->answers.clear();
  });
}
// From another socket than the one that was asked.
void SendFromElsewhere(const char* address, const FakeQuery& query) {
  const int fd = net::BindSocket(SOCK_DGRAM, *net::Endpoint::Parse(address), false).value();
  sockaddr_storage storage;
  const socklen_t length = query.peer.ToSockaddr(&storage);
  const std::string reply = Forgery(query);
  sendto(fd, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&storage), length);
  close(fd);
}
// Its answer's name points at itself.
std::string CompressionLoop(const FakeQuery& query) {
  std::string reply = Changed(query, [](dns::Message* m) { m->answers.clear(), m->edns.reset(); });
  reply[7] = 1;  // One answer.
  const char pointer[] = {static_cast<char>(0xc0), static_cast<char>(reply.size())};
  return reply + std::string(pointer, 2) + std::string("\0\1\0\1\0\0\0\74\0\4\300\0\2\7", 14);
}

using Act = std::function<void(const FakeQuery& query)>;
// Over TCP: the rest of what the row is about comes there.
Act OverTcp(Act act) {
  return [act = std::move(act)](const FakeQuery& query) {
    query.is_tcp ? act(query) : query.reply(Truncated(query));
  };
}

struct Row {
  const char* name;
  // What the server does with each query of the question.
  Act act;
  // What the client got: "192.0.2.7", or "SERVFAIL" and a part of the extended error.
  std::string answer;
  std::string error;
  absl::Duration after;
  // Only the first query is treated so; the next ones are answered.
  bool once = false;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class BadUpstreamTest : public ::testing::Test {
 protected:
  BadUpstreamTest() {
    const net::Endpoint& target = server_.endpoint();
    handler_.SetSnapshot(CompileJson(absl::StrReplaceAll(
        kHandlerState, {{"'192.0.2.100'", absl::StrCat("'", target.address.ToString(),
                                                       "', 'port': ", target.port)}})));
    server_.Handle([this](const FakeQuery& query) { Serve(query); });
  }
  ~BadUpstreamTest() override { forwarder_.reset(); }

  void Serve(const FakeQuery& query) {
    if (!act_) return query.reply(Answer(query));
    const Act act = act_;
    if (once_) act_ = nullptr;
    act(query);
  }
  void Turn() {
    if (loop_->RunOnce(kIdle) == 0) clock_.Advance(kStep);
  }
  void Pass(absl::Duration time) {
    const absl::Time end = clock_.Now() + time;
    while (clock_.Now() < end) {
      // The next second at once where nothing is on its way.
      if (loop_->RunOnce(absl::ZeroDuration()) == 0) clock_.Advance(absl::Seconds(1));
    }
  }
  void Begin(const char* qname) {
    dns::Message message = dns::MakeQuery(9, N(qname), dns::RRType::kA);
    message.edns.emplace();
    const std::string wire = SerializeMessage(message);
    handler_.Handle(
        dns::ToOctets(wire), {*net::Endpoint::Parse("10.1.0.9:4000"), net::IpAddress(), false, 0},
        handler_.snapshot()->FindListener(*net::Endpoint::Parse("127.0.0.1:1")), responder_);
  }
  // Asks, and waits for the answer; the time that it took.
  absl::Duration Ask(const char* qname) {
    const absl::Time start = clock_.Now();
    const size_t before = responder_->messages.size();
    Begin(qname);
    while (responder_->messages.size() == before && clock_.Now() - start < absl::Minutes(1)) Turn();
    EXPECT_EQ(responder_->messages.size(), before + 1);
    return clock_.Now() - start;
  }
  std::string LastAnswer() const {
    const dns::Message& message = responder_->messages.back();
    if (message.answers.empty()) return dns::RcodeToText(message.FullRcode());
    std::vector<std::string> addresses;
    for (const dns::ResourceRecord& record : message.answers) {
      const std::string text = record.ToText();
      addresses.push_back(text.substr(text.rfind(' ') + 1));
    }
    return absl::StrJoin(addresses, " ");
  }
  std::string LastError() const {
    const auto& edns = responder_->messages.back().edns;
    const auto error = edns.has_value() ? edns->FindExtendedError() : std::nullopt;
    return error.has_value() ? error->text : "";
  }
  static int64_t Descriptors() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  }

  nave::testing::FakeClock clock_;
  const std::unique_ptr<net::EventLoop> loop_ = net::EventLoop::Create(&clock_).value();
  FakeNameServer server_{loop_.get()};
  std::unique_ptr<Upstream> forwarder_ = NewForwarder(loop_.get()).value();
  QueryHandler handler_{forwarder_.get(), &clock_, Cache::kDefaultMaxBytes, "r1"};
  std::shared_ptr<FakeResponder> responder_ = std::make_shared<FakeResponder>();
  Act act_;
  bool once_ = false;
};

class BadUpstreamRowTest : public BadUpstreamTest, public ::testing::WithParamInterface<Row> {};

TEST_P(BadUpstreamRowTest, ClientGetsWhatItShouldAndNothingIsLeft) {
  const Row& row = GetParam();
  const int64_t descriptors = Descriptors();
  const size_t watches = loop_->watch_count();
  const size_t timers = loop_->timer_count();
  act_ = row.act;
  once_ = row.once;
  EXPECT_EQ(Ask("www.corp.test."), row.after);
  EXPECT_EQ(LastAnswer(), row.answer);
  EXPECT_THAT(LastError(), HasSubstr(row.error));
  EXPECT_EQ(forwarder_->outstanding(), 0u);
  EXPECT_EQ(handler_.pending_count(), 0u);
  EXPECT_EQ(handler_.waiter_count(), 0u);
  // Nothing sticks: health, the memory of failures and of what the target cannot do.
  act_ = nullptr;
  Pass(kLongAfter);
  EXPECT_EQ(Ask("www.corp.test."), absl::ZeroDuration());
  EXPECT_EQ(LastAnswer(), kRight);
  Pass(kLongAfter);
  EXPECT_EQ(loop_->watch_count(), watches);
  EXPECT_EQ(loop_->timer_count(), timers);
  EXPECT_EQ(Descriptors(), descriptors);
  EXPECT_EQ(responder_->messages.size(), 2u);
}

const absl::Duration kAtOnce = absl::ZeroDuration();
// A target of which nothing is known has this patience, and what follows twice of it.
const absl::Duration kPatience = absl::Milliseconds(800);
const absl::Duration kDeadline = absl::Seconds(4);
constexpr bool kOnce = true;

// Over UDP.
const Row kDatagrams[] = {
    {"Drop", [](const FakeQuery&) {}, "SERVFAIL", "timeout", kDeadline},
    {"DropOne", [](const FakeQuery&) {}, kRight, "", kPatience, kOnce},
    {"WrongId",
     [](const FakeQuery& q) { q.reply(Changed(q, [](dns::Message* m) { m->header.id ^= 1; })); },
     "SERVFAIL", "timeout", kDeadline},
    {"WrongIdThenRight",
     [](const FakeQuery& q) {
       q.reply(Changed(q, [](dns::Message* m) { m->header.id ^= 1; }));
       q.reply(Answer(q));
     },
     kRight, "", kAtOnce},
    {"WrongPort", [](const FakeQuery& q) { SendFromElsewhere("127.0.0.1:0", q); }, "SERVFAIL",
     "timeout", kDeadline},
    {"WrongSource", [](const FakeQuery& q) { SendFromElsewhere("127.0.0.3:0", q); }, "SERVFAIL",
     "timeout", kDeadline},
    {"WrongQuestion",
     [](const FakeQuery& q) {
       q.reply(Changed(q, [](dns::Message* m) { m->questions[0].name = N("x.corp.test."); }));
     },
     "SERVFAIL", "timeout", kDeadline},
    {"WrongType",
     [](const FakeQuery& q) {
       q.reply(Changed(q, [](dns::Message* m) { m->questions[0].type = dns::RRType::kAaaa; }));
     },
     "SERVFAIL", "timeout", kDeadline},
    {"NoReply",
     [](const FakeQuery& q) { q.reply(Changed(q, [](dns::Message* m) { m->header.qr = false; })); },
     "SERVFAIL", "timeout", kDeadline},
    {"ZeroOctets", [](const FakeQuery& q) { q.reply(""); }, "SERVFAIL", "timeout", kDeadline},
    {"OneOctet", [](const FakeQuery& q) { q.reply("x"); }, "SERVFAIL", "timeout", kDeadline},
    {"SpoofFlood",
     [](const FakeQuery& q) {
       for (int i = 1; i < 60; ++i) {
         q.reply(Changed(q, [i](dns::Message* m) { m->header.id += static_cast<uint16_t>(i); }));
       }
       q.reply(Answer(q));
     },
     kRight, "", kAtOnce},
    // More than a burst: the question goes over TCP, where nobody guesses, and so do the next ones.
    {"SpoofBurst",
     [](const FakeQuery& q) {
       if (q.is_tcp) return q.reply(Answer(q));
       for (int i = 1; i <= 3 * ForgeryWatch::kBurst; ++i) {
         q.reply(Changed(q, [i](dns::Message* m) { m->header.id += static_cast<uint16_t>(i); }));
       }
     },
     kRight, "", kAtOnce},
    {"Twice", [](const FakeQuery& q) { q.reply(Answer(q)), q.reply(Answer(q)); }, kRight, "",
     kAtOnce},
    {"TwoThatDiffer", [](const FakeQuery& q) { q.reply(Answer(q)), q.reply(Forgery(q)); }, kRight,
     "", kAtOnce},
    {"CompressionLoop", [](const FakeQuery& q) { q.reply(CompressionLoop(q)); }, "SERVFAIL",
     "malformed reply", kAtOnce},
    {"Oversize", [](const FakeQuery& q) { q.reply(Answer(q) + std::string(8000, 'x')); },
     "SERVFAIL", "malformed reply", kAtOnce},
    {"FormerrWithoutOpt",
     [](const FakeQuery& q) {
       dns::Message reply = ReplyTo(q.message, Rcode::kFormErr, {});
       reply.edns.reset();
       q.reply(q.message.edns.has_value() ? SerializeMessage(reply) : Answer(q));
     },
     kRight, "", kAtOnce},
    {"FormerrHeaderOnly",
     [](const FakeQuery& q) {
       q.reply(q.message.edns.has_value()
                   ? Error(q, Rcode::kFormErr).substr(0, 4) + std::string(8, '\0')
                   : Answer(q));
     },
     kRight, "", kAtOnce},
    {"LameReferralUpward",
     [](const FakeQuery& q) {
       dns::Message reply = ReplyTo(q.message, Rcode::kNoError, {});
       reply.authorities.push_back(
           {N("."), dns::RRType::kNs, dns::RRClass::kIn, 60, std::string("\1a\4test\0", 8)});
       q.reply(SerializeMessage(reply));
     },
     "SERVFAIL", "referral", kAtOnce},
    {"Empty", [](const FakeQuery& q) { q.reply(Error(q, Rcode::kNoError)); }, "NOERROR", "",
     kAtOnce},
    {"NearlyAsLargeAsAdvertised",
     [](const FakeQuery& q) {
       q.reply(Changed(q, [](dns::Message* m) {
         m->edns.reset();
         m->answers.resize(1);
         m->answers[0].rdata = std::string("\300\0\2\7", 4);
         dns::ResourceRecord text = m->answers[0];
         text.type = dns::RRType::kTxt;
         text.rdata = std::string(1, '\xff') + std::string(255, 'x');
         m->additionals.assign(14, text);
       }));
     },
     kRight, "", kAtOnce},
    {"Servfail", [](const FakeQuery& q) { q.reply(Error(q, Rcode::kServFail)); }, "SERVFAIL",
     "SERVFAIL", kAtOnce},
    {"Refused", [](const FakeQuery& q) { q.reply(Error(q, Rcode::kRefused)); }, "SERVFAIL",
     "REFUSED", kAtOnce},
};

// A reply that is truncated or in other case leads to TCP.
const Row kStreams[] = {
    {"WrongCase",
     [](const FakeQuery& q) {
       if (q.is_tcp) return q.reply(Answer(q));
       std::string reply = Forgery(q);
       reply[dns::kHeaderSize + 1] ^= 0x20;
       q.reply(reply);
     },
     kRight, "", kAtOnce},
    {"Truncated", OverTcp([](const FakeQuery& q) { q.reply(Answer(q)); }), kRight, "", kAtOnce},
    {"TruncatedThereToo", OverTcp([](const FakeQuery& q) { q.reply(Truncated(q)); }), "SERVFAIL",
     "malformed reply", kAtOnce},
    {"SingleOctets", OverTcp([](const FakeQuery& q) { q.reply_in_parts(Answer(q), 1); }), kRight,
     "", kAtOnce},
    {"Twice", OverTcp([](const FakeQuery& q) { q.reply(Answer(q)), q.reply(Forgery(q)); }), kRight,
     "", kAtOnce},
    {"WrongId", OverTcp([](const FakeQuery& q) {
       q.reply(Changed(q, [](dns::Message* m) { m->header.id ^= 1; }));
     }),
     "SERVFAIL", "timeout", kDeadline},
    {"Silent", OverTcp([](const FakeQuery&) {}), "SERVFAIL", "timeout", kDeadline},
    {"ClosedAtOnce", OverTcp([](const FakeQuery& q) { q.close(); }), "SERVFAIL",
     "connection closed", kAtOnce},
    {"ClosedHalfWay", OverTcp([](const FakeQuery& q) {
       const std::string reply = Answer(q);
       q.send(std::string({'\0', static_cast<char>(reply.size())}) + reply.substr(0, 20));
       q.close();
     }),
     "SERVFAIL", "connection closed", kAtOnce},
    {"LengthTooLong", OverTcp([](const FakeQuery& q) { q.send("\xff\xff" + Answer(q)); }),
     "SERVFAIL", "timeout", kDeadline},
    {"LengthZeroThenRight", OverTcp([](const FakeQuery& q) {
       q.send(std::string(2, '\0'));
       q.reply(Answer(q));
     }),
     kRight, "", kAtOnce},
    {"Garbage",
     OverTcp([](const FakeQuery& q) { q.send(std::string("\0\x10garbage!garbage!", 18)); }),
     "SERVFAIL", "timeout", kDeadline},
    {"Servfail", OverTcp([](const FakeQuery& q) { q.reply(Error(q, Rcode::kServFail)); }),
     "SERVFAIL", "SERVFAIL", kAtOnce},
};

// An ICMP message comes back for each query, and for each connection.
TEST_F(BadUpstreamTest, APortThatNobodyListensAtIsAFailureAtOnce) {
  server_.CloseListener();
  act_ = OverTcp([](const FakeQuery&) {});
  EXPECT_EQ(Ask("www.corp.test."), kAtOnce);
  EXPECT_EQ(LastAnswer(), "SERVFAIL");
  EXPECT_THAT(LastError(), HasSubstr("connection refused"));
  EXPECT_EQ(forwarder_->outstanding(), 0u);
}

// The handshake is never finished: no refusal, no octet.
TEST_F(BadUpstreamTest, AConnectionThatIsNeverAcceptedCostsTheDeadlineAndNothingStays) {
  const int64_t descriptors = Descriptors();
  server_.StopAccepting();
  act_ = OverTcp([](const FakeQuery& q) { q.reply(Answer(q)); });
  EXPECT_EQ(Ask("www.corp.test."), kDeadline);
  EXPECT_EQ(LastAnswer(), "SERVFAIL");
  EXPECT_THAT(LastError(), HasSubstr("timeout"));
  EXPECT_EQ(forwarder_->outstanding(), 0u);
  EXPECT_EQ(server_.connections, 0u);
  server_.AcceptAgain();
  Pass(kLongAfter);
  EXPECT_EQ(Descriptors(), descriptors);
  EXPECT_EQ(Ask("www.corp.test."), kAtOnce);
  EXPECT_EQ(LastAnswer(), kRight);
}

// RFC 7766 section 7: replies over one connection come in any order.
TEST_F(BadUpstreamTest, RepliesOverOneConnectionComeInAnyOrder) {
  std::vector<FakeQuery> held;
  act_ = OverTcp([&](const FakeQuery& query) { held.push_back(query); });
  const std::vector<std::string> names = {"a.corp.test.", "b.corp.test.", "c.corp.test."};
  for (const std::string& name : names) Begin(name.c_str());
  const absl::Time end = clock_.Now() + kDeadline;
  while (held.size() < names.size() && clock_.Now() < end) Turn();
  ASSERT_EQ(held.size(), names.size());
  EXPECT_EQ(server_.connections, 1u) << "pipelined";
  for (auto query = held.rbegin(); query != held.rend(); ++query) query->reply(Answer(*query));
  while (responder_->messages.size() < names.size() && clock_.Now() < end) Turn();
  ASSERT_EQ(responder_->messages.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) {
    const dns::Message& message = responder_->messages[i];
    // The last one's reply came first, and each client has the answer to its own question.
    EXPECT_EQ(message.questions.at(0).name,
              held[names.size() - 1 - i].message.questions.at(0).name);
    ASSERT_EQ(message.answers.size(), 1u);
    EXPECT_EQ(message.answers[0].owner, message.questions[0].name);
  }
  EXPECT_EQ(forwarder_->outstanding(), 0u);
}

TEST_F(BadUpstreamTest, AReplyAfterTheDeadlineIsCountedAndNotBelieved) {
  std::vector<FakeQuery> held;
  act_ = [&](const FakeQuery& query) { held.push_back(query); };
  EXPECT_EQ(Ask("www.corp.test."), kDeadline);
  EXPECT_EQ(LastAnswer(), "SERVFAIL");
  ASSERT_FALSE(held.empty());
  for (const FakeQuery& query : held) query.reply(Forgery(query));
  act_ = nullptr;
  Pass(kLongAfter);
  EXPECT_EQ(forwarder_->stats().bursts, 0u);
  EXPECT_EQ(Ask("www.corp.test."), kAtOnce);
  EXPECT_EQ(LastAnswer(), kRight);
  EXPECT_EQ(responder_->messages.size(), 2u);
}

TEST_F(BadUpstreamTest, AReplyThatIsLateButInTimeIsBelieved) {
  std::vector<FakeQuery> held;
  act_ = [&](const FakeQuery& query) {
    held.push_back(query);
    // The first is answered when the second comes, which is left alone.
    if (held.size() == 2) held[0].reply(Answer(held[0]));
  };
  EXPECT_EQ(Ask("www.corp.test."), kPatience);
  EXPECT_EQ(LastAnswer(), kRight);
  EXPECT_EQ(forwarder_->outstanding(), 0u);
}

std::string NameOf(const ::testing::TestParamInfo<Row>& row) { return row.param.name; }
INSTANTIATE_TEST_SUITE_P(Datagrams, BadUpstreamRowTest, ::testing::ValuesIn(kDatagrams), NameOf);
INSTANTIATE_TEST_SUITE_P(Streams, BadUpstreamRowTest, ::testing::ValuesIn(kStreams), NameOf);

}  // namespace
}  // namespace nave::resolver
