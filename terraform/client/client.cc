#include "terraform/client/client.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "terraform/client/errors.h"

namespace nave::terraform {
namespace {

using catalog::v1::Operation;
using catalog::v1::Step;

// What a call may take beyond the wait that it asked for.
constexpr absl::Duration kCallMargin = absl::Seconds(10);

std::string StepText(const Step& step) {
  return step.resource().empty() ? step.action()
                                 : absl::StrCat(step.action(), " ", step.resource());
}

std::string ProgressText(const Operation& operation) {
  for (const Step& step : operation.steps()) {
    if (step.state() == Step::DONE) continue;
    return absl::StrCat("step ", step.id(), " of ", operation.steps_size(), ", ", StepText(step),
                        step.last_error().empty() ? "" : absl::StrCat(": ", step.last_error()));
  }
  return "waiting until it is served";
}

}  // namespace

absl::Status Client::CallFor(const std::string& method, const google::protobuf::Message& request,
                             google::protobuf::Message* response, absl::Duration timeout,
                             StopSignal* stop) {
  absl::Duration pause = kFirstPause;
  absl::Status status;
  for (int tries = 1; tries <= kMaxTries; ++tries) {
    response->Clear();
    status = control_plane_.Call(method, request, response, timeout, stop);
    if (!absl::IsUnavailable(status) || tries == kMaxTries) return status;
    if (stop_.Pause(clock_, pause)) return status;
    pause *= 2;
  }
  return status;
}

absl::Status Client::Call(const std::string& method, const google::protobuf::Message& request,
                          google::protobuf::Message* response) {
  return CallFor(method, request, response, kCallTimeout, nullptr);
}

api::v1::Mutation Client::NewMutation(bool validate_only) const {
  api::v1::Mutation mutation;
  mutation.set_request_id(NewId(absl::ToUnixMillis(clock_.Now())));
  mutation.set_validate_only(validate_only);
  return mutation;
}

absl::StatusOr<Operation> Client::WaitOperation(const std::string& name, absl::Duration timeout) {
  const absl::Time deadline = clock_.Now() + timeout;
  api::v1::GetRequest request;
  request.set_name(name);
  Operation operation;
  NAVE_RETURN_IF_ERROR(Call("nave.catalog.v1.OperationService/GetOperation", request, &operation));
  // Ends with the operation, at the deadline, or at the stop.
  while (operation.state() == Operation::RUNNING) {
    const absl::Duration left = deadline - clock_.Now();
    if (stop_.stopped()) {
      return absl::CancelledError(absl::StrCat(
          name, " goes on without being waited for; it was at ", ProgressText(operation)));
    }
    if (left <= absl::ZeroDuration()) {
      return absl::DeadlineExceededError(absl::StrCat(
          name, " has not ended within ", absl::FormatDuration(timeout), " (",
          ProgressText(operation), "); it goes on, and the next run finds it as it is then"));
    }
    const absl::Duration wait = std::min(left, kMaxWaitOfOneCall);
    catalog::v1::WaitOperationRequest wait_request;
    wait_request.set_name(name);
    wait_request.set_after_revision(operation.metadata().revision());
    wait_request.mutable_timeout()->set_seconds(absl::ToInt64Seconds(wait));
    wait_request.mutable_timeout()->set_nanos(absl::ToInt64Nanoseconds(wait % absl::Seconds(1)));
    Operation next;
    const absl::Status status = CallFor("nave.catalog.v1.OperationService/WaitOperation",
                                        wait_request, &next, wait + kCallMargin, &stop_);
    if (absl::IsCancelled(status) && stop_.stopped()) continue;
    NAVE_RETURN_IF_ERROR(status);
    operation = std::move(next);
  }
  return operation;
}

absl::Status FailureOf(const Operation& operation) {
  std::string where;
  for (const Step& step : operation.steps()) {
    if (step.id() != operation.failing_step()) continue;
    where = absl::StrCat(" at step ", step.id(), " of ", operation.steps_size(), " (",
                         StepText(step), ")");
  }
  return WithReason(absl::FailedPreconditionError(
                        absl::StrCat(operation.name(), " failed", where, ": ", operation.error())),
                    api::v1::Reason_Name(operation.reason()), {{"operation", operation.name()}});
}

}  // namespace nave::terraform
