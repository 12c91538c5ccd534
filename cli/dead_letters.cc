#include "cli/dead_letters.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/calls.h"
#include "cli/errors.h"
#include "cli/operations.h"
#include "nave/event/v1/event.pb.h"

namespace nave::cli {
namespace {

using event::v1::DeadLetter;

constexpr char kService[] = "nave.event.v1.EventService/";

absl::StatusOr<std::string> LetterName(const std::string& id) {
  return NameArgument("deadLetters/{dead_letter}", id);
}

absl::StatusOr<std::vector<DeadLetter>> ListLetters(ControlPlane& control_plane) {
  return ListAll(control_plane, absl::StrCat(kService, "ListDeadLetters"), api::v1::ListRequest(),
                 &event::v1::ListDeadLettersResponse::dead_letters);
}

absl::Status RunList(Session& session) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(std::vector<DeadLetter> letters, ListLetters(*control_plane));
  Table table{{"NAME", "PROVISIONED PRODUCT", "STEP", "TRIES", "ERROR", "SINCE"}, {}};
  for (const DeadLetter& letter : letters) {
    table.rows.push_back({letter.name(), letter.provisioned_product(), absl::StrCat(letter.step()),
                          absl::StrCat(letter.attempts()), letter.error(),
                          TimeText(letter.metadata().create_time())});
  }
  session.output().PrintAll(PointersTo(letters), table);
  return absl::OkStatus();
}

// The API lists dead letters alone; there are few.
absl::Status RunShow(Session& session, const std::string& id) {
  NAVE_ASSIGN_OR_RETURN(std::string name, LetterName(id));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(std::vector<DeadLetter> letters, ListLetters(*control_plane));
  for (const DeadLetter& letter : letters) {
    if (letter.name() != name) continue;
    session.output().Print(letter, {{"FIELD", "VALUE"},
                                    {{"name", letter.name()},
                                     {"operation", letter.operation()},
                                     {"provisioned product", letter.provisioned_product()},
                                     {"step", absl::StrCat(letter.step())},
                                     {"tries", absl::StrCat(letter.attempts())},
                                     {"error", letter.error()},
                                     {"since", TimeText(letter.metadata().create_time())}}});
    return absl::OkStatus();
  }
  return WithReason(
      absl::NotFoundError(absl::StrCat("there is no '", name, "'; see `nave dead-letters list`")),
      "NOT_FOUND", {{"resource", name}});
}

struct RedriveFlags {
  std::string id;
  bool no_wait = false;
  std::string timeout = kDefaultOperationTimeout;
};

absl::Status RunRedrive(Session& session, const RedriveFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(std::string name, LetterName(flags.id));
  NAVE_ASSIGN_OR_RETURN(absl::Duration timeout, ParseTimeout("--timeout", flags.timeout));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  event::v1::RedriveDeadLetterRequest request;
  request.set_name(name);
  *request.mutable_mutation() = NewMutation();
  DeadLetter letter;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call(absl::StrCat(kService, "RedriveDeadLetter"), request, &letter));
  if (flags.no_wait) {
    session.output().Print(letter, {{"OPERATION"}, {{letter.operation()}}});
    return absl::OkStatus();
  }
  NAVE_ASSIGN_OR_RETURN(catalog::v1::Operation operation,
                        AwaitOperation(session, letter.operation(), timeout));
  session.output().Print(operation, OperationTable(operation));
  return absl::OkStatus();
}

absl::Status RunDrop(Session& session, const std::string& id, bool yes) {
  NAVE_ASSIGN_OR_RETURN(std::string name, LetterName(id));
  if (!yes) {
    NAVE_ASSIGN_OR_RETURN(bool sure, session.Confirm(absl::StrCat(
                                         "Drop ", name, ", so that its operation stays failed?")));
    if (!sure) return absl::CancelledError("nothing was changed");
  }
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  api::v1::DeleteRequest request;
  request.set_name(name);
  *request.mutable_mutation() = NewMutation();
  api::v1::DeleteResponse response;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call(absl::StrCat(kService, "DeleteDeadLetter"), request, &response));
  session.output().Print(response,
                         {{"DROPPED", "REVISION"}, {{name, absl::StrCat(response.revision())}}});
  return absl::OkStatus();
}

void AddReads(CLI::App& group, Chosen& chosen) {
  AddCommand(group, chosen, "list", "Lists what gave up", "nave dead-letters list",
             [](Session& session) { return RunList(session); });
  auto name = std::make_shared<std::string>();
  CLI::App* show = AddCommand(group, chosen, "show", "Shows why it gave up",
                              "nave dead-letters show deadLetters/01j9z",
                              [name](Session& session) { return RunShow(session, *name); });
  show->add_option("NAME", *name, "The dead letter")->required();
}

void AddChanges(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<RedriveFlags>();
  CLI::App* redrive = AddCommand(group, chosen, "redrive",
                                 "Tries the step again, and waits for the operation's end",
                                 "nave dead-letters redrive deadLetters/01j9z",
                                 [flags](Session& session) { return RunRedrive(session, *flags); });
  redrive->add_option("NAME", flags->id, "The dead letter")->required();
  redrive->add_flag("--no-wait", flags->no_wait, "Prints the operation's name, and ends");
  redrive->add_option("--timeout", flags->timeout, "How long to wait, such as 30s or 5m")
      ->capture_default_str();
  auto name = std::make_shared<std::string>();
  auto yes = std::make_shared<bool>(false);
  CLI::App* drop =
      AddCommand(group, chosen, "drop", "Drops a dead letter; its operation stays failed",
                 "nave dead-letters drop deadLetters/01j9z --yes",
                 [name, yes](Session& session) { return RunDrop(session, *name, *yes); });
  drop->add_option("NAME", *name, "The dead letter")->required();
  drop->add_flag("--yes", *yes, "Does not ask");
}

}  // namespace

void AddDeadLetters(CLI::App& root, Chosen& chosen) {
  CLI::App* group = AddCommand(root, chosen, "dead-letters", "Work that gave up");
  AddReads(*group, chosen);
  AddChanges(*group, chosen);
}

}  // namespace nave::cli
