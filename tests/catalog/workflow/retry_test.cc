#include "catalog/workflow/retry.h"

#include <gtest/gtest.h>

#include "catalog/errors.h"

namespace nave::catalog {
namespace {

TEST(RetryTest, BackoffGrowsToItsBoundWithFullJitter) {
  const uint64_t first_us = absl::ToInt64Microseconds(kFirstBackoff);
  EXPECT_EQ(BackoffAfter(1, first_us), kFirstBackoff);
  EXPECT_EQ(BackoffAfter(1, 0), absl::ZeroDuration());
  EXPECT_EQ(BackoffAfter(1, first_us + 1), absl::ZeroDuration());
  EXPECT_EQ(BackoffAfter(3, 4 * first_us), 4 * kFirstBackoff);
  const uint64_t most_us = absl::ToInt64Microseconds(kMaxBackoff);
  for (int attempts : {12, 60, 2000000000}) {
    EXPECT_EQ(BackoffAfter(attempts, most_us), kMaxBackoff);
    EXPECT_EQ(BackoffAfter(attempts, most_us + 2), absl::Microseconds(1));
  }
}

TEST(RetryTest, RefusalsArePermanentTroublesAreNot) {
  EXPECT_TRUE(IsPermanent(Error(api::v1::DUPLICATE_RULE_ON_VPC, "x")));
  EXPECT_TRUE(IsPermanent(Error(api::v1::DANGLING_REFERENCE, "x")));
  EXPECT_TRUE(IsPermanent(Error(api::v1::WAIT_TIMED_OUT, "x")));
  EXPECT_TRUE(IsPermanent(absl::DataLossError("x")));
  EXPECT_FALSE(IsPermanent(Error(api::v1::STORE_FAILED, "x")));
  EXPECT_FALSE(IsPermanent(absl::AbortedError("x")));
  EXPECT_FALSE(IsPermanent(absl::UnavailableError("x")));
  EXPECT_FALSE(IsPermanent(absl::ResourceExhaustedError("x")));
}

}  // namespace
}  // namespace nave::catalog
