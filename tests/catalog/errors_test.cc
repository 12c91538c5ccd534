#include "catalog/errors.h"

#include <gtest/gtest.h>

namespace nave::catalog {
namespace {

TEST(ErrorsTest, CarryReasonAndMetadata) {
  absl::Status status = Error(api::v1::IN_USE, "used", {{"resource", "r"}, {"users", "a, b"}});
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), api::v1::IN_USE);
  EXPECT_EQ(MetadataOf(status), (ErrorMetadata{{"resource", "r"}, {"users", "a, b"}}));
}

TEST(ErrorsTest, ForeignStatusesHaveNoReason) {
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), api::v1::REASON_UNSPECIFIED);
  EXPECT_EQ(ReasonOf(absl::OkStatus()), api::v1::REASON_UNSPECIFIED);
}

TEST(ErrorsTest, EveryReasonIsAFailure) {
  const auto* reasons = api::v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const Reason reason = static_cast<Reason>(reasons->value(i)->number());
    EXPECT_NE(CodeOf(reason), absl::StatusCode::kOk) << reasons->value(i)->name();
    EXPECT_EQ(ReasonOf(Error(reason, "x")), reason);
  }
}

}  // namespace
}  // namespace nave::catalog
