#include "cli/operations.h"

#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/calls.h"
#include "cli/errors.h"
#include "lib/base/clock.h"

namespace nave::cli {
namespace {

using catalog::v1::Operation;
using catalog::v1::Step;

constexpr char kService[] = "nave.catalog.v1.OperationService/";
constexpr char kOperationPattern[] = "operations/{operation}";
// The server waits at most this long in one call.
constexpr absl::Duration kMaxWaitOfOneCall = absl::Minutes(1);
// What a call may take beyond the wait that it asked for.
constexpr absl::Duration kCallMargin = absl::Seconds(10);

int DoneSteps(const Operation& operation) {
  return static_cast<int>(
      std::count_if(operation.steps().begin(), operation.steps().end(),
                    [](const Step& step) { return step.state() == Step::DONE; }));
}

// The first step that is not done; null when all are.
const Step* StepAtWork(const Operation& operation) {
  for (const Step& step : operation.steps()) {
    if (step.state() != Step::DONE) return &step;
  }
  return nullptr;
}

std::string StepText(const Step& step) {
  return step.resource().empty() ? step.action()
                                 : absl::StrCat(step.action(), " ", step.resource());
}

std::string ProgressText(const Operation& operation) {
  std::string text = absl::StrCat(absl::AsciiStrToLower(Operation::Kind_Name(operation.kind())),
                                  " ", operation.provisioned_product(), ": ", DoneSteps(operation),
                                  " of ", operation.steps_size(), " steps");
  const Step* step = StepAtWork(operation);
  if (step == nullptr) return absl::StrCat(text, ", waiting until it is served");
  absl::StrAppend(&text, ", ", StepText(*step));
  if (!step->last_error().empty())
    absl::StrAppend(&text, " (again after: ", step->last_error(), ")");
  return text;
}

absl::Status FailedError(const Operation& operation) {
  std::string where;
  for (const Step& step : operation.steps()) {
    if (step.id() != operation.failing_step()) continue;
    where = absl::StrCat(" at step ", step.id(), " of ", operation.steps_size(), " (",
                         StepText(step), ")");
  }
  return WithReason(
      absl::FailedPreconditionError(
          absl::StrCat(operation.name(), " failed", where, ": ", operation.error(),
                       "; see `nave dead-letters list`, and redrive it once the cause is gone")),
      api::v1::Reason_Name(operation.reason()),
      {{"operation", operation.name()}, {"step", absl::StrCat(operation.failing_step())}});
}

absl::Status NotEndedError(const Operation& operation, absl::Duration timeout) {
  return NotServedError(absl::StrCat(operation.name(), " has not ended within ",
                                     absl::FormatDuration(timeout), " (", ProgressText(operation),
                                     "); it goes on: nave operation wait ", operation.name()));
}

// One wait of the server: until the operation changes, ends, or the time is up.
absl::StatusOr<Operation> WaitOnce(ControlPlane& control_plane, const Operation& known,
                                   absl::Duration left) {
  catalog::v1::WaitOperationRequest request;
  request.set_name(known.name());
  request.set_after_revision(known.metadata().revision());
  const absl::Duration wait = std::min(left, kMaxWaitOfOneCall);
  *request.mutable_timeout() = ToProto(wait);
  Operation operation;
  const absl::Status status = control_plane.Call(absl::StrCat(kService, "WaitOperation"), request,
                                                 &operation, wait + kCallMargin);
  // The server's end is not the operation's: what was begun is finished when it is back.
  if (absl::IsUnavailable(status)) {
    return WithMessage(status,
                       absl::StrCat(std::string(status.message()),
                                    "; the operation is not lost, go on with: nave operation wait ",
                                    known.name()));
  }
  NAVE_RETURN_IF_ERROR(status);
  return operation;
}

absl::StatusOr<Operation> GetOperation(ControlPlane& control_plane, const std::string& name) {
  api::v1::GetRequest request;
  request.set_name(name);
  Operation operation;
  NAVE_RETURN_IF_ERROR(
      control_plane.Call(absl::StrCat(kService, "GetOperation"), request, &operation));
  return operation;
}

// Ends the line of progress, whichever way the wait ends.
class ProgressLine {
 public:
  explicit ProgressLine(Output& output) : output_(output) {}
  ~ProgressLine() { output_.Progress(""); }
  void Show(const std::string& text) { output_.Progress(text); }

 private:
  Output& output_;
};

absl::StatusOr<Operation> AwaitEnd(Session& session, const std::string& name,
                                   absl::Duration timeout) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  const absl::Time deadline = RealClock().Now() + timeout;
  ProgressLine progress(session.output());
  NAVE_ASSIGN_OR_RETURN(Operation operation, GetOperation(*control_plane, name));
  // Ends with the operation, or at the deadline.
  while (operation.state() == Operation::RUNNING) {
    progress.Show(ProgressText(operation));
    const absl::Duration left = deadline - RealClock().Now();
    if (left <= absl::ZeroDuration()) return NotEndedError(operation, timeout);
    NAVE_ASSIGN_OR_RETURN(operation, WaitOnce(*control_plane, operation, left));
  }
  return operation;
}

Table ListTable(const std::vector<Operation>& operations) {
  Table table{{"NAME", "KIND", "STATE", "STEPS", "PROVISIONED PRODUCT", "PRINCIPAL", "BEGUN"}, {}};
  for (const Operation& operation : operations) {
    table.rows.push_back({operation.name(), Operation::Kind_Name(operation.kind()),
                          Operation::State_Name(operation.state()),
                          absl::StrCat(DoneSteps(operation), "/", operation.steps_size()),
                          operation.provisioned_product(), operation.principal(),
                          TimeText(operation.metadata().create_time())});
  }
  return table;
}

absl::Status RunList(Session& session, const std::string& filter) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  api::v1::ListRequest request;
  request.set_filter(filter);
  NAVE_ASSIGN_OR_RETURN(std::vector<Operation> operations,
                        ListAll(*control_plane, absl::StrCat(kService, "ListOperations"), request,
                                &catalog::v1::ListOperationsResponse::operations));
  session.output().PrintAll(PointersTo(operations), ListTable(operations));
  return absl::OkStatus();
}

absl::Status RunShow(Session& session, const std::string& id) {
  NAVE_ASSIGN_OR_RETURN(std::string name, NameArgument(kOperationPattern, id));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(Operation operation, GetOperation(*control_plane, name));
  session.output().Print(operation, OperationTable(operation));
  return absl::OkStatus();
}

absl::Status RunWait(Session& session, const std::string& id, const std::string& timeout_text) {
  NAVE_ASSIGN_OR_RETURN(std::string name, NameArgument(kOperationPattern, id));
  NAVE_ASSIGN_OR_RETURN(absl::Duration timeout, ParseTimeout("--timeout", timeout_text));
  NAVE_ASSIGN_OR_RETURN(Operation operation, AwaitOperation(session, name, timeout));
  session.output().Print(operation, OperationTable(operation));
  return absl::OkStatus();
}

// AwaitServed where an answer is wanted: without a node there is none.
absl::StatusOr<governance::v1::WaitServedResponse> RequireServed(
    Session& session, int64_t revision, const std::vector<std::string>& vpcs,
    absl::Duration timeout) {
  NAVE_ASSIGN_OR_RETURN(governance::v1::WaitServedResponse response,
                        AwaitServed(session, revision, vpcs, timeout));
  if (!response.no_live_node()) return response;
  return NotServedError(
      absl::StrCat("no live node serves ", vpcs.empty() ? "any VPC" : absl::StrJoin(vpcs, ", "),
                   ", so nothing answers by revision ", revision, "; see `nave node list`"));
}

struct WaitFlags {
  int64_t revision = 0;
  std::vector<std::string> vpcs;
  std::string account;
  std::string timeout = kDefaultServedTimeout;
};

absl::Status RunWaitServed(Session& session, const WaitFlags& flags) {
  if (flags.revision <= 0) return UsageError("--served must be a revision above 0");
  NAVE_ASSIGN_OR_RETURN(absl::Duration timeout, ParseTimeout("--timeout", flags.timeout));
  NAVE_ASSIGN_OR_RETURN(
      std::vector<std::string> vpcs,
      NameArguments("accounts/{account}/vpcs/{vpc}", flags.vpcs, AccountParent(flags.account)));
  NAVE_ASSIGN_OR_RETURN(governance::v1::WaitServedResponse served,
                        RequireServed(session, flags.revision, vpcs, timeout));
  session.output().Print(
      served, {{"SERVED REVISION", "NODES"},
               {{absl::StrCat(served.served_revision()), absl::StrJoin(served.nodes(), " ")}}});
  return absl::OkStatus();
}

void AddOperationCommands(CLI::App& root, Chosen& chosen) {
  CLI::App* group = AddCommand(root, chosen, "operation", "Long-running changes and their steps");
  auto filter = std::make_shared<std::string>();
  CLI::App* list =
      AddCommand(*group, chosen, "list", "Lists operations, the oldest first",
                 "nave operation list\nnave operation list --filter 'state = \"FAILED\"'",
                 [filter](Session& session) { return RunList(session, *filter); });
  list->add_option("--filter", *filter, "Conditions such as: state = \"RUNNING\"");
  auto name = std::make_shared<std::string>();
  CLI::App* show = AddCommand(*group, chosen, "show", "Shows an operation and its steps",
                              "nave operation show operations/01j9z",
                              [name](Session& session) { return RunShow(session, *name); });
  show->add_option("NAME", *name, "The operation")->required();
  auto timeout = std::make_shared<std::string>(kDefaultOperationTimeout);
  CLI::App* wait = AddCommand(
      *group, chosen, "wait", "Waits until an operation has ended and what it changed is served",
      "nave operation wait operations/01j9z --timeout 5m",
      [name, timeout](Session& session) { return RunWait(session, *name, *timeout); });
  wait->add_option("NAME", *name, "The operation")->required();
  wait->add_option("--timeout", *timeout, "How long to wait, such as 30s or 5m")
      ->capture_default_str();
}

void AddWaitCommand(CLI::App& root, Chosen& chosen) {
  auto flags = std::make_shared<WaitFlags>();
  CLI::App* wait =
      AddCommand(root, chosen, "wait", "Waits until the resolvers answer by a revision",
                 "nave wait --served 184\n"
                 "nave wait --served 184 --vpc accounts/spoke1/vpcs/main --timeout 1m",
                 [flags](Session& session) { return RunWaitServed(session, *flags); });
  wait->add_option("--served", flags->revision, "The revision that a change returned")->required();
  wait->add_option("--vpc", flags->vpcs, "Only the nodes of this VPC; may be repeated")
      ->allow_extra_args(false);
  wait->add_option("--account", flags->account, "The account of VPCs that are given by their id");
  wait->add_option("--timeout", flags->timeout, "How long to wait, such as 30s or 5m")
      ->capture_default_str();
}

}  // namespace

absl::StatusOr<Operation> AwaitOperation(Session& session, const std::string& name,
                                         absl::Duration timeout) {
  NAVE_ASSIGN_OR_RETURN(Operation operation, AwaitEnd(session, name, timeout));
  if (operation.state() == Operation::FAILED) return FailedError(operation);
  for (const std::string& condition : operation.conditions()) session.output().Note(condition);
  return operation;
}

absl::StatusOr<governance::v1::WaitServedResponse> AwaitServed(Session& session, int64_t revision,
                                                               const std::vector<std::string>& vpcs,
                                                               absl::Duration timeout) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  const absl::Time deadline = RealClock().Now() + timeout;
  governance::v1::WaitServedRequest request;
  request.set_revision(revision);
  *request.mutable_vpcs() = {vpcs.begin(), vpcs.end()};
  governance::v1::WaitServedResponse response;
  absl::Status status;
  do {
    const absl::Duration wait =
        std::clamp(deadline - RealClock().Now(), absl::ZeroDuration(), kMaxWaitOfOneCall);
    *request.mutable_timeout() = ToProto(wait);
    status = control_plane->Call("nave.governance.v1.NodeService/WaitServed", request, &response,
                                 wait + kCallMargin);
  } while (ReasonOf(status) == "WAIT_TIMED_OUT" && RealClock().Now() < deadline);
  if (ReasonOf(status) == "WAIT_TIMED_OUT") return NotServedError(std::string(status.message()));
  NAVE_RETURN_IF_ERROR(status);
  return response;
}

void AddServedFlags(CLI::App& command, ServedFlags& flags) {
  command.add_flag("--wait", flags.wait, "Waits until the resolvers answer by the change");
  command.add_option("--timeout", flags.timeout, "How long --wait waits, such as 30s")
      ->capture_default_str();
}

absl::Status CheckServedFlags(const ServedFlags& flags) {
  return ParseTimeout("--timeout", flags.timeout).status();
}

absl::Status FinishCommit(Session& session, const ServedFlags& flags, int64_t revision) {
  if (!flags.wait) {
    session.output().Note(absl::StrCat("committed as revision ", revision));
    return absl::OkStatus();
  }
  NAVE_ASSIGN_OR_RETURN(absl::Duration timeout, ParseTimeout("--timeout", flags.timeout));
  NAVE_ASSIGN_OR_RETURN(governance::v1::WaitServedResponse served,
                        RequireServed(session, revision, {}, timeout));
  session.output().Note(absl::StrCat("served at revision ", served.served_revision()));
  return absl::OkStatus();
}

Table OperationTable(const Operation& operation) {
  Table table{{"STEP", "STATE", "WHAT", "TRIES", "LAST ERROR"}, {}};
  for (const Step& step : operation.steps()) {
    table.rows.push_back({absl::StrCat(step.id()), Step::State_Name(step.state()), StepText(step),
                          absl::StrCat(step.attempts()), step.last_error()});
  }
  std::string end =
      absl::StrCat(Operation::Kind_Name(operation.kind()), " ", operation.provisioned_product());
  if (operation.served_revision() > 0) {
    absl::StrAppend(&end, ", served at revision ", operation.served_revision());
  }
  table.rows.push_back({"", Operation::State_Name(operation.state()), end, "", operation.error()});
  return table;
}

void AddOperations(CLI::App& root, Chosen& chosen) {
  AddOperationCommands(root, chosen);
  AddWaitCommand(root, chosen);
}

}  // namespace nave::cli
