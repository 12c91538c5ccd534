// A source without a view, and a view without data, get REFUSED and nothing else; a question under
// way when its view is taken from its source ends without that view's data (product.md section 6).
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "resolver/query_handler.h"
#include "resolver/snapshot_compiler.h"
#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/resolver_testing.h"
#include "tests/testing/fake_clock.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LastAnswer : public Responder {
 public:
  absl::Span<uint8_t> AnswerBuffer(const ReplyPath&) override { return absl::MakeSpan(buffer_); }
  void Respond(const ReplyPath&, size_t size) override {
    ++count;
    ASSERT_EQ(dns::ParseMessage(absl::MakeConstSpan(buffer_).subspan(0, size), &message),
              dns::WireError::kOk);
  }

  dns::Message message;
  int count = 0;

 private:
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(dns::kMaxMessageSize);
};

constexpr char kZone[] =
    "{'name': 'z', 'apex': 'one.example.', 'rrsets': ["
    "{'owner': 'www.one.example.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']},"
    "{'owner': 'out.one.example.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.corp.example.']},"
    "{'owner': 'sub.one.example.', 'type': 'NS', 'ttl': 60, 'rdata': ['ns.sub.one.example.']},"
    "{'owner': 'ns.sub.one.example.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.53']}]},"
    "{'name': 'corp', 'apex': 'corp.example.', 'rrsets': ["
    "{'owner': 'www.corp.example.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.7']}]}";
constexpr char kRules[] =
    "{'name': 'r', 'domainName': 'corp.example.', 'kind': 'FORWARD',"
    " 'targets': [{'address': '192.0.2.100'}]},"
    "{'name': 's', 'domainName': 'corp.example.', 'kind': 'FORWARD',"
    " 'targets': [{'address': '192.0.2.200'}]}";
// One listener for v and w, one for each alone.
constexpr char kListeners[] =
    "{'address': '127.0.0.1:1', 'views': ['v', 'w']}, {'address': '127.0.0.1:2', 'views': ['v']},"
    "{'address': '127.0.0.1:3'}";
constexpr char kView[] =
    "{'name': 'v', 'networks': ['10.1.0.0/16'], 'zones': ['z'],"
    " 'rules': ['r']}";
constexpr char kOther[] = "{'name': 'w', 'networks': ['10.2.0.0/16'], 'rules': ['r']}";

class FailsClosedTest : public ::testing::Test {
 protected:
  void SetUp() override { Serve(kView, kOther); }
  void TearDown() override {
    owned_upstream_.reset();
    EXPECT_EQ(handler_.waiter_count(), 0u);
  }

  void Serve(const std::string& view, const std::string& other,
             const std::string& listeners = kListeners) {
    const std::string json =
        absl::StrCat("{'listeners': [", listeners, "], 'views': [", view, ",", other,
                     "], 'zones': [", kZone, "], 'rules': [", kRules, "]}");
    auto snapshot = compiler_.Compile(StateFromJson(json));
    ASSERT_TRUE(snapshot.ok()) << snapshot.status();
    handler_.SetSnapshot(*snapshot);
  }
  void Ask(const char* qname, const net::Endpoint& peer, const char* listener = "127.0.0.1:1",
           RRType type = RRType::kA) {
    dns::Message message = dns::MakeQuery(9, N(qname), type);
    message.edns.emplace();
    const std::string wire = dns::SerializeMessage(message);
    handler_.Handle(dns::ToOctets(wire), {peer, net::IpAddress(), false, 0},
                    handler_.snapshot()->FindListener(*net::Endpoint::Parse(listener)), responder_);
  }
  void Ask(const char* qname, const char* peer = "10.1.0.9:4000",
           const char* listener = "127.0.0.1:1", RRType type = RRType::kA) {
    Ask(qname, *net::Endpoint::Parse(peer), listener, type);
  }
  Rcode rcode() const { return responder_->message.FullRcode(); }
  std::vector<std::string> records() const {
    std::vector<std::string> all = Texts(responder_->message.answers);
    for (const auto* section :
         {&responder_->message.authorities, &responder_->message.additionals}) {
      for (const std::string& text : Texts(*section)) all.push_back(text);
    }
    return all;
  }
  void ExpectOnly(Rcode wanted, const std::string& what) {
    EXPECT_EQ(rcode(), wanted) << what;
    EXPECT_THAT(records(), IsEmpty()) << what;
  }

  nave::testing::FakeClock clock_;
  std::unique_ptr<FakeUpstream> owned_upstream_ = std::make_unique<FakeUpstream>();
  FakeUpstream& upstream_ = *owned_upstream_;
  QueryHandler handler_{&upstream_, &clock_, Cache::kDefaultMaxBytes, "r1"};
  SnapshotCompiler compiler_;
  std::shared_ptr<LastAnswer> responder_ = std::make_shared<LastAnswer>();
};

constexpr const char* kNames[] = {".",
                                  "example.",
                                  "www.one.example.",
                                  "out.one.example.",
                                  "x.sub.one.example.",
                                  "www.corp.example.",
                                  "none.one.example.",
                                  "1.0.0.127.in-addr.arpa."};
constexpr RRType kTypes[] = {RRType::kA,   RRType::kSoa, RRType::kNs,
                             RRType::kAny, RRType::kDs,  RRType::kTxt};

TEST_F(FailsClosedTest, ViewWithNothingRefusesEverything) {
  Serve("{'name': 'v', 'networks': ['10.1.0.0/16']}", kOther);
  for (const char* listener : {"127.0.0.1:1", "127.0.0.1:2"}) {
    for (const char* name : kNames) {
      for (RRType type : kTypes) {
        Ask(name, "10.1.0.9:4000", listener, type);
        ExpectOnly(Rcode::kRefused, name);
      }
    }
  }
  EXPECT_TRUE(upstream_.asked.empty());
}

TEST_F(FailsClosedTest, SourceWithoutAViewIsRefused) {
  // Outside of all networks, at a listener that is not there, and at one without views.
  for (const auto& [peer, listener] :
       {std::pair("192.0.2.9:4000", "127.0.0.1:1"), std::pair("10.3.0.1:4000", "127.0.0.1:1"),
        std::pair("[2001:db8::1]:4000", "127.0.0.1:1"), std::pair("10.1.0.9:4000", "127.0.0.1:9"),
        std::pair("10.1.0.9:4000", "127.0.0.1:3")}) {
    for (const char* name : kNames) {
      for (RRType type : kTypes) {
        Ask(name, peer, listener, type);
        ExpectOnly(Rcode::kRefused, absl::StrCat(name, " from ", peer, " at ", listener));
      }
    }
  }
  EXPECT_TRUE(upstream_.asked.empty());
}

// RFC 4291 section 2.5.5.2: an IPv4-mapped address is the IPv4 address; one that only looks alike
// is nobody.
TEST_F(FailsClosedTest, MappedAddressHasTheViewOfItsIpv4Address) {
  sockaddr_storage storage{};
  auto* mapped = reinterpret_cast<sockaddr_in6*>(&storage);
  mapped->sin6_family = AF_INET6;
  mapped->sin6_port = htons(4000);
  ASSERT_EQ(inet_pton(AF_INET6, "::ffff:10.1.0.9", &mapped->sin6_addr), 1);
  Ask("www.one.example.", net::Endpoint::FromSockaddr(storage));
  EXPECT_THAT(records(), ElementsAre("www.one.example. 60 IN A 192.0.2.1"));
  ASSERT_EQ(inet_pton(AF_INET6, "::ffff:10.2.0.9", &mapped->sin6_addr), 1);
  Ask("www.one.example.", net::Endpoint::FromSockaddr(storage));
  ExpectOnly(Rcode::kRefused, "mapped address of another view");
  for (const char* alike :
       {"[::10.1.0.9]:4000", "[64:ff9b::10.1.0.9]:4000", "[2002:a01:9::]:4000"}) {
    Ask("www.one.example.", alike);
    ExpectOnly(Rcode::kRefused, alike);
  }
}

// Two views with one rule ask its targets each for itself, at the same time and later.
TEST_F(FailsClosedTest, ViewsShareNeitherQuestionsUnderWayNorCache) {
  Ask("www.corp.example.", "10.1.0.9:4000");
  Ask("www.corp.example.", "10.2.0.9:4000");
  ASSERT_EQ(upstream_.asked.size(), 2u);
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.example. 60 IN A 192.0.2.5"});
  EXPECT_EQ(responder_->count, 1);
  upstream_.Answer(1, Rcode::kNoError, {"www.corp.example. 60 IN A 192.0.2.6"});
  EXPECT_THAT(records(), ElementsAre("www.corp.example. 60 IN A 192.0.2.6"));
  Ask("www.corp.example.", "10.1.0.9:4000");
  EXPECT_THAT(records(), ElementsAre("www.corp.example. 60 IN A 192.0.2.5"));
  Ask("www.corp.example.", "10.2.0.9:4000");
  EXPECT_THAT(records(), ElementsAre("www.corp.example. 60 IN A 192.0.2.6"));
  EXPECT_EQ(upstream_.asked.size(), 2u);
}

TEST_F(FailsClosedTest, ViewThatComesBackUnderItsNameHasNoCache) {
  Ask("www.corp.example.");
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.example. 60 IN A 192.0.2.5"});
  Serve("{'name': 'x', 'networks': ['10.1.0.0/16']}", kOther, "");
  Serve(kView, kOther);
  Ask("www.corp.example.");
  EXPECT_EQ(upstream_.asked.size(), 2u);
}

// A question of v is under way; what it may end with.
class UnderWayTest : public FailsClosedTest {
 protected:
  // Asks, serves the change, lets the target answer.
  void Change(const char* qname, const std::string& view, const std::string& other = kOther,
              const std::string& listeners = kListeners) {
    Ask(qname);
    ASSERT_EQ(upstream_.asked.size(), 1u);
    Serve(view, other, listeners);
    upstream_.Answer(
        0, Rcode::kNoError,
        {absl::StrCat(upstream_.asked[0].question.name.ToText(), " 60 IN A 192.0.2.5")});
  }
};

TEST_F(UnderWayTest, EmptiedViewRefuses) {
  Change("www.corp.example.", "{'name': 'v', 'networks': ['10.1.0.0/16']}");
  ExpectOnly(Rcode::kRefused, "nothing left");
}

TEST_F(UnderWayTest, ViewThatLostItsRuleRefuses) {
  Change("www.corp.example.", "{'name': 'v', 'networks': ['10.1.0.0/16'], 'zones': ['z']}");
  ExpectOnly(Rcode::kRefused, "no rule");
}

TEST_F(UnderWayTest, ViewThatIsGoneFails) {
  Change("www.corp.example.", "{'name': 'x'}", kOther,
         "{'address': '127.0.0.1:1', 'views': ['w']}");
  ExpectOnly(Rcode::kServFail, "the view is gone");
}

TEST_F(UnderWayTest, ViewThatWentAndCameBackIsAnother) {
  Ask("www.corp.example.");
  Serve("{'name': 'x'}", kOther, "{'address': '127.0.0.1:1', 'views': ['w', 'x']}");
  Serve(kView, kOther);
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.example. 60 IN A 192.0.2.5"});
  ExpectOnly(Rcode::kServFail, "another view of the same name");
}

// The source belongs to w now, and the zone came to v after that: none of the source's business.
TEST_F(UnderWayTest, SourceThatMovedToAnotherViewGetsNothingOfItsOldOne) {
  Change("www.corp.example.", "{'name': 'v', 'networks': ['10.9.0.0/16'], 'zones': ['z', 'corp']}",
         "{'name': 'w', 'networks': ['10.1.0.0/16']}");
  ExpectOnly(Rcode::kServFail, "moved");
}

TEST_F(UnderWayTest, SourceThatBelongsToNobodyGetsNothing) {
  Change("www.corp.example.", "{'name': 'v', 'zones': ['z'], 'rules': ['r']}");
  ExpectOnly(Rcode::kServFail, "no view");
}

TEST_F(UnderWayTest, ListenerThatNoLongerServesTheViewGivesNothingOfIt) {
  Change("www.corp.example.", kView, kOther, "{'address': '127.0.0.1:1', 'views': ['w']}");
  ExpectOnly(Rcode::kServFail, "not behind this listener any more");
}

TEST_F(UnderWayTest, RuleThatMovedIsAskedAnew) {
  Change("www.corp.example.",
         "{'name': 'v', 'networks': ['10.1.0.0/16'], 'zones': ['z'], 'rules': ['s']}");
  EXPECT_EQ(responder_->count, 0);
  ASSERT_EQ(upstream_.asked.size(), 2u);
  EXPECT_EQ(upstream_.asked[1].group->targets[0].endpoint.ToString(), "192.0.2.200:53");
  upstream_.Answer(1, Rcode::kNoError, {"www.corp.example. 60 IN A 192.0.2.6"});
  EXPECT_THAT(records(), ElementsAre("www.corp.example. 60 IN A 192.0.2.6"));
}

// A delegation of a zone that the view has lost meanwhile.
TEST_F(UnderWayTest, DelegationOfAZoneThatIsGoneIsNotUsed) {
  Change("x.sub.one.example.", "{'name': 'v', 'networks': ['10.1.0.0/16'], 'rules': ['r']}");
  ExpectOnly(Rcode::kRefused, "delegation");
}

// What came before the change in the chain was the view's own when the question was asked; what
// comes after it is decided by what is served now.
TEST_F(UnderWayTest, RestOfAChainIsDecidedByWhatIsServedNow) {
  Change("out.one.example.", "{'name': 'v', 'networks': ['10.1.0.0/16'], 'zones': ['z']}");
  EXPECT_EQ(rcode(), Rcode::kRefused);
  EXPECT_THAT(records(), ElementsAre("out.one.example. 60 IN CNAME www.corp.example."));
}

}  // namespace
}  // namespace nave::resolver
