// Answers near the end of their TTL and beyond: asked for again, and served while targets fail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/resolver/query_handler_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using ::testing::ElementsAre;

class StaleAnswerTest : public QueryHandlerTest {
 protected:
  void SetUp() override {
    QueryHandlerTest::SetUp();
    handler_.SetStaleLife(absl::Hours(1));
    Ask("www.corp.test.");
    upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
    clock_.Advance(absl::Seconds(61));
  }
  std::vector<std::string> LastAnswer() const { return Texts(answers().back().answers); }
};

// RFC 8767 section 5: the client waits for the targets first, and not longer than 1.8 s.
TEST_F(StaleAnswerTest, ServesWhenTheTargetsFail) {
  Ask("www.corp.test.");
  ASSERT_EQ(upstream_.asked.size(), 2u);
  EXPECT_EQ(answers().size(), 1u);
  EXPECT_EQ(upstream_.asked[1].options.deadline, QueryHandler::kStalePatience);
  upstream_.Fail(1, absl::DeadlineExceededError("no target answered in time"));
  EXPECT_EQ(LastRcode(), Rcode::kNoError);
  EXPECT_THAT(LastAnswer(), ElementsAre("www.corp.test. 30 IN A 192.0.2.5"));
  EXPECT_EQ(answers().back().edns->FindExtendedError()->code, dns::ExtendedErrorCode::kStaleAnswer);
  EXPECT_EQ(handler_.stats().stale_answers, 1u);
}

TEST_F(StaleAnswerTest, ServesWhenTheTargetsSayServfail) {
  Ask("www.corp.test.");
  upstream_.Answer(1, Rcode::kServFail, {});
  EXPECT_THAT(LastAnswer(), ElementsAre("www.corp.test. 30 IN A 192.0.2.5"));
}

// After the first failure nobody waits, and the targets are tried behind the clients' backs.
TEST_F(StaleAnswerTest, NobodyWaitsTwice) {
  Ask("www.corp.test.");
  upstream_.Fail(1, absl::DeadlineExceededError("no target answered in time"));
  Ask("www.corp.test.");
  EXPECT_EQ(answers().size(), 3u);
  EXPECT_EQ(upstream_.asked.size(), 2u);
  clock_.Advance(absl::Seconds(20));
  for (int i = 0; i < 5; ++i) Ask("www.corp.test.");
  EXPECT_EQ(answers().size(), 8u);
  // One refresh for all of them.
  ASSERT_EQ(upstream_.asked.size(), 3u);
  EXPECT_THAT(LastAnswer(), ElementsAre("www.corp.test. 30 IN A 192.0.2.5"));
  upstream_.Answer(2, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.6"});
  Ask("www.corp.test.");
  EXPECT_THAT(LastAnswer(), ElementsAre("www.corp.test. 60 IN A 192.0.2.6"));
  EXPECT_FALSE(answers().back().edns->FindExtendedError().has_value());
}

TEST_F(StaleAnswerTest, ANameThatIsGoneIsGone) {
  Ask("www.corp.test.");
  upstream_.Answer(1, Rcode::kNxDomain, {"corp.test. 60 IN SOA a. b. 1 2 3 4 60"});
  EXPECT_EQ(LastRcode(), Rcode::kNxDomain);
  clock_.Advance(absl::Seconds(61));
  Ask("www.corp.test.");
  upstream_.Fail(2, absl::DeadlineExceededError("no target answered in time"));
  EXPECT_EQ(LastRcode(), Rcode::kNxDomain);
  EXPECT_EQ(answers().back().edns->FindExtendedError()->code,
            dns::ExtendedErrorCode::kStaleNxdomainAnswer);
}

TEST_F(StaleAnswerTest, AfterItsLifeThereIsNone) {
  clock_.Advance(absl::Hours(1));
  Ask("www.corp.test.");
  EXPECT_GT(upstream_.asked[1].options.deadline, QueryHandler::kStalePatience);
  upstream_.Fail(1, absl::DeadlineExceededError("no target answered in time"));
  EXPECT_EQ(LastRcode(), Rcode::kServFail);
}

class PrefetchTest : public QueryHandlerTest {};

TEST_F(PrefetchTest, APopularAnswerIsFreshAgainBeforeItsTtlEnds) {
  handler_.SetPrefetch(true);
  Ask("www.corp.test.");
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  clock_.Advance(absl::Seconds(10));
  Ask("www.corp.test.");
  Ask("www.corp.test.");
  EXPECT_EQ(handler_.stats().from_packets, 1u);
  clock_.Advance(absl::Seconds(45));
  for (int i = 0; i < 3; ++i) Ask("www.corp.test.");
  EXPECT_THAT(Texts(answers().back().answers), ElementsAre("www.corp.test. 5 IN A 192.0.2.5"));
  ASSERT_EQ(upstream_.asked.size(), 2u);
  EXPECT_EQ(handler_.stats().refreshes, 1u);
  upstream_.Answer(1, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.6"});
  Ask("www.corp.test.");
  EXPECT_THAT(Texts(answers().back().answers), ElementsAre("www.corp.test. 60 IN A 192.0.2.6"));
  EXPECT_EQ(upstream_.asked.size(), 2u);
}

TEST_F(PrefetchTest, ARefreshThatFailsTakesNothingAway) {
  handler_.SetPrefetch(true);
  Ask("www.corp.test.");
  upstream_.Answer(0, Rcode::kNoError, {"www.corp.test. 60 IN A 192.0.2.5"});
  clock_.Advance(absl::Seconds(55));
  Ask("www.corp.test.");
  ASSERT_EQ(upstream_.asked.size(), 2u);
  upstream_.Fail(1, absl::DeadlineExceededError("no target answered in time"));
  Ask("www.corp.test.");
  EXPECT_THAT(Texts(answers().back().answers), ElementsAre("www.corp.test. 5 IN A 192.0.2.5"));
  EXPECT_EQ(upstream_.asked.size(), 2u);
  clock_.Advance(absl::Seconds(1));
  Ask("www.corp.test.");
  EXPECT_EQ(upstream_.asked.size(), 3u);
}

}  // namespace
}  // namespace nave::resolver
