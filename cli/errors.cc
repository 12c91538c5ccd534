#include "cli/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace nave::cli {
namespace {

// What an error carries beside its code: never printed as it is.
constexpr char kReasonUrl[] = "nave.cli/reason";
constexpr char kExitUrl[] = "nave.cli/exit";
constexpr char kMetadataUrl[] = "nave.cli/metadata/";

absl::Status WithExit(absl::Status status, ExitCode code) {
  status.SetPayload(kExitUrl, absl::Cord(std::string(1, static_cast<char>(code))));
  return status;
}

}  // namespace

absl::Status WithReason(absl::Status status, const std::string& reason,
                        const std::map<std::string, std::string>& metadata) {
  if (status.ok()) return status;
  if (!reason.empty()) status.SetPayload(kReasonUrl, absl::Cord(reason));
  for (const auto& [key, value] : metadata) {
    status.SetPayload(absl::StrCat(kMetadataUrl, key), absl::Cord(value));
  }
  return status;
}

std::string ReasonOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kReasonUrl);
  return payload.has_value() ? std::string(*payload) : "";
}

std::map<std::string, std::string> ErrorMetadataOf(const absl::Status& status) {
  std::map<std::string, std::string> metadata;
  const std::string prefix = kMetadataUrl;
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
    const std::string key(url);
    if (key.compare(0, prefix.size(), prefix) == 0) {
      metadata[key.substr(prefix.size())] = std::string(value);
    }
  });
  return metadata;
}

absl::Status UsageError(const std::string& message) {
  return WithExit(absl::InvalidArgumentError(message), kExitUsage);
}

absl::Status NotServedError(const std::string& message) {
  return WithExit(absl::DeadlineExceededError(message), kExitNotServed);
}

int ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kExitOk;
  const auto exit = status.GetPayload(kExitUrl);
  if (exit.has_value()) return std::string(*exit)[0];
  if (absl::IsUnavailable(status) || absl::IsUnauthenticated(status)) return kExitUnreachable;
  return kExitFailed;
}

}  // namespace nave::cli
