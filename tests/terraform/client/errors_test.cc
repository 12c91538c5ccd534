#include "terraform/client/errors.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"

namespace nave::terraform {
namespace {

// google.rpc.Status with one ErrorInfo, as a server sends it.
std::string Details(const std::string& reason, const std::string& key, const std::string& value) {
  google::protobuf::UnknownFieldSet entry, info, status;
  entry.AddLengthDelimited(1, key);
  entry.AddLengthDelimited(2, value);
  std::string entry_bytes, info_bytes, status_bytes;
  entry.SerializeToString(&entry_bytes);
  info.AddLengthDelimited(1, reason);
  info.AddLengthDelimited(2, "nave");
  info.AddLengthDelimited(3, entry_bytes);
  info.SerializeToString(&info_bytes);
  google::protobuf::Any any;
  any.set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  any.set_value(info_bytes);
  status.AddLengthDelimited(3, any.SerializeAsString());
  status.SerializeToString(&status_bytes);
  return status_bytes;
}

TEST(ErrorsTest, TheServersReasonIsKept) {
  const absl::Status status =
      FromCall(absl::StatusCode::kFailedPrecondition, "in use",
               Details("IN_USE", "resource", "accounts/a/zones/z"), "server:1");
  EXPECT_EQ(ReasonOf(status), api::v1::IN_USE);
  EXPECT_EQ(ErrorMetadata(status, "resource"), "accounts/a/zones/z");
  EXPECT_EQ(ErrorMetadata(status, "other"), "");
  EXPECT_EQ(ErrorText(status), "in use (IN_USE)");
}

TEST(ErrorsTest, WhatTheServerDidNotSayIsExplained) {
  const struct {
    absl::StatusCode code;
    const char* part;
  } cases[] = {
      {absl::StatusCode::kUnavailable, "cannot reach server:1"},
      {absl::StatusCode::kDeadlineExceeded, "server:1 did not answer in time"},
      {absl::StatusCode::kUnauthenticated, "NAVE_TOKEN"},
  };
  for (const auto& c : cases) {
    const absl::Status status = FromCall(c.code, "x", "", "server:1");
    EXPECT_EQ(status.code(), c.code);
    EXPECT_TRUE(absl::StrContains(status.message(), c.part)) << status;
    EXPECT_EQ(ReasonOf(status), api::v1::REASON_UNSPECIFIED);
  }
}

TEST(ErrorsTest, MalformedDetailsAreNoReason) {
  const absl::Status status = FromCall(absl::StatusCode::kInternal, "x", "\xff\xff", "server:1");
  EXPECT_EQ(ErrorText(status), "x");
  EXPECT_TRUE(FromCall(absl::StatusCode::kOk, "", "", "server:1").ok());
}

}  // namespace
}  // namespace nave::terraform
