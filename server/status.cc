#include "server/status.h"

#include <google/protobuf/any.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include <utility>

#include "catalog/errors.h"
#include "lib/base/log.h"

namespace nave::server {
namespace {

using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;
using google::protobuf::internal::WireFormatLite;

// google/rpc/status.proto: code = 1, message = 2, details = 3. google/rpc/error_details.proto,
// ErrorInfo: reason = 1, domain = 2, metadata = 3, whose entries are key = 1, value = 2. Written by
// hand, for the contracts are not packaged.
constexpr int kStatusCode = 1, kStatusMessage = 2, kStatusDetails = 3;
constexpr int kInfoReason = 1, kInfoDomain = 2, kInfoMetadata = 3;
constexpr int kEntryKey = 1, kEntryValue = 2;

std::string Serialize(const UnknownFieldSet& fields) {
  std::string bytes;
  fields.SerializeToString(&bytes);
  return bytes;
}

std::string Serialize(const ErrorInfo& info) {
  UnknownFieldSet fields;
  fields.AddLengthDelimited(kInfoReason, info.reason);
  fields.AddLengthDelimited(kInfoDomain, info.domain);
  for (const auto& [key, value] : info.metadata) {
    UnknownFieldSet entry;
    entry.AddLengthDelimited(kEntryKey, key);
    entry.AddLengthDelimited(kEntryValue, value);
    fields.AddLengthDelimited(kInfoMetadata, Serialize(entry));
  }
  return Serialize(fields);
}

// Calls `use(field, value)` for every length-delimited field. False when malformed.
template <typename Use>
bool ForEachField(const std::string& bytes, Use use) {
  UnknownFieldSet fields;
  if (!fields.ParseFromString(bytes)) return false;
  for (int i = 0; i < fields.field_count(); ++i) {
    const UnknownField& field = fields.field(i);
    if (field.type() == UnknownField::TYPE_LENGTH_DELIMITED)
      use(field.number(), field.length_delimited());
  }
  return true;
}

std::optional<ErrorInfo> ParseInfo(const std::string& bytes) {
  ErrorInfo info;
  const bool whole = ForEachField(bytes, [&](int field, const std::string& value) {
    if (field == kInfoReason) info.reason = value;
    if (field == kInfoDomain) info.domain = value;
    if (field != kInfoMetadata) return;
    std::string key, text;
    ForEachField(value, [&](int part, const std::string& content) {
      (part == kEntryKey ? key : text) = content;
    });
    info.metadata[key] = text;
  });
  if (!whole) return std::nullopt;
  return info;
}

// The reason that comes nearest to a code, for errors of layers that know no reasons.
api::v1::Reason ReasonFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return api::v1::INVALID_FIELD;
    case absl::StatusCode::kNotFound:
      return api::v1::NOT_FOUND;
    case absl::StatusCode::kAlreadyExists:
      return api::v1::ALREADY_EXISTS;
    case absl::StatusCode::kUnauthenticated:
      return api::v1::UNAUTHENTICATED;
    case absl::StatusCode::kPermissionDenied:
      return api::v1::PERMISSION_DENIED;
    case absl::StatusCode::kResourceExhausted:
      return api::v1::LIMIT_REACHED;
    case absl::StatusCode::kDeadlineExceeded:
      return api::v1::WAIT_TIMED_OUT;
    case absl::StatusCode::kOutOfRange:
      return api::v1::COMPACTED;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kDataLoss:
      return api::v1::STORE_FAILED;
    default:
      return api::v1::REASON_UNSPECIFIED;
  }
}

bool IsSecretive(absl::StatusCode code) {
  return code == absl::StatusCode::kInternal || code == absl::StatusCode::kUnknown ||
         code == absl::StatusCode::kDataLoss;
}

// Cuts at a character's begin: the message must stay UTF-8.
std::string Cut(std::string text) {
  if (text.size() <= kMaxErrorMessageBytes) return text;
  size_t end = kMaxErrorMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

ErrorInfo InfoOf(const absl::Status& status) {
  api::v1::Reason reason = catalog::ReasonOf(status);
  if (reason == api::v1::REASON_UNSPECIFIED) reason = ReasonFor(status.code());
  ErrorInfo info{api::v1::Reason_Name(reason), kErrorDomain, {}};
  size_t size = 0;
  for (auto& [key, value] : catalog::MetadataOf(status)) {
    size += key.size() + value.size();
    if (size > kMaxErrorMetadataBytes) break;
    info.metadata[key] = value;
  }
  return info;
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  const bool classified = catalog::ReasonOf(status) != api::v1::REASON_UNSPECIFIED;
  if (!classified && IsSecretive(status.code())) {
    log::Error("a call failed inside", {{"error", status.ToString()}});
    message = "the server failed; its log says why";
  }
  message = Cut(std::move(message));
  google::protobuf::Any any;
  any.set_type_url(kErrorInfoType);
  any.set_value(Serialize(InfoOf(status)));
  UnknownFieldSet details;
  details.AddVarint(kStatusCode, static_cast<uint64_t>(status.code()));
  details.AddLengthDelimited(kStatusMessage, message);
  details.AddLengthDelimited(kStatusDetails, any.SerializeAsString());
  // The codes of Abseil and of gRPC are the same numbers.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message, Serialize(details));
}

std::optional<ErrorInfo> ErrorInfoOf(const grpc::Status& status) {
  std::optional<ErrorInfo> info;
  const bool whole = ForEachField(status.error_details(), [&](int field, const std::string& value) {
    google::protobuf::Any any;
    if (field == kStatusDetails && any.ParseFromString(value) && any.type_url() == kErrorInfoType) {
      info = ParseInfo(any.value());
    }
  });
  if (!whole) return std::nullopt;
  return info;
}

}  // namespace nave::server
