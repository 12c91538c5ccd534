#include "lib/base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace nave {
namespace {

TEST(RandomTest, BytesHaveTheLengthAskedFor) {
  EXPECT_EQ(RandomBytes(0).size(), 0u);
  EXPECT_EQ(RandomBytes(1000).size(), 1000u);
  EXPECT_NE(RandomBytes(32), RandomBytes(32));
}

TEST(RandomTest, NumbersDoNotRepeat) {
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(RandomUint64());
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(RandomTest, IdsSortByTimeAndAreUnique) {
  EXPECT_EQ(NewId(1700000000000).size(), 26u);
  EXPECT_LT(NewId(1700000000000), NewId(1700000000001));
  EXPECT_NE(NewId(1700000000000), NewId(1700000000000));
}

TEST(RandomTest, SecretsAreSafeInHeadersAndUrls) {
  std::string secret = NewSecret();
  EXPECT_EQ(secret.size(), 43u);
  EXPECT_EQ(
      secret.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"),
      std::string::npos);
}

}  // namespace
}  // namespace nave
