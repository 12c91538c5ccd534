// The cache as operators see it: flushes, whatever is under way; bounds on TTLs; counts by rule.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "resolver/cache_report.h"
#include "tests/resolver/query_handler_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class CacheFlushTest : public QueryHandlerTest {
 protected:
  void Answer(size_t question, const char* address) {
    const dns::Name& name = upstream_.asked.at(question).question.name;
    upstream_.Answer(question, Rcode::kNoError,
                     {absl::StrCat(name.ToText(), " 60 IN A ", address)});
  }
  size_t FlushAll() {
    return handler_.FlushCache([](const CacheKey&, const Reply&) { return true; });
  }
  std::string LastAddress() const {
    const auto& records = answers().back().answers;
    return records.empty() ? ""
                           : Texts(records).back().substr(Texts(records).back().rfind(' ') + 1);
  }
  // As text: rule, hits, stale hits, misses, failures, replies.
  std::vector<std::string> Report(const char* view = nullptr) const {
    const Snapshot& snapshot = *handler_.snapshot();
    CacheReport report;
    AddToReport(std::as_const(handler_).cache(), snapshot,
                view == nullptr ? nullptr : snapshot.FindView(view), &report);
    std::vector<std::string> lines;
    for (const v1::CacheUse& use : MostAsked(report)) {
      lines.push_back(absl::StrCat(use.rule(), " ", use.hits(), " ", use.stale_hits(), " ",
                                   use.misses(), " ", use.failures(), " ", use.replies()));
      EXPECT_EQ(use.octets() > 0, use.replies() > 0);
    }
    return lines;
  }
};

TEST_F(CacheFlushTest, TheNextQuestionGoesToATarget) {
  Ask("www.corp.test.");
  Answer(0, "192.0.2.5");
  // Now as a whole packet, too.
  for (int i = 0; i < 3; ++i) Ask("www.corp.test.");
  EXPECT_GT(handler_.stats().from_packets, 0u);
  EXPECT_EQ(FlushAll(), 1u);
  Ask("www.corp.test.");
  ASSERT_THAT(upstream_.asked, SizeIs(2));
  Answer(1, "192.0.2.6");
  EXPECT_EQ(LastAddress(), "192.0.2.6");
  Ask("www.corp.test.");
  EXPECT_EQ(LastAddress(), "192.0.2.6");
  EXPECT_THAT(upstream_.asked, SizeIs(2));
}

TEST_F(CacheFlushTest, WhatIsNotMeantStays) {
  Ask("www.corp.test.");
  Answer(0, "192.0.2.5");
  Ask("www.other.test.");
  Answer(1, "192.0.2.6");
  EXPECT_EQ(handler_.FlushCache([](const CacheKey& key, const Reply&) {
    return key.name().IsSubdomainOf(N("corp.test."));
  }),
            1u);
  Ask("www.other.test.");
  EXPECT_THAT(upstream_.asked, SizeIs(2));
  Ask("www.corp.test.");
  EXPECT_THAT(upstream_.asked, SizeIs(3));
}

// What a target said before the flush may be what was to be forgotten.
TEST_F(CacheFlushTest, AReplyToAQuestionFromBeforeIsNotKeptNorSharedWithThoseAfter) {
  Ask("www.corp.test.");
  FlushAll();
  Ask("www.corp.test.");
  ASSERT_THAT(upstream_.asked, SizeIs(2)) << "the later one waits for the earlier one's reply";
  Answer(0, "192.0.2.5");
  EXPECT_THAT(answers(), SizeIs(1));
  EXPECT_EQ(LastAddress(), "192.0.2.5");
  Ask("www.corp.test.");
  EXPECT_THAT(answers(), SizeIs(1)) << "answered by what was to be forgotten";
  EXPECT_THAT(upstream_.asked, SizeIs(2)) << "identical questions of one time share";
  Answer(1, "192.0.2.6");
  EXPECT_THAT(answers(), SizeIs(3));
  EXPECT_EQ(LastAddress(), "192.0.2.6");
  Ask("www.corp.test.");
  EXPECT_EQ(LastAddress(), "192.0.2.6");
}

TEST_F(CacheFlushTest, NoStaleAnswerComesBack) {
  handler_.SetStaleLife(absl::Hours(1));
  Ask("www.corp.test.");
  Answer(0, "192.0.2.5");
  clock_.Advance(absl::Seconds(61));
  EXPECT_EQ(FlushAll(), 1u);
  Ask("www.corp.test.");
  upstream_.Fail(1, absl::DeadlineExceededError("no target answered in time"));
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
}

TEST_F(CacheFlushTest, TtlsAreBroughtWithinTheirBounds) {
  handler_.SetTtlBounds({30, 300, 10});
  const auto ask = [this](const char* name, const char* record, Rcode rcode = Rcode::kNoError) {
    const size_t question = upstream_.asked.size();
    Ask(name);
    upstream_.Answer(question, rcode, {record});
  };
  ask("short.corp.test.", "short.corp.test. 5 IN A 192.0.2.5");
  EXPECT_THAT(Texts(answers().back().answers), ElementsAre("short.corp.test. 30 IN A 192.0.2.5"));
  ask("zero.corp.test.", "zero.corp.test. 0 IN A 192.0.2.5");
  EXPECT_THAT(Texts(answers().back().answers), ElementsAre("zero.corp.test. 30 IN A 192.0.2.5"));
  ask("long.corp.test.", "long.corp.test. 86400 IN A 192.0.2.5");
  EXPECT_THAT(Texts(answers().back().answers), ElementsAre("long.corp.test. 300 IN A 192.0.2.5"));
  ask("none.corp.test.", "corp.test. 600 IN SOA a. b. 1 2 3 4 600", Rcode::kNxDomain);
  EXPECT_THAT(Texts(answers().back().authorities),
              ElementsAre("corp.test. 10 IN SOA a. b. 1 2 3 4 600"));
  const size_t before = upstream_.asked.size();
  clock_.Advance(absl::Seconds(9));
  Ask("none.corp.test.");
  clock_.Advance(absl::Seconds(20));
  Ask("short.corp.test.");
  Ask("zero.corp.test.");
  EXPECT_EQ(upstream_.asked.size(), before);
  Ask("none.corp.test.");
  clock_.Advance(absl::Seconds(2));
  Ask("short.corp.test.");
  EXPECT_EQ(upstream_.asked.size(), before + 2);
}

TEST_F(CacheFlushTest, UseIsCountedByRule) {
  handler_.SetStaleLife(absl::Hours(1));
  EXPECT_THAT(Report(), ElementsAre());
  Ask("www.corp.test.");
  Ask("www.corp.test.");  // Waits for the same.
  Answer(0, "192.0.2.5");
  for (int i = 0; i < 5; ++i) Ask("www.corp.test.");
  EXPECT_GT(handler_.stats().from_packets, 0u) << "counted however it was answered";
  Ask("www.corp.test.", "10.2.0.9:4000");
  Answer(1, "192.0.2.5");
  Ask("www.other.test.");
  upstream_.Fail(2, absl::DeadlineExceededError("no target answered in time"));
  // Of nobody: a zone's.
  for (int i = 0; i < 3; ++i) Ask("www.one.test.");
  EXPECT_THAT(Report(), ElementsAre("r 5 0 3 0 2", "s 0 0 1 1 1"));
  EXPECT_THAT(Report("v"), ElementsAre("r 5 0 2 0 1", "s 0 0 1 1 1"));
  EXPECT_THAT(Report("w"), ElementsAre("r 0 0 1 0 1"));
  clock_.Advance(absl::Seconds(61));
  Ask("www.corp.test.");
  upstream_.Fail(3, absl::DeadlineExceededError("no target answered in time"));
  Ask("www.corp.test.");
  EXPECT_THAT(Report("v"), ElementsAre("r 6 1 3 1 1", "s 0 0 1 1 1"));
  FlushAll();
  EXPECT_THAT(Report("v"), ElementsAre("r 6 1 3 1 0", "s 0 0 1 1 0"));
  // An explanation is no use.
  v1::Question question;
  question.set_view("v");
  question.set_qname("www.corp.test.");
  ASSERT_TRUE(handler_.Explain(question).ok());
  EXPECT_THAT(Report("v"), ElementsAre("r 6 1 3 1 0", "s 0 0 1 1 0"));
}

TEST_F(CacheFlushTest, UseOfWhatIsGoneBelongsToNobody) {
  Ask("www.corp.test.");
  Answer(0, "192.0.2.5");
  handler_.SetSnapshot(CompileJson(R"({
    'listeners': [{'address': '127.0.0.1:1', 'views': ['v']}], 'views': [{'name': 'v'}]})"));
  EXPECT_THAT(Report(), ElementsAre(" 0 0 1 0 1"));
}

TEST(CacheUseTest, ScopesBeyondTheBoundCountAsOne) {
  CacheUse use;
  for (size_t i = 0; i < CacheUse::kMaxScopes; ++i) {
    EXPECT_FALSE(use.is_full());
    ++use.Of({1, i}).hits;
  }
  EXPECT_TRUE(use.is_full());
  ++use.Of({2, 1}).misses;
  ++use.Of({2, 2}).misses;
  ++use.Of({1, 7}).hits;
  EXPECT_EQ(use.others().misses, 2u);
  EXPECT_EQ(use.Of({1, 7}).hits, 2u);
  use.Reset();
  EXPECT_FALSE(use.is_full());
  EXPECT_EQ(use.Of({1, 7}).hits, 0u);
  EXPECT_EQ(use.others().misses, 0u);
}

}  // namespace
}  // namespace nave::resolver
