#include "resolver/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "resolver/walk.h"
#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;

constexpr char kJson[] = R"({
  'revision': '12',
  'listeners': [{'address': '127.0.0.1:5300', 'views': ['v']}],
  'views': [{'name': 'v', 'zones': ['z', 'fb', 'both'], 'rules': ['r', 's', 'b', 'own', 'w']},
            {'name': 'pub', 'zones': ['fb'], 'rules': ['all', 's', 'rec'],
             'recursiveResolvers': ['192.0.2.53:53', '192.0.2.54:53']}],
  'zones': [
    {'name': 'z', 'apex': 'one.example.', 'rrsets': [
      {'owner': 'www.one.example.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']},
      {'owner': 'mx.one.example.', 'type': 'MX', 'ttl': 60, 'rdata': ['10 www.one.example.']},
      {'owner': 'loop.one.example.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['loop.one.example.']},
      {'owner': 'c.one.example.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.corp.example.']}]},
    {'name': 'fb', 'apex': 'fb.corp.example.', 'fallbackOnNxdomain': true},
    {'name': 'both', 'apex': 'both.example.'}],
  'rules': [
    {'name': 's', 'domainName': 'sys.corp.example.', 'kind': 'SYSTEM'},
    {'name': 'rec', 'domainName': 'rec.example.', 'kind': 'RECURSIVE'},
    {'name': 'w', 'domainName': 'example.', 'kind': 'FORWARD', 'targets': [{'address': '192.0.2.102'}]},
    {'name': 'all', 'domainName': 'corp.example.', 'kind': 'FORWARD', 'targets': [{'address': '192.0.2.103'}],
     'policy': {'selection': 'LATENCY', 'onServfail': 'NEXT_TARGET', 'onRefused': 'ANSWER',
                'onNxdomain': 'NEXT_TARGET', 'onAllDown': 'FAIL', 'hedgePercentile': 99}},
    {'name': 'b', 'domainName': 'both.example.', 'kind': 'FORWARD', 'targets': [{'address': '192.0.2.104'}]},
    {'name': 'own', 'domainName': 'own.example.', 'kind': 'FORWARD',
     'targets': [{'address': '127.0.0.1', 'port': 5300}]},
    {'name': 'r', 'domainName': 'corp.example.', 'kind': 'FORWARD',
     'targets': [{'address': '192.0.2.100', 'priority': 1},
                 {'address': '192.0.2.101', 'transport': 'TCP', 'weight': 7}]}]})";

class ExplainTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::Explanation> Try(const char* view, const char* qname,
                                      const char* qtype = "A") {
    question_.set_view(view);
    question_.set_qname(qname);
    question_.set_qtype(qtype);
    return Explain(question_, *snapshot_, upstream_, &cache_, now_);
  }
  v1::Explanation Ask(const char* view, const char* qname, const char* qtype = "A") {
    absl::StatusOr<v1::Explanation> explanation = Try(view, qname, qtype);
    EXPECT_TRUE(explanation.ok()) << explanation.status();
    EXPECT_TRUE(upstream_.asked.empty());
    return explanation.ok() ? *explanation : v1::Explanation();
  }
  // As if a target of the view's decision had replied at the epoch.
  void Reply(const char* view, const char* qname, std::vector<std::string> records) {
    Walk walk(MakeTestQuery(qname, dns::RRType::kA), nullptr);
    const View& found = *snapshot_->FindView(view);
    ASSERT_EQ(walk.Start(*snapshot_, found, &cache_, now_), Walk::State::kAsk);
    dns::Message message =
        dns::MakeReply(dns::MakeQuery(1, N(qname), dns::RRType::kA), dns::Rcode::kNoError);
    for (const dns::RRset& rrset : ParseRecords(records)) {
      for (const auto& record : rrset.ToRecords()) message.answers.push_back(record);
    }
    message.header.ad = true;
    cache_.Insert(walk.cache_key(),
                  MakeTestReply(walk.question(), message, walk.group()->targets[0].endpoint, now_));
  }

  v1::Question question_;
  std::shared_ptr<const Snapshot> snapshot_ = CompileJson(kJson);
  FakeUpstream upstream_;
  Cache cache_;
  absl::Time now_ = absl::UnixEpoch();
};

std::vector<std::string> Steps(const v1::Explanation& explanation) {
  std::vector<std::string> steps;
  for (const v1::Step& step : explanation.steps()) {
    steps.push_back(v1::Step::Kind_Name(step.kind()) + " " + step.qname() + " " + step.resource());
  }
  return steps;
}

// "* resource suffix: reason", the star for the chosen one, of the last step that has candidates.
std::vector<std::string> Candidates(const v1::Explanation& explanation) {
  std::vector<std::string> lines;
  for (const v1::Step& step : explanation.steps()) {
    if (step.candidates().empty()) continue;
    lines.clear();
    for (const v1::Candidate& candidate : step.candidates()) {
      lines.push_back(absl::StrCat(candidate.chosen() ? "* " : "", candidate.resource(), " ",
                                   candidate.suffix(), ": ", candidate.reason()));
    }
  }
  return lines;
}

const v1::Step* FindStep(const v1::Explanation& explanation, v1::Step::Kind kind) {
  for (const v1::Step& step : explanation.steps()) {
    if (step.kind() == kind) return &step;
  }
  return nullptr;
}

TEST_F(ExplainTest, ZoneAnswerIsComplete) {
  const v1::Explanation explanation = Ask("v", "www.one.example.");
  EXPECT_THAT(Steps(explanation), ElementsAre("VIEW www.one.example. v", "ZONE www.one.example. z",
                                              "OUTCOME www.one.example. z"));
  EXPECT_TRUE(explanation.complete());
  EXPECT_TRUE(explanation.authoritative());
  EXPECT_EQ(explanation.rcode(), "NOERROR");
  EXPECT_THAT(explanation.answers(), ElementsAre("www.one.example. 60 IN A 192.0.2.1"));
  EXPECT_EQ(explanation.revision(), 12);
  EXPECT_EQ(explanation.question().view(), "v");
  EXPECT_THAT(Candidates(explanation), ElementsAre("* z one.example.: the longest suffix",
                                                   "w example.: a longer suffix matches"));
}

TEST_F(ExplainTest, AllSections) {
  const v1::Explanation mx = Ask("v", "mx.one.example.", "MX");
  EXPECT_THAT(mx.additionals(), ElementsAre("www.one.example. 60 IN A 192.0.2.1"));
  const v1::Explanation none = Ask("v", "none.one.example.");
  EXPECT_EQ(none.rcode(), "NXDOMAIN");
  ASSERT_EQ(none.authorities().size(), 1);
  EXPECT_THAT(none.authorities(0), ::testing::StartsWith("one.example. 60 IN SOA "));
}

TEST_F(ExplainTest, ChainIntoARuleNamesTheTargetsInOrderAndSendsNothing) {
  const v1::Explanation explanation = Ask("v", "c.one.example.");
  EXPECT_THAT(Steps(explanation),
              ElementsAre("VIEW c.one.example. v", "ZONE c.one.example. z",
                          "FOLLOW c.one.example. z", "RULE www.corp.example. r",
                          "CACHE www.corp.example. r", "TARGET www.corp.example. r"));
  EXPECT_FALSE(explanation.complete());
  EXPECT_EQ(explanation.rcode(), "");
  EXPECT_THAT(explanation.answers(), ElementsAre("c.one.example. 60 IN CNAME www.corp.example."));
  EXPECT_FALSE(FindStep(explanation, v1::Step::CACHE)->cache().hit());
  const v1::Step* targets = FindStep(explanation, v1::Step::TARGET);
  ASSERT_EQ(targets->targets().size(), 2);
  EXPECT_EQ(targets->targets(0).address(), "192.0.2.101:53");
  EXPECT_EQ(targets->targets(0).transport(), "TCP");
  EXPECT_EQ(targets->targets(0).weight(), 7u);
  EXPECT_EQ(targets->targets(0).health(), v1::TargetState::UNKNOWN);
  EXPECT_EQ(targets->targets(1).address(), "192.0.2.100:53");
  EXPECT_EQ(targets->targets(1).priority(), 1u);
}

TEST_F(ExplainTest, PolicyIsSaidWhereItIsNotTheDefault) {
  const v1::Explanation plain = Ask("v", "www.corp.example.");
  EXPECT_FALSE(FindStep(plain, v1::Step::TARGET)->has_policy());
  // The rule says what is the default, and something else.
  const v1::Explanation other = Ask("pub", "www.corp.example.");
  const v1::ForwardingPolicy& policy = FindStep(other, v1::Step::TARGET)->policy();
  EXPECT_EQ(policy.selection(), v1::ForwardingPolicy::LATENCY);
  EXPECT_EQ(policy.on_servfail(), v1::ForwardingPolicy::ON_ERROR_UNSPECIFIED);
  EXPECT_EQ(policy.on_refused(), v1::ForwardingPolicy::ANSWER);
  EXPECT_EQ(policy.on_nxdomain(), v1::ForwardingPolicy::NEXT_TARGET);
  EXPECT_EQ(policy.on_all_down(), v1::ForwardingPolicy::FAIL);
  EXPECT_EQ(policy.hedge_percentile(), 99);
}

TEST_F(ExplainTest, CacheHitHasAgeRestAndTarget) {
  Reply("v", "www.corp.example.", {"www.corp.example. 60 IN A 192.0.2.9"});
  now_ += absl::Seconds(12);
  const v1::Explanation explanation = Ask("v", "c.one.example.");
  EXPECT_TRUE(explanation.complete());
  EXPECT_TRUE(explanation.authoritative());
  const v1::CacheState& cache = FindStep(explanation, v1::Step::CACHE)->cache();
  EXPECT_TRUE(cache.hit());
  EXPECT_EQ(cache.age_seconds(), 12);
  EXPECT_EQ(cache.remaining_seconds(), 48);
  EXPECT_EQ(cache.target(), "192.0.2.101:53");
  EXPECT_THAT(explanation.answers(), ElementsAre("c.one.example. 60 IN CNAME www.corp.example.",
                                                 "www.corp.example. 48 IN A 192.0.2.9"));
}

// RFC 6840 section 5.8.
TEST_F(ExplainTest, ExplainsAsTheClientThatAsks) {
  Reply("v", "www.corp.example.", {"www.corp.example. 60 IN A 192.0.2.9"});
  EXPECT_FALSE(Ask("v", "www.corp.example.").authentic_data());
  question_.set_checking_disabled(true);
  EXPECT_FALSE(Ask("v", "www.corp.example.").complete());
  question_.set_checking_disabled(false);
  question_.set_dnssec_ok(true);
  EXPECT_FALSE(Ask("v", "www.corp.example.").complete());
  question_.set_dnssec_ok(false);
  question_.set_no_recursion(true);
  const v1::Explanation refused = Ask("v", "www.corp.example.");
  EXPECT_TRUE(refused.complete());
  EXPECT_EQ(refused.rcode(), "REFUSED");
  EXPECT_THAT(refused.extended_errors(),
              ElementsAre("Not Authoritative: recursion was not asked for: www.corp.example."));
  const v1::Explanation chain = Ask("v", "c.one.example.");
  EXPECT_THAT(chain.answers(), ElementsAre("c.one.example. 60 IN CNAME www.corp.example."));
  EXPECT_THAT(Steps(chain), ElementsAre("VIEW c.one.example. v", "ZONE c.one.example. z",
                                        "FOLLOW c.one.example. z", "OUTCOME c.one.example. z"));
}

TEST_F(ExplainTest, RuleBeatsZoneOfTheSameName) {
  EXPECT_THAT(Candidates(Ask("v", "x.both.example.")),
              ElementsAre("* b both.example.: a rule beats a zone of the same name",
                          "both both.example.: a rule beats a zone of the same name",
                          "w example.: a longer suffix matches"));
}

TEST_F(ExplainTest, SystemRuleIsNamed) {
  const v1::Explanation explanation = Ask("v", "a.sys.corp.example.");
  EXPECT_THAT(Steps(explanation),
              ElementsAre("VIEW a.sys.corp.example. v", "RULE a.sys.corp.example. s",
                          "RECURSIVE a.sys.corp.example. v", "OUTCOME a.sys.corp.example. "));
  EXPECT_EQ(explanation.rcode(), "REFUSED");
  EXPECT_THAT(Candidates(explanation),
              ElementsAre("s sys.corp.example.: SYSTEM: takes the name out of wider FORWARD rules",
                          "r corp.example.: taken out by the SYSTEM rule s",
                          "w example.: taken out by the SYSTEM rule s"));
  EXPECT_THAT(Candidates(Ask("pub", "a.sys.corp.example.")),
              ElementsAre("s sys.corp.example.: SYSTEM: takes the name out of wider FORWARD rules",
                          "all corp.example.: taken out by the SYSTEM rule s",
                          "* pub .: no zone and no rule decides"));
}

TEST_F(ExplainTest, RecursiveRuleAndDefault) {
  EXPECT_THAT(Candidates(Ask("pub", "x.rec.example.")),
              ElementsAre("* rec rec.example.: the longest suffix",
                          "pub .: asked by the RECURSIVE rule rec"));
  const v1::Explanation explanation = Ask("pub", "elsewhere.");
  EXPECT_THAT(Candidates(explanation), ElementsAre("* pub .: no zone and no rule decides"));
  EXPECT_EQ(FindStep(explanation, v1::Step::TARGET)->targets(0).address(), "192.0.2.53:53");
}

TEST_F(ExplainTest, FallbackIsAStepAndAReason) {
  const v1::Explanation explanation = Ask("pub", "x.fb.corp.example.");
  EXPECT_THAT(Steps(explanation),
              ElementsAre("VIEW x.fb.corp.example. pub", "ZONE x.fb.corp.example. fb",
                          "RULE x.fb.corp.example. all", "CACHE x.fb.corp.example. all",
                          "TARGET x.fb.corp.example. all"));
  EXPECT_THAT(Candidates(explanation),
              ElementsAre("fb fb.corp.example.: it has no such name and falls back "
                          "(fallback_on_nxdomain)",
                          "* all corp.example.: the longest suffix",
                          "pub .: only for what nothing else decides"));
}

TEST_F(ExplainTest, SpecialNamesAreNamed) {
  const v1::Explanation explanation = Ask("pub", "1.1.1.10.in-addr.arpa.", "PTR");
  EXPECT_TRUE(explanation.complete());
  EXPECT_THAT(Candidates(explanation),
              ElementsAre("* built-in 10.in-addr.arpa. 10.in-addr.arpa.: never sent to recursive "
                          "resolvers (RFC 6303 section 4.1)",
                          "pub .: only for what nothing else decides"));
}

TEST_F(ExplainTest, DsOfAnApexIsTheParents) {
  EXPECT_THAT(Candidates(Ask("v", "one.example.", "DS")),
              ElementsAre("z one.example.: DS of its apex is data of the zone above (RFC 4035)",
                          "* w example.: the longest suffix"));
}

TEST_F(ExplainTest, LoopsNameTheObject) {
  EXPECT_THAT(Ask("v", "loop.one.example.").extended_errors(),
              ElementsAre("Other Error: CNAME loop: z leads to loop.one.example."));
  const v1::Explanation own = Ask("v", "x.own.example.");
  EXPECT_EQ(own.rcode(), "SERVFAIL");
  EXPECT_THAT(
      own.extended_errors(),
      ElementsAre("Extended error 49313: loop: own asks an address that answers from this same "
                  "view"));
}

TEST_F(ExplainTest, RefusesWhatCannotBeAsked) {
  EXPECT_EQ(Try("w", "a.").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Try("v", "a..b").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Try("v", "a.", "NOPE").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Try("v", "a.", "AXFR").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(Try("v", "www.one.example.", "").ok());
}

}  // namespace
}  // namespace nave::resolver
