#include "server/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/errors.h"

namespace nave::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(StatusTest, EveryReasonArrivesWithItsCodeAndMetadata) {
  for (int number = 1; number < api::v1::Reason_ARRAYSIZE; ++number) {
    const auto reason = static_cast<api::v1::Reason>(number);
    const grpc::Status status = ToGrpc(catalog::Error(reason, "why", {{"resource", "accounts/a"}}));
    EXPECT_EQ(static_cast<int>(status.error_code()), static_cast<int>(catalog::CodeOf(reason)));
    EXPECT_EQ(status.error_message(), "why");
    const auto info = ErrorInfoOf(status);
    ASSERT_TRUE(info.has_value()) << api::v1::Reason_Name(reason);
    EXPECT_EQ(info->reason, api::v1::Reason_Name(reason));
    EXPECT_EQ(info->domain, "nave");
    EXPECT_THAT(info->metadata, ElementsAre(Pair("resource", "accounts/a")));
  }
}

// The bytes that other programs read as google.rpc.Status: code 5, message "m", details of one Any.
TEST(StatusTest, DetailsAreGoogleRpcStatus) {
  const std::string bytes = ToGrpc(catalog::Error(api::v1::NOT_FOUND, "m")).error_details();
  const std::string info = "\x0a\x09NOT_FOUND\x12\x04nave";
  const std::string type = "type.googleapis.com/google.rpc.ErrorInfo";
  std::string any = "\x0a";
  any.push_back(static_cast<char>(type.size()));
  any += type + "\x12";
  any.push_back(static_cast<char>(info.size()));
  any += info;
  std::string expected = "\x08\x05\x12\x01m\x1a";
  expected.push_back(static_cast<char>(any.size()));
  EXPECT_EQ(bytes, expected + any);
}

TEST(StatusTest, OkIsOk) { EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok()); }

TEST(StatusTest, UnclassifiedErrorsGetTheNearestReason) {
  EXPECT_EQ(ErrorInfoOf(ToGrpc(absl::NotFoundError("x")))->reason, "NOT_FOUND");
  EXPECT_EQ(ErrorInfoOf(ToGrpc(absl::ResourceExhaustedError("x")))->reason, "LIMIT_REACHED");
  EXPECT_EQ(ErrorInfoOf(ToGrpc(absl::OutOfRangeError("x")))->reason, "COMPACTED");
}

TEST(StatusTest, InnerFailuresKeepTheirTextInside) {
  const grpc::Status status = ToGrpc(absl::InternalError("page 17 of /var/lib/nave"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("page 17")));
  EXPECT_EQ(ErrorInfoOf(status)->reason, "STORE_FAILED");
}

TEST(StatusTest, LongMessagesAreCutBetweenCharacters) {
  std::string text(kMaxErrorMessageBytes - 1, 'x');
  text += "\xc3\xa9 and more";
  const grpc::Status status = ToGrpc(absl::NotFoundError(text));
  EXPECT_EQ(status.error_message(), std::string(kMaxErrorMessageBytes - 1, 'x'));
}

TEST(StatusTest, LongMetadataIsLeftOut) {
  const grpc::Status status = ToGrpc(catalog::Error(
      api::v1::NOT_FOUND, "m", {{"a", "1"}, {"b", std::string(kMaxErrorMetadataBytes, 'x')}}));
  EXPECT_THAT(ErrorInfoOf(status)->metadata, ElementsAre(Pair("a", "1")));
}

TEST(StatusTest, MalformedDetailsHoldNothing) {
  EXPECT_FALSE(ErrorInfoOf(grpc::Status(grpc::StatusCode::NOT_FOUND, "m", "\x0a\xff")).has_value());
  EXPECT_FALSE(ErrorInfoOf(grpc::Status(grpc::StatusCode::NOT_FOUND, "m")).has_value());
}

}  // namespace
}  // namespace nave::server
