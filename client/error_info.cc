#include "client/error_info.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nave::client {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Payloads of a status: the reason, and a prefix of each metadata key.
constexpr char kReasonUrl[] = "nave.client/reason";
constexpr char kMetadataUrl[] = "nave.client/metadata/";

// The fields of google.rpc.Status and google.rpc.ErrorInfo (github.com/googleapis/googleapis,
// google/rpc), which are read by number.
constexpr int kStatusDetails = 3;
constexpr int kInfoReason = 1, kInfoMetadata = 3;
constexpr int kEntryKey = 1, kEntryValue = 2;

// Calls `use(field, bytes)` for every length-delimited field; what is malformed has none.
template <typename Use>
void ForEachField(const std::string& bytes, Use use) {
  UnknownFieldSet fields;
  if (!fields.ParseFromString(bytes)) return;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.type() == UnknownField::TYPE_LENGTH_DELIMITED) {
      use(field.number(), field.length_delimited());
    }
  }
}

void ReadInfo(const std::string& bytes, ErrorInfo* info) {
  ForEachField(bytes, [&](int field, const std::string& value) {
    if (field == kInfoReason) info->reason = value;
    if (field != kInfoMetadata) return;
    std::string key, text;
    ForEachField(value, [&](int part, const std::string& content) {
      if (part == kEntryKey) key = content;
      if (part == kEntryValue) text = content;
    });
    info->metadata[key] = text;
  });
}

}  // namespace

ErrorInfo ReadErrorInfo(const std::string& status_details) {
  ErrorInfo info;
  ForEachField(status_details, [&](int field, const std::string& value) {
    google::protobuf::Any any;
    if (field == kStatusDetails && any.ParseFromString(value) &&
        absl::EndsWith(any.type_url(), "google.rpc.ErrorInfo")) {
      ReadInfo(any.value(), &info);
    }
  });
  return info;
}

absl::Status WithReason(absl::Status status, const std::string& reason,
                        const std::map<std::string, std::string>& metadata) {
  if (status.ok()) return status;
  if (!reason.empty()) status.SetPayload(kReasonUrl, absl::Cord(reason));
  for (const auto& [key, value] : metadata) {
    status.SetPayload(absl::StrCat(kMetadataUrl, key), absl::Cord(value));
  }
  return status;
}

absl::Status WithMessage(const absl::Status& status, const std::string& message) {
  return WithReason(absl::Status(status.code(), message), ReasonOf(status),
                    ErrorMetadataOf(status));
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kReasonUrl);
  return payload.has_value() ? std::string(*payload) : "";
}

std::map<std::string, std::string> ErrorMetadataOf(const absl::Status& status) {
  std::map<std::string, std::string> metadata;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
    if (absl::ConsumePrefix(&url, kMetadataUrl)) metadata[std::string(url)] = std::string(value);
  });
  return metadata;
}

}  // namespace nave::client
