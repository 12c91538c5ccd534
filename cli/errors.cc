#include "cli/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace nave::cli {
namespace {

// What an error carries beside its code: never printed as it is.
constexpr char kExitUrl[] = "nave.cli/exit";

absl::Status WithExit(absl::Status status, ExitCode code) {
  status.SetPayload(kExitUrl, absl::Cord(std::string(1, static_cast<char>(code))));
  return status;
}

}  // namespace

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
