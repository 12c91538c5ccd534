#include "resolver/walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kJson[] = R"({
  'listeners': [{'address': '127.0.0.1:5300', 'views': ['v']}],
  'views': [{'name': 'v', 'zones': ['z1', 'z2', 'child'], 'rules': ['r', 'own', 'other']}],
  'zones': [
    {'name': 'z1', 'apex': 'one.test.', 'rrsets': [
      {'owner': 'one.test.', 'type': 'SOA', 'ttl': 300, 'rdata': ['ns.one.test. root.one.test. 1 2 3 4 60']},
      {'owner': 'www.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']},
      {'owner': 'in.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.one.test.']},
      {'owner': 'gone.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['none.one.test.']},
      {'owner': 'to2.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.two.test.']},
      {'owner': 'toforward.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.corp.test.']},
      {'owner': 'out.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.elsewhere.test.']},
      {'owner': 'loop.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['loop.two.test.']},
      {'owner': 'self.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['self.one.test.']},
      {'owner': '*.wild.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.9']},
      {'owner': 'dn.one.test.', 'type': 'DNAME', 'ttl': 60, 'rdata': ['two.test.']},
      {'owner': 'cut.one.test.', 'type': 'NS', 'ttl': 60, 'rdata': ['ns.cut.one.test.']},
      {'owner': 'ns.cut.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.53']},
      {'owner': 'lame.one.test.', 'type': 'NS', 'ttl': 60, 'rdata': ['ns.nowhere.test.']},
      {'owner': 'child.one.test.', 'type': 'NS', 'ttl': 60, 'rdata': ['ns.child.one.test.']},
      {'owner': 'child.one.test.', 'type': 'DS', 'ttl': 60, 'rdata': ['1 8 2 00000000000000000000000000000000000000000000000000000000000000AA']},
      {'owner': 'mx.one.test.', 'type': 'MX', 'ttl': 60, 'rdata': ['10 www.one.test.']}]},
    {'name': 'z2', 'apex': 'two.test.', 'rrsets': [
      {'owner': 'www.two.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.2']},
      {'owner': 'loop.two.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['loop.one.test.']}]},
    {'name': 'child', 'apex': 'child.one.test.', 'rrsets': [
      {'owner': 'www.child.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.3']}]}],
  'rules': [
    {'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD', 'targets': [{'address': '192.0.2.100'}]},
    {'name': 'other', 'domainName': 'other.test.', 'kind': 'FORWARD', 'targets': [{'address': '192.0.2.101'}]},
    {'name': 'own', 'domainName': 'own.test.', 'kind': 'FORWARD', 'targets': [{'address': '127.0.0.1', 'port': 5300}]}]
})";

class WalkTest : public ::testing::Test {
 protected:
  Walk::State Start(const char* qname, RRType qtype = RRType::kA, bool recursion_desired = true) {
    walk_ = std::make_unique<Walk>(MakeTestQuery(qname, qtype, recursion_desired), nullptr);
    return walk_->Start(*snapshot_, view(), &cache_, now_);
  }
  Walk::State Resume(Rcode rcode, const std::vector<std::string>& records) {
    dns::Message message = dns::MakeReply(dns::MakeQuery(1, N("x."), RRType::kA), rcode);
    for (const dns::RRset& rrset : ParseRecords(records)) {
      for (const dns::ResourceRecord& record : rrset.ToRecords()) {
        (record.type == RRType::kSoa ? message.authorities : message.answers).push_back(record);
      }
    }
    std::shared_ptr<const Reply> reply =
        MakeTestReply(walk_->question(), message, walk_->group()->targets.at(0).endpoint, now_);
    cache_.Insert(walk_->cache_key(), reply);
    return walk_->Resume(*snapshot_, view(), &cache_, now_, std::move(reply));
  }
  const View& view() const { return *snapshot_->FindView("v"); }
  Answer& answer() { return walk_->answer(); }
  std::string ErrorText() { return answer().errors.empty() ? "" : answer().errors[0].text; }

  std::shared_ptr<const Snapshot> snapshot_ = CompileJson(kJson);
  Cache cache_;
  absl::Time now_ = absl::UnixEpoch();
  std::unique_ptr<Walk> walk_;
};

TEST_F(WalkTest, ZoneAnswers) {
  EXPECT_EQ(Start("www.one.test."), Walk::State::kDone);
  EXPECT_EQ(answer().rcode, Rcode::kNoError);
  EXPECT_TRUE(answer().authoritative);
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.one.test. 60 IN A 192.0.2.1"));
}

TEST_F(WalkTest, NegativeAnswersCarryTheSoa) {
  Start("none.one.test.");
  EXPECT_EQ(answer().rcode, Rcode::kNxDomain);
  ASSERT_EQ(answer().authorities.size(), 1u);
  EXPECT_EQ(answer().authorities[0].ttl, 60u);
  Start("www.one.test.", RRType::kAaaa);
  EXPECT_EQ(answer().rcode, Rcode::kNoError);
  EXPECT_THAT(answer().answers, IsEmpty());
  EXPECT_EQ(answer().authorities.size(), 1u);
}

TEST_F(WalkTest, WildcardTakesTheQnameAsOwner) {
  Start("any.thing.wild.one.test.");
  EXPECT_THAT(Texts(answer().answers), ElementsAre("any.thing.wild.one.test. 60 IN A 192.0.2.9"));
}

TEST_F(WalkTest, CnameIsFollowedFromZoneToZone) {
  Start("to2.one.test.");
  EXPECT_TRUE(answer().authoritative);
  EXPECT_THAT(Texts(answer().answers), ElementsAre("to2.one.test. 60 IN CNAME www.two.test.",
                                                   "www.two.test. 60 IN A 192.0.2.2"));
  Start("in.one.test.");
  EXPECT_EQ(answer().answers.size(), 2u);
}

TEST_F(WalkTest, RcodeSpeaksOfTheLastName) {
  Start("gone.one.test.");
  EXPECT_EQ(answer().rcode, Rcode::kNxDomain);
  EXPECT_EQ(answer().answers.size(), 1u);
}

TEST_F(WalkTest, WithoutRecursionOnlyTheZonesOwnDataComes) {
  Start("to2.one.test.", RRType::kA, false);
  EXPECT_EQ(answer().rcode, Rcode::kNoError);
  EXPECT_EQ(answer().answers.size(), 1u);
  Start("in.one.test.", RRType::kA, false);
  EXPECT_EQ(answer().answers.size(), 2u);
  Start("www.corp.test.", RRType::kA, false);
  EXPECT_EQ(answer().rcode, Rcode::kRefused);
}

TEST_F(WalkTest, DnameMakesACnameAndIsFollowed) {
  Start("www.dn.one.test.");
  EXPECT_THAT(Texts(answer().answers), ElementsAre("dn.one.test. 60 IN DNAME two.test.",
                                                   "www.dn.one.test. 60 IN CNAME www.two.test.",
                                                   "www.two.test. 60 IN A 192.0.2.2"));
}

TEST_F(WalkTest, DnameThatMakesTooLongANameIsYxDomain) {
  std::string qname;
  while (qname.size() + 60 < 240) qname += std::string(49, 'x') + ".";
  // dn.one.test. becomes a longer suffix than two.test. is.
  snapshot_ = CompileJson(
      "{'views': [{'name': 'v', 'zones': ['z']}], 'zones': [{'name': 'z', 'apex': 't.', 'rrsets':"
      " [{'owner': 'd.t.', 'type': 'DNAME', 'ttl': 60, 'rdata': ['" +
      std::string(60, 'y') + ".t.']}]}]}");
  Start((qname + "d.t.").c_str());
  EXPECT_EQ(answer().rcode, Rcode::kYxDomain);
  EXPECT_THAT(Texts(answer().answers).size(), 1u);
}

TEST_F(WalkTest, LoopsAreServFailForAResolverAndOneRoundForAServer) {
  for (const char* qname : {"loop.one.test.", "self.one.test."}) {
    Start(qname);
    EXPECT_EQ(answer().rcode, Rcode::kServFail) << qname;
    EXPECT_THAT(ErrorText(), HasSubstr("CNAME loop"));
  }
  Start("self.one.test.", RRType::kA, false);
  EXPECT_EQ(answer().rcode, Rcode::kNoError);
  EXPECT_EQ(answer().answers.size(), 1u);
}

TEST_F(WalkTest, NothingMatchedIsRefused) {
  EXPECT_EQ(Start("www.elsewhere.test."), Walk::State::kDone);
  EXPECT_EQ(answer().rcode, Rcode::kRefused);
  EXPECT_THAT(ErrorText(), HasSubstr("no zone and no rule for www.elsewhere.test."));
  // At the end of a chain too: the chain so far stands.
  Start("out.one.test.");
  EXPECT_EQ(answer().rcode, Rcode::kRefused);
  EXPECT_EQ(answer().answers.size(), 1u);
}

TEST_F(WalkTest, ForwardsAndCaches) {
  ASSERT_EQ(Start("www.corp.test."), Walk::State::kAsk);
  EXPECT_EQ(walk_->group()->name, "r");
  EXPECT_EQ(walk_->question().name, N("www.corp.test."));
  EXPECT_EQ(Resume(Rcode::kNoError, {"www.corp.test. 50 IN A 192.0.2.5"}), Walk::State::kDone);
  EXPECT_FALSE(answer().authoritative);
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.corp.test. 50 IN A 192.0.2.5"));
  now_ += absl::Seconds(20);
  EXPECT_EQ(Start("www.corp.test."), Walk::State::kDone);
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.corp.test. 30 IN A 192.0.2.5"));
  now_ += absl::Seconds(30);
  EXPECT_EQ(Start("www.corp.test."), Walk::State::kAsk);
}

TEST_F(WalkTest, ChainFromAZoneIntoAForward) {
  ASSERT_EQ(Start("toforward.one.test."), Walk::State::kAsk);
  EXPECT_EQ(walk_->question().name, N("www.corp.test."));
  Resume(Rcode::kNoError, {"www.corp.test. 50 IN A 192.0.2.5"});
  EXPECT_TRUE(answer().authoritative);
  EXPECT_THAT(Texts(answer().answers), ElementsAre("toforward.one.test. 60 IN CNAME www.corp.test.",
                                                   "www.corp.test. 50 IN A 192.0.2.5"));
}

TEST_F(WalkTest, TargetsHaveNoSayAboutNamesOfAZone) {
  ASSERT_EQ(Start("www.corp.test."), Walk::State::kAsk);
  Resume(Rcode::kNoError,
         {"www.corp.test. 50 IN CNAME www.one.test.", "www.one.test. 50 IN A 203.0.113.66"});
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.corp.test. 50 IN CNAME www.one.test.",
                                                   "www.one.test. 60 IN A 192.0.2.1"));
}

TEST_F(WalkTest, TargetsHaveNoSayAboutNamesOfAnotherRule) {
  ASSERT_EQ(Start("www.corp.test."), Walk::State::kAsk);
  ASSERT_EQ(Resume(Rcode::kNoError, {"www.corp.test. 50 IN CNAME www.other.test.",
                                     "www.other.test. 50 IN A 203.0.113.66"}),
            Walk::State::kAsk);
  EXPECT_EQ(walk_->group()->name, "other");
  Resume(Rcode::kNoError, {"www.other.test. 40 IN A 192.0.2.6"});
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.corp.test. 50 IN CNAME www.other.test.",
                                                   "www.other.test. 40 IN A 192.0.2.6"));
}

// RFC 4035 section 3.1.1: a signature goes with its RRset.
TEST_F(WalkTest, CnameAtWhichAChainIsCutKeepsItsSignature) {
  const std::string signature = "www.corp.test. 50 IN RRSIG \\# 4 01020304";
  ASSERT_EQ(Start("www.corp.test."), Walk::State::kAsk);
  ASSERT_EQ(Resume(Rcode::kNoError, {"www.corp.test. 50 IN CNAME www.other.test.", signature}),
            Walk::State::kAsk);
  EXPECT_EQ(walk_->group()->name, "other");
  Resume(Rcode::kNoError, {"www.other.test. 40 IN A 192.0.2.6"});
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.corp.test. 50 IN CNAME www.other.test.",
                                                   signature, "www.other.test. 40 IN A 192.0.2.6"));
}

TEST_F(WalkTest, OpenChainOfTheSameRuleIsAskedOn) {
  ASSERT_EQ(Start("www.corp.test."), Walk::State::kAsk);
  ASSERT_EQ(Resume(Rcode::kNoError, {"www.corp.test. 50 IN CNAME b.corp.test."}),
            Walk::State::kAsk);
  EXPECT_EQ(walk_->question().name, N("b.corp.test."));
  Resume(Rcode::kNoError, {"b.corp.test. 50 IN A 192.0.2.7"});
  EXPECT_EQ(answer().answers.size(), 2u);
}

TEST_F(WalkTest, ChainOfForwardsIsBounded) {
  ASSERT_EQ(Start("n0.corp.test."), Walk::State::kAsk);
  Walk::State state = Walk::State::kAsk;
  int asked = 0;
  while (state == Walk::State::kAsk) {
    ASSERT_LT(asked, kMaxFollows + 2);
    ++asked;
    state = Resume(Rcode::kNoError, {"n" + std::to_string(asked - 1) + ".corp.test. 50 IN CNAME n" +
                                     std::to_string(asked) + ".corp.test."});
  }
  EXPECT_EQ(asked, kMaxFollows + 1);
  EXPECT_EQ(answer().rcode, Rcode::kServFail);
}

TEST_F(WalkTest, NegativeReplyIsBelievedWithItsSoa) {
  ASSERT_EQ(Start("none.corp.test."), Walk::State::kAsk);
  Resume(Rcode::kNxDomain, {"corp.test. 900 IN SOA a.corp.test. b.corp.test. 1 2 3 4 30"});
  EXPECT_EQ(answer().rcode, Rcode::kNxDomain);
  EXPECT_THAT(Texts(answer().authorities),
              ElementsAre("corp.test. 30 IN SOA a.corp.test. b.corp.test. 1 2 3 4 30"));
  now_ += absl::Seconds(10);
  // RFC 8020: nothing below it either.
  EXPECT_EQ(Start("deep.none.corp.test.", RRType::kTxt), Walk::State::kDone);
  EXPECT_EQ(answer().rcode, Rcode::kNxDomain);
  EXPECT_EQ(answer().authorities[0].ttl, 20u);
}

TEST_F(WalkTest, OtherRcodesAreFailuresOfTheTarget) {
  for (Rcode rcode : {Rcode::kServFail, Rcode::kRefused, Rcode::kFormErr, Rcode::kNotImp}) {
    cache_.Flush([](const CacheKey&, const Reply&) { return true; });
    ASSERT_EQ(Start("www.corp.test."), Walk::State::kAsk);
    Resume(rcode, {});
    EXPECT_EQ(answer().rcode, Rcode::kServFail);
    EXPECT_THAT(ErrorText(), HasSubstr("r: 192.0.2.100:53 answered"));
  }
}

TEST_F(WalkTest, RuleThatAsksItsOwnViewIsALoop) {
  EXPECT_EQ(Start("www.own.test."), Walk::State::kDone);
  EXPECT_EQ(answer().rcode, Rcode::kServFail);
  EXPECT_THAT(ErrorText(), HasSubstr("loop"));
}

TEST_F(WalkTest, ReferralWithoutRecursionGlueIncluded) {
  Start("www.cut.one.test.", RRType::kA, false);
  EXPECT_FALSE(answer().authoritative);
  EXPECT_EQ(answer().glue_count, 1u);
  EXPECT_THAT(answer().answers, IsEmpty());
  EXPECT_THAT(Texts(answer().authorities), ElementsAre("cut.one.test. 60 IN NS ns.cut.one.test."));
  EXPECT_THAT(Texts(answer().additionals), ElementsAre("ns.cut.one.test. 60 IN A 192.0.2.53"));
}

TEST_F(WalkTest, DelegationIsFollowedWithRecursion) {
  ASSERT_EQ(Start("www.cut.one.test."), Walk::State::kAsk);
  EXPECT_FALSE(walk_->group()->recursion_desired);
  EXPECT_EQ(walk_->group()->targets.at(0).endpoint.ToString(), "192.0.2.53:53");
  EXPECT_EQ(Resume(Rcode::kNoError, {"www.cut.one.test. 60 IN A 192.0.2.77"}), Walk::State::kDone);
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.cut.one.test. 60 IN A 192.0.2.77"));
  Start("www.lame.one.test.");
  EXPECT_EQ(answer().rcode, Rcode::kServFail);
  EXPECT_THAT(ErrorText(), HasSubstr("no address in this view"));
}

TEST_F(WalkTest, ChildZoneOfTheViewDecidesButDsIsTheParents) {
  Start("www.child.one.test.");
  EXPECT_THAT(Texts(answer().answers), ElementsAre("www.child.one.test. 60 IN A 192.0.2.3"));
  Start("child.one.test.", RRType::kDs);
  ASSERT_EQ(answer().answers.size(), 1u);
  EXPECT_EQ(answer().answers[0].type, RRType::kDs);
}

TEST_F(WalkTest, AdditionalAddressesOfTheZone) {
  Start("mx.one.test.", RRType::kMx);
  EXPECT_THAT(Texts(answer().additionals), ElementsAre("www.one.test. 60 IN A 192.0.2.1"));
}

TEST_F(WalkTest, StateThatChangedMeanwhileDecidesAnew) {
  ASSERT_EQ(Start("toforward.one.test."), Walk::State::kAsk);
  // The rule is gone, a zone stands there.
  const auto old_group = walk_->group();
  snapshot_ = CompileJson(
      "{'views': [{'name': 'v', 'zones': ['z']}], 'zones': [{'name': 'z', 'apex': 'corp.test.',"
      " 'rrsets': [{'owner': 'www.corp.test.', 'type': 'A', 'ttl': 9, 'rdata': ['192.0.2.8']}]}]}");
  EXPECT_EQ(Resume(Rcode::kNoError, {"www.corp.test. 50 IN A 203.0.113.1"}), Walk::State::kDone);
  EXPECT_THAT(Texts(answer().answers), ElementsAre("toforward.one.test. 60 IN CNAME www.corp.test.",
                                                   "www.corp.test. 9 IN A 192.0.2.8"));
}

TEST_F(WalkTest, ViewsNeverShareTheCache) {
  snapshot_ = CompileJson(R"({
    'views': [{'name': 'v', 'rules': ['r']}, {'name': 'w', 'rules': ['r']}],
    'rules': [{'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',
               'targets': [{'address': '192.0.2.100'}]}]})");
  ASSERT_EQ(Start("www.corp.test."), Walk::State::kAsk);
  Resume(Rcode::kNoError, {"www.corp.test. 50 IN A 192.0.2.5"});
  Walk other(MakeTestQuery("www.corp.test.", RRType::kA), nullptr);
  EXPECT_EQ(other.Start(*snapshot_, *snapshot_->FindView("w"), &cache_, now_), Walk::State::kAsk);
}

}  // namespace
}  // namespace nave::resolver
