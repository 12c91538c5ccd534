#include "terraform/client/errors.h"

#include <gtest/gtest.h>

namespace nave::terraform {
namespace {

TEST(ErrorsTest, ReasonsAreThoseOfTheContract) {
  const absl::Status status = WithReason(absl::FailedPreconditionError("in use"), "IN_USE",
                                         {{"resource", "accounts/a/zones/z"}});
  EXPECT_EQ(ReasonOf(status), api::v1::IN_USE);
  EXPECT_EQ(ErrorMetadata(status, "resource"), "accounts/a/zones/z");
  EXPECT_EQ(ErrorMetadata(status, "other"), "");
  EXPECT_EQ(ErrorText(status), "in use (IN_USE)");
}

TEST(ErrorsTest, WhatHasNoReasonIsSaidPlainly) {
  EXPECT_EQ(ErrorText(absl::InternalError("x")), "x");
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), api::v1::REASON_UNSPECIFIED);
  // Of a newer server.
  EXPECT_EQ(ReasonOf(WithReason(absl::InternalError("x"), "UNHEARD_OF")),
            api::v1::REASON_UNSPECIFIED);
}

}  // namespace
}  // namespace nave::terraform
