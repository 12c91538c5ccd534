#include "resolver/cache_selection.h"

#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

constexpr char kState[] = R"({
  'views': [{'name': 'v', 'rules': ['r', 's']}, {'name': 'w', 'rules': ['r']}],
  'rules': [{'name': 'r', 'domainName': 'corp.test.', 'kind': 'FORWARD',
             'targets': [{'address': '192.0.2.100'}]},
            {'name': 's', 'domainName': 'other.test.', 'kind': 'FORWARD',
             'targets': [{'address': '192.0.2.101'}]}]})";

class CacheSelectionTest : public ::testing::Test {
 protected:
  // Whether what the rule's targets said about the name in the view is selected.
  bool Includes(const char* view, int rule, const char* name, const Reply& reply = Reply()) {
    const View& found = *snapshot_->FindView(view);
    const CacheKey key(found.id(), found.rules().at(rule)->group->id, N(name), dns::RRType::kA);
    const auto selection = CompileSelection(selector_, *snapshot_);
    EXPECT_TRUE(selection.ok()) << selection.status();
    return selection.ok() && selection->Includes(key, reply);
  }

  const std::shared_ptr<const Snapshot> snapshot_ = CompileJson(kState);
  v1::CacheSelector selector_;
};

TEST_F(CacheSelectionTest, NothingSaidMeansEverything) {
  EXPECT_TRUE(Includes("v", 0, "www.corp.test."));
  EXPECT_TRUE(Includes("w", 0, "."));
}

TEST_F(CacheSelectionTest, ByView) {
  selector_.set_view("v");
  EXPECT_TRUE(Includes("v", 0, "www.corp.test."));
  EXPECT_FALSE(Includes("w", 0, "www.corp.test."));
}

TEST_F(CacheSelectionTest, ByRule) {
  selector_.set_rule("r");
  EXPECT_TRUE(Includes("v", 0, "www.corp.test."));
  EXPECT_TRUE(Includes("w", 0, "www.corp.test."));
  EXPECT_FALSE(Includes("v", 1, "www.corp.test."));
  selector_.set_view("w");
  EXPECT_FALSE(Includes("v", 0, "www.corp.test."));
  selector_.set_rule("nobody");
  EXPECT_FALSE(Includes("w", 0, "www.corp.test."));
}

TEST_F(CacheSelectionTest, ByName) {
  selector_.set_name("WWW.corp.test.");
  EXPECT_TRUE(Includes("v", 0, "www.corp.test."));
  EXPECT_FALSE(Includes("v", 0, "corp.test."));
  EXPECT_FALSE(Includes("v", 0, "a.www.corp.test."));
}

TEST_F(CacheSelectionTest, BySuffix) {
  selector_.set_suffix("corp.test.");
  EXPECT_TRUE(Includes("v", 0, "corp.test."));
  EXPECT_TRUE(Includes("v", 0, "a.www.corp.test."));
  EXPECT_FALSE(Includes("v", 0, "xcorp.test."));
  selector_.set_suffix(".");
  EXPECT_TRUE(Includes("v", 0, "xcorp.test."));
}

// RFC 8020: it denies the names below its own, and one of them is meant.
TEST_F(CacheSelectionTest, ADenialOfANameAboveIsMeantToo) {
  Reply denial;
  denial.rcode = dns::Rcode::kNxDomain;
  selector_.set_name("www.dev.corp.test.");
  EXPECT_TRUE(Includes("v", 0, "dev.corp.test.", denial));
  EXPECT_FALSE(Includes("v", 0, "dev.corp.test."));
  EXPECT_FALSE(Includes("v", 0, "prod.corp.test.", denial));
  EXPECT_FALSE(Includes("w", 0, "a.www.dev.corp.test.", denial));
  selector_.set_suffix("www.dev.corp.test.");
  EXPECT_TRUE(Includes("v", 0, "dev.corp.test.", denial));
  EXPECT_TRUE(Includes("v", 0, "a.www.dev.corp.test.", denial));
}

// An alias whose target moved is as wrong as the target's own answer.
TEST_F(CacheSelectionTest, AnAnswerThatHasTheNameOnItsChainIsMeantToo) {
  Reply chain;
  chain.answers.push_back({N("alias.corp.test."), dns::RRType::kCname, dns::RRClass::kIn, 60, {}});
  chain.answers.push_back({N("www.corp.test."), dns::RRType::kA, dns::RRClass::kIn, 60, {}});
  selector_.set_name("www.corp.test.");
  EXPECT_TRUE(Includes("v", 0, "alias.corp.test.", chain));
  // It denies nothing: its NXDOMAIN would be of the chain's end.
  chain.rcode = dns::Rcode::kNxDomain;
  selector_.set_name("below.alias.corp.test.");
  EXPECT_FALSE(Includes("v", 0, "alias.corp.test.", chain));
}

TEST_F(CacheSelectionTest, WrongOnesAreRefused) {
  selector_.set_view("nobody");
  EXPECT_EQ(CompileSelection(selector_, *snapshot_).status().code(), absl::StatusCode::kNotFound);
  selector_.clear_view();
  selector_.set_name("a..b");
  EXPECT_EQ(CompileSelection(selector_, *snapshot_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace nave::resolver
