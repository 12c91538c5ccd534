#include "resolver/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;

constexpr char kJson[] = R"({
  'revision': '12',
  'views': [{'name': 'v', 'zones': ['z'], 'rules': ['r', 's']}],
  'zones': [{'name': 'z', 'apex': 'one.test.', 'rrsets': [
    {'owner': 'www.one.test.', 'type': 'A', 'ttl': 60, 'rdata': ['192.0.2.1']},
    {'owner': 'c.one.test.', 'type': 'CNAME', 'ttl': 60, 'rdata': ['www.corp.test.']}]}],
  'rules': [
    {'name': 's', 'domainName': 'sys.corp.test.', 'kind': 'SYSTEM'},
    {'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',
     'targets': [{'address': '192.0.2.100', 'priority': 1}, {'address': '192.0.2.101'}]}]})";

absl::StatusOr<v1::Explanation> ExplainName(const char* view, const char* qname,
                                            const char* qtype = "A") {
  v1::Question question;
  question.set_view(view);
  question.set_qname(qname);
  question.set_qtype(qtype);
  Cache cache;
  FakeUpstream upstream;
  return Explain(question, *CompileJson(kJson), upstream, &cache, absl::UnixEpoch());
}

std::vector<std::string> Steps(const v1::Explanation& explanation) {
  std::vector<std::string> steps;
  for (const v1::Step& step : explanation.steps()) {
    steps.push_back(v1::Step::Kind_Name(step.kind()) + " " + step.qname() + " " + step.resource());
  }
  return steps;
}

TEST(ExplainTest, ZoneAnswer) {
  const auto explanation = ExplainName("v", "www.one.test.");
  ASSERT_TRUE(explanation.ok()) << explanation.status();
  EXPECT_THAT(Steps(*explanation), ElementsAre("VIEW www.one.test. v", "ZONE www.one.test. z",
                                               "OUTCOME www.one.test. z"));
  EXPECT_EQ(explanation->rcode(), "NOERROR");
  EXPECT_THAT(explanation->answers(), ElementsAre("www.one.test. 60 IN A 192.0.2.1"));
  EXPECT_EQ(explanation->revision(), 12);
  EXPECT_EQ(explanation->question().view(), "v");
}

TEST(ExplainTest, ChainIntoARuleNamesTheTargetsInOrderAndSendsNothing) {
  const auto explanation = ExplainName("v", "c.one.test.");
  ASSERT_TRUE(explanation.ok());
  EXPECT_THAT(Steps(*explanation),
              ElementsAre("VIEW c.one.test. v", "ZONE c.one.test. z", "FOLLOW c.one.test. z",
                          "RULE www.corp.test. r", "TARGET www.corp.test. 192.0.2.101:53",
                          "TARGET www.corp.test. 192.0.2.100:53"));
  EXPECT_EQ(explanation->rcode(), "");
  EXPECT_THAT(explanation->answers(), ElementsAre("c.one.test. 60 IN CNAME www.corp.test."));
}

TEST(ExplainTest, SystemRuleIsNamed) {
  const auto explanation = ExplainName("v", "a.sys.corp.test.");
  ASSERT_TRUE(explanation.ok());
  EXPECT_THAT(Steps(*explanation), ElementsAre("VIEW a.sys.corp.test. v", "RULE a.sys.corp.test. s",
                                               "OUTCOME a.sys.corp.test. "));
  EXPECT_EQ(explanation->rcode(), "REFUSED");
}

TEST(ExplainTest, RefusesWhatCannotBeAsked) {
  EXPECT_EQ(ExplainName("w", "a.").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ExplainName("v", "a..b").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ExplainName("v", "a.", "NOPE").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ExplainName("v", "a.", "AXFR").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(ExplainName("v", "www.one.test.", "").ok());
}

}  // namespace
}  // namespace nave::resolver
