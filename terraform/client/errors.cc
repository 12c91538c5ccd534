#include "terraform/client/errors.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nave::terraform {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

// Payloads of a status: the reason, and a prefix of each metadata key.
constexpr char kReasonUrl[] = "nave/reason";
constexpr char kMetadataUrl[] = "nave/metadata/";

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

void ReadInfo(const std::string& bytes, std::string* reason,
              std::map<std::string, std::string>* metadata) {
  ForEachField(bytes, [&](int field, const std::string& value) {
    if (field == kInfoReason) *reason = value;
    if (field != kInfoMetadata) return;
    std::string key, text;
    ForEachField(value, [&](int part, const std::string& content) {
      if (part == kEntryKey) key = content;
      if (part == kEntryValue) text = content;
    });
    (*metadata)[key] = text;
  });
}

std::string Payload(const absl::Status& status, const std::string& url) {
  const auto cord = status.GetPayload(url);
  return cord.has_value() ? std::string(*cord) : "";
}

}  // namespace

absl::Status WithReason(absl::Status status, const std::string& reason,
                        const std::map<std::string, std::string>& metadata) {
  status.SetPayload(kReasonUrl, absl::Cord(reason));
  for (const auto& [key, value] : metadata) {
    status.SetPayload(absl::StrCat(kMetadataUrl, key), absl::Cord(value));
  }
  return status;
}

api::v1::Reason ReasonOf(const absl::Status& status) {
  api::v1::Reason reason = api::v1::REASON_UNSPECIFIED;
  api::v1::Reason_Parse(Payload(status, kReasonUrl), &reason);
  return reason;
}

std::string ErrorMetadata(const absl::Status& status, const std::string& key) {
  return Payload(status, absl::StrCat(kMetadataUrl, key));
}

std::string ErrorText(const absl::Status& status) {
  const std::string reason = Payload(status, kReasonUrl);
  return reason.empty() ? std::string(status.message())
                        : absl::StrCat(status.message(), " (", reason, ")");
}

absl::Status FromCall(absl::StatusCode code, const std::string& message, const std::string& details,
                      const std::string& server) {
  if (code == absl::StatusCode::kOk) return absl::OkStatus();
  std::string reason;
  std::map<std::string, std::string> metadata;
  ForEachField(details, [&](int field, const std::string& value) {
    google::protobuf::Any any;
    if (field == kStatusDetails && any.ParseFromString(value) &&
        absl::EndsWith(any.type_url(), "google.rpc.ErrorInfo")) {
      ReadInfo(any.value(), &reason, &metadata);
    }
  });
  std::string text = message;
  if (reason.empty() && code == absl::StatusCode::kUnavailable) {
    text = absl::StrCat("cannot reach ", server, ": ", message,
                        "; is naved serving there, and is this its CA?");
  } else if (reason.empty() && code == absl::StatusCode::kDeadlineExceeded) {
    text = absl::StrCat(server, " did not answer in time");
  } else if (code == absl::StatusCode::kUnauthenticated) {
    absl::StrAppend(&text, "; set the provider's token, or NAVE_TOKEN");
  }
  const absl::Status status(code, text);
  return reason.empty() ? status : WithReason(status, reason, metadata);
}

}  // namespace nave::terraform
