#include "resolver/suffixes.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

TEST(SuffixesTest, EverySuffixInLowerCase) {
  const Suffixes suffixes(N("WWW.Example.COM."));
  EXPECT_EQ(suffixes.label_count(), 3);
  EXPECT_EQ(suffixes.whole(), N("www.example.com.").wire_view());
  EXPECT_EQ(suffixes.suffix(3), suffixes.whole());
  EXPECT_EQ(suffixes.suffix(2), N("example.com.").wire_view());
  EXPECT_EQ(suffixes.suffix(1), N("com.").wire_view());
  EXPECT_EQ(suffixes.suffix(0), N(".").wire_view());
}

TEST(SuffixesTest, Root) {
  const Suffixes suffixes{dns::Name()};
  EXPECT_EQ(suffixes.label_count(), 0);
  EXPECT_EQ(suffixes.suffix(0), std::string(1, '\0'));
}

TEST(SuffixesTest, LongestName) {
  std::string text;
  for (size_t i = 0; i < dns::kMaxLabels; ++i) text += "a.";
  const Suffixes suffixes(N(text));
  EXPECT_EQ(suffixes.label_count(), static_cast<int>(dns::kMaxLabels));
  EXPECT_EQ(suffixes.suffix(1), N("a.").wire_view());
}

}  // namespace
}  // namespace nave::resolver
