#include "client/error_info.h"

#include <gmock/gmock.h>
#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include "client/channel.h"

namespace nave::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

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

TEST(ErrorInfoTest, ReasonAndMetadataAreRead) {
  const ErrorInfo info = ReadErrorInfo(Details("IN_USE", "resource", "accounts/a/zones/z"));
  EXPECT_EQ("IN_USE", info.reason);
  EXPECT_THAT(info.metadata, ElementsAre(Pair("resource", "accounts/a/zones/z")));
}

TEST(ErrorInfoTest, MalformedDetailsAreNone) {
  for (const std::string& details :
       {std::string(), std::string("\xff\xff"), Details("IN_USE", "a", "b").substr(0, 20)}) {
    EXPECT_EQ("", ReadErrorInfo(details).reason);
    EXPECT_THAT(ReadErrorInfo(details).metadata, IsEmpty());
  }
}

TEST(ErrorInfoTest, AStatusCarriesThem) {
  const absl::Status status = WithReason(absl::AbortedError("x"), "STALE_ETAG", {{"etag", "r7"}});
  EXPECT_EQ("STALE_ETAG", ReasonOf(status));
  EXPECT_THAT(ErrorMetadataOf(status), ElementsAre(Pair("etag", "r7")));
  EXPECT_EQ("", ReasonOf(absl::AbortedError("x")));
  EXPECT_TRUE(WithReason(absl::OkStatus(), "IN_USE").ok());
}

TEST(ErrorInfoTest, OtherWordsKeepTheRest) {
  const absl::Status status = WithMessage(
      WithReason(absl::AbortedError("x"), "STALE_ETAG", {{"etag", "r7"}}), "a.yaml:1: x");
  EXPECT_EQ(absl::StatusCode::kAborted, status.code());
  EXPECT_EQ("a.yaml:1: x", status.message());
  EXPECT_EQ("STALE_ETAG", ReasonOf(status));
  EXPECT_THAT(ErrorMetadataOf(status), ElementsAre(Pair("etag", "r7")));
}

TEST(FromCallTest, TheServersReasonIsKept) {
  const absl::Status status = FromCall(absl::StatusCode::kFailedPrecondition, "in use",
                                       Details("IN_USE", "a", "b"), "server:1");
  EXPECT_EQ("in use", status.message());
  EXPECT_EQ("IN_USE", ReasonOf(status));
}

TEST(FromCallTest, WhatTheServerDidNotSayIsExplained) {
  EXPECT_TRUE(FromCall(absl::StatusCode::kOk, "", "", "server:1").ok());
  EXPECT_THAT(std::string(FromCall(absl::StatusCode::kUnavailable, "x", "", "server:1").message()),
              HasSubstr("cannot reach server:1: x"));
  EXPECT_EQ("server:1 did not answer in time",
            FromCall(absl::StatusCode::kDeadlineExceeded, "x", "", "server:1").message());
  EXPECT_EQ("x", FromCall(absl::StatusCode::kInternal, "x", "", "server:1").message());
}

TEST(ChannelTest, TheCaMustBeACertificate) {
  const auto channel = Channel::Open({"server:1", "/none.crt", ""}, RealClock());
  EXPECT_TRUE(absl::IsInvalidArgument(channel.status()));
  EXPECT_THAT(std::string(channel.status().message()), HasSubstr("'/none.crt' is no file"));
}

}  // namespace
}  // namespace nave::client
