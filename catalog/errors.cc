#include "catalog/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nave::catalog {
namespace {

constexpr char kReasonPayload[] = "nave/reason";
constexpr char kMetadataPayload[] = "nave/metadata/";

}  // namespace

absl::StatusCode CodeOf(Reason reason) {
  using Code = absl::StatusCode;
  switch (reason) {
    case api::v1::INVALID_FIELD:
    case api::v1::INVALID_NAME:
    case api::v1::INVALID_RECORD:
    case api::v1::INVALID_PARAMETER:
    case api::v1::INVALID_QUERY:
    case api::v1::IMMUTABLE_FIELD:
    case api::v1::INVALID_TREE:
    case api::v1::REQUEST_ID_REUSED:
      return Code::kInvalidArgument;
    case api::v1::NOT_FOUND:
      return Code::kNotFound;
    case api::v1::ALREADY_EXISTS:
      return Code::kAlreadyExists;
    case api::v1::STALE_ETAG:
      return Code::kAborted;
    case api::v1::UNAUTHENTICATED:
      return Code::kUnauthenticated;
    case api::v1::PERMISSION_DENIED:
    case api::v1::LAUNCH_NOT_GRANTED:
    case api::v1::NOT_SHARED:
    case api::v1::NO_NAMESPACE_GRANT:
    case api::v1::CONSENT_MISSING:
      return Code::kPermissionDenied;
    case api::v1::COMPACTED:
      return Code::kOutOfRange;
    case api::v1::LIMIT_REACHED:
      return Code::kResourceExhausted;
    case api::v1::WAIT_TIMED_OUT:
      return Code::kDeadlineExceeded;
    case api::v1::NO_LIVE_NODE:
      return Code::kUnavailable;
    case api::v1::PLUGIN_FAILED:
    case api::v1::STORE_FAILED:
      return Code::kInternal;
    default:
      return Code::kFailedPrecondition;
  }
}

absl::Status Error(Reason reason, std::string message, ErrorMetadata metadata) {
  absl::Status status(CodeOf(reason), message);
  status.SetPayload(kReasonPayload, absl::Cord(api::v1::Reason_Name(reason)));
  for (const auto& [key, value] : metadata) {
    status.SetPayload(absl::StrCat(kMetadataPayload, key), absl::Cord(value));
  }
  return status;
}

absl::Status NotFoundError(const std::string& name) {
  return Error(api::v1::NOT_FOUND,
               absl::StrCat("'", name, "' does not exist, or you may not read it"),
               {{"resource", name}});
}

absl::Status FieldError(const std::string& field, const std::string& message) {
  return Error(api::v1::INVALID_FIELD, absl::StrCat(field, ": ", message), {{"field", field}});
}

Reason ReasonOf(const absl::Status& status) {
  absl::optional<absl::Cord> payload = status.GetPayload(kReasonPayload);
  Reason reason = api::v1::REASON_UNSPECIFIED;
  if (payload.has_value()) api::v1::Reason_Parse(std::string(*payload), &reason);
  return reason;
}

ErrorMetadata MetadataOf(const absl::Status& status) {
  ErrorMetadata metadata;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (absl::ConsumePrefix(&url, kMetadataPayload))
      metadata[std::string(url)] = std::string(payload);
  });
  return metadata;
}

}  // namespace nave::catalog
