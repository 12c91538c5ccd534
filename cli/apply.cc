// `nave apply -f`: what a manifest says shall be there. The plan first, then the changes in the
// order of their dependencies, then the wait until they are served.
#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "cli/field_values.h"
#include "cli/kinds.h"
#include "cli/manifest.h"
#include "cli/operations.h"

namespace nave::cli {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::Message;

struct ApplyFlags {
  std::vector<std::string> files;
  bool plan = false;
  bool yes = false;
  bool no_wait = false;
  std::string timeout = kDefaultOperationTimeout;
};

enum class Action { kNone, kCreate, kUpdate };

struct Planned {
  const Document* document = nullptr;
  Action action = Action::kNone;
  std::vector<std::string> changed;  // of an update: the fields
  std::string etag;                  // of an update: what was looked at
};

const char* ActionText(Action action) {
  switch (action) {
    case Action::kCreate:
      return "CREATE";
    case Action::kUpdate:
      return "UPDATE";
    default:
      return "NONE";
  }
}

// The same error, with the document before it.
absl::Status At(const Document& document, const absl::Status& status) {
  return WithMessage(status, absl::StrCat(document.Where(), ": ", std::string(status.message())));
}

std::string FieldTextAt(const Message& resource, const std::string& path) {
  if (path == "metadata.labels") {
    const api::v1::Metadata& metadata = MetadataOf(resource);
    return absl::StrJoin(
        std::map<std::string, std::string>(metadata.labels().begin(), metadata.labels().end()), ",",
        absl::PairFormatter("="));
  }
  return FieldText(resource, *resource.GetDescriptor()->FindFieldByName(path));
}

std::vector<std::string> Difference(const std::vector<std::string>& paths, const Message& before,
                                    const Message& after) {
  std::vector<std::string> different;
  for (const std::string& path : paths) {
    if (FieldTextAt(before, path) != FieldTextAt(after, path)) different.push_back(path);
  }
  return different;
}

FieldMask MaskOf(const std::vector<std::string>& paths) {
  FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

// Which fields of what is there would change. The server says what the document's values come to,
// since it has the rules of their forms.
absl::StatusOr<std::vector<std::string>> ChangesOf(ControlPlane& control_plane,
                                                   const Document& document,
                                                   const Message& current) {
  const Kind& kind = *document.kind;
  if (!kind.Has("Update")) {
    const auto different = Difference(document.fields, current, *document.resource);
    if (different.empty()) return different;
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            absl::StrJoin(different, ", "), " cannot change; delete the resource and apply again")),
        "IMMUTABLE_FIELD", {{"resource", NameOf(current)}});
  }
  const absl::StatusOr<MessagePtr> would =
      UpdateResource(control_plane, kind, *document.resource, MaskOf(document.fields),
                     NewMutation(/*validate_only=*/true));
  // What it points at may be made by this very manifest.
  if (ReasonOf(would.status()) == "DANGLING_REFERENCE") {
    return Difference(document.fields, current, *document.resource);
  }
  NAVE_RETURN_IF_ERROR(would.status());
  return Difference(document.fields, current, **would);
}

// A loop is said before anything is made. Any other refusal may be answered by what this very
// manifest makes first.
absl::Status CheckCreation(ControlPlane& control_plane, const Document& document) {
  static constexpr absl::string_view kClosesLoops[] = {"Vpc", "Endpoint", "NameServer",
                                                       "RuleAssociation"};
  if (std::find(std::begin(kClosesLoops), std::end(kClosesLoops), document.kind->type) ==
      std::end(kClosesLoops)) {
    return absl::OkStatus();
  }
  const absl::Status would = CreateResource(control_plane, *document.kind, *document.resource,
                                            NewMutation(/*validate_only=*/true))
                                 .status();
  return ReasonOf(would) == "RULE_LOOP" ? At(document, would) : absl::OkStatus();
}

absl::StatusOr<Planned> PlanOne(ControlPlane& control_plane, const Document& document) {
  Planned planned;
  planned.document = &document;
  const absl::StatusOr<MessagePtr> current =
      GetResource(control_plane, *document.kind, NameOf(*document.resource));
  if (absl::IsNotFound(current.status())) {
    planned.action = Action::kCreate;
    NAVE_RETURN_IF_ERROR(CheckCreation(control_plane, document));
    return planned;
  }
  if (!current.ok()) return At(document, current.status());
  auto changes = ChangesOf(control_plane, document, **current);
  if (!changes.ok()) return At(document, changes.status());
  planned.changed = *std::move(changes);
  planned.action = planned.changed.empty() ? Action::kNone : Action::kUpdate;
  planned.etag = MetadataOf(**current).etag();
  return planned;
}

absl::StatusOr<std::vector<Planned>> MakePlan(Session& session,
                                              const std::vector<Document>& documents) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  std::vector<Planned> plan;
  for (const Document& document : documents) {
    session.output().Progress(absl::StrCat("planning ", plan.size() + 1, " of ", documents.size()));
    absl::StatusOr<Planned> planned = PlanOne(*control_plane, document);
    if (!planned.ok()) session.output().Progress("");
    NAVE_RETURN_IF_ERROR(planned.status());
    plan.push_back(*std::move(planned));
  }
  session.output().Progress("");
  return plan;
}

void PrintPlan(Session& session, const std::vector<Planned>& plan) {
  Table table{{"ACTION", "KIND", "NAME", "FIELDS"}, {}};
  std::vector<google::protobuf::Struct> lines;
  for (const Planned& planned : plan) {
    if (planned.action == Action::kNone) continue;
    const std::string name = NameOf(*planned.document->resource);
    table.rows.push_back({ActionText(planned.action), planned.document->kind->type, name,
                          absl::StrJoin(planned.changed, " ")});
    google::protobuf::Struct line;
    auto& fields = *line.mutable_fields();
    fields["action"].set_string_value(ActionText(planned.action));
    fields["kind"].set_string_value(planned.document->kind->type);
    fields["name"].set_string_value(name);
    for (const std::string& field : planned.changed) {
      fields["fields"].mutable_list_value()->add_values()->set_string_value(field);
    }
    lines.push_back(std::move(line));
  }
  if (!lines.empty() || session.output().form() != Form::kTable) {
    session.output().PrintAll(PointersTo(lines), table);
  }
}

// The revision of the change.
absl::StatusOr<int64_t> ApplyOne(ControlPlane& control_plane, const Planned& planned) {
  const Document& document = *planned.document;
  MessagePtr wanted = NewMessage(document.kind->message);
  wanted->CopyFrom(*document.resource);
  absl::StatusOr<MessagePtr> made;
  if (planned.action == Action::kCreate) {
    made = CreateResource(control_plane, *document.kind, *wanted, NewMutation());
  } else {
    MutableMetadata(wanted.get())->set_etag(planned.etag);
    made = UpdateResource(control_plane, *document.kind, *wanted, MaskOf(planned.changed),
                          NewMutation());
  }
  if (!made.ok()) return At(document, made.status());
  return MetadataOf(**made).revision();
}

absl::Status Stopped(const absl::Status& status, size_t done, size_t all) {
  return WithMessage(status, absl::StrCat(std::string(status.message()), "\n", done, " of ", all,
                                          " changes were made; mend it, and apply again"));
}

// The revision of the last change.
absl::StatusOr<int64_t> ApplyAll(Session& session, const std::vector<Planned>& plan) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  size_t done = 0;
  int64_t revision = 0;
  for (const Planned& planned : plan) {
    session.output().Progress(absl::StrCat("applying ", done + 1, " of ", plan.size(), ": ",
                                           NameOf(*planned.document->resource)));
    const absl::StatusOr<int64_t> made = ApplyOne(*control_plane, planned);
    if (!made.ok()) {
      session.output().Progress("");
      return Stopped(made.status(), done, plan.size());
    }
    revision = std::max(revision, *made);
    ++done;
  }
  session.output().Progress("");
  return revision;
}

// That nothing serves yet is a condition of a landing zone, not a failure to make it.
absl::Status AwaitApplied(Session& session, int64_t revision, absl::Duration timeout) {
  NAVE_ASSIGN_OR_RETURN(const governance::v1::WaitServedResponse served,
                        AwaitServed(session, revision, {}, timeout));
  session.output().Note(served.no_live_node()
                            ? "no live node serves it yet; see `nave node list`"
                            : absl::StrCat("served at revision ", served.served_revision()));
  return absl::OkStatus();
}

absl::Status RunApply(Session& session, const ApplyFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(const absl::Duration timeout, ParseTimeout("--timeout", flags.timeout));
  NAVE_ASSIGN_OR_RETURN(std::vector<Document> documents,
                        ReadManifests(flags.files, session.input()));
  NAVE_RETURN_IF_ERROR(SortByDependency(&documents));
  NAVE_ASSIGN_OR_RETURN(std::vector<Planned> plan, MakePlan(session, documents));
  PrintPlan(session, plan);
  plan.erase(std::remove_if(plan.begin(), plan.end(),
                            [](const Planned& p) { return p.action == Action::kNone; }),
             plan.end());
  if (plan.empty()) {
    session.output().Note(
        absl::StrCat("all ", documents.size(), " resources are as the manifest says"));
    return absl::OkStatus();
  }
  if (flags.plan) return absl::OkStatus();
  if (!flags.yes) {
    NAVE_ASSIGN_OR_RETURN(const bool sure,
                          session.Confirm(absl::StrCat("Make ", plan.size(), " changes?")));
    if (!sure) return absl::CancelledError("nothing was changed");
  }
  NAVE_ASSIGN_OR_RETURN(const int64_t revision, ApplyAll(session, plan));
  session.output().Note(
      absl::StrCat("made ", plan.size(), " changes, the last as revision ", revision));
  return flags.no_wait ? absl::OkStatus() : AwaitApplied(session, revision, timeout);
}

}  // namespace

void AddApply(CLI::App& root, Chosen& chosen) {
  auto flags = std::make_shared<ApplyFlags>();
  CLI::App* apply =
      AddCommand(root, chosen, "apply", "Makes what a manifest says, and waits until it is served",
                 "nave apply -f landing-zone.yaml\n"
                 "nave apply -f landing-zone/ --plan\n"
                 "generate-zones | nave apply -f - --yes",
                 [flags](Session& session) { return RunApply(session, *flags); });
  apply
      ->add_option("-f,--file", flags->files,
                   "The manifest: a file, a directory, or - for standard input; may be repeated")
      ->required()
      ->allow_extra_args(false);
  CLI::Option* plan = apply->add_flag("--plan", flags->plan, "Shows what would happen, and ends");
  apply->add_flag("--yes", flags->yes, "Does not ask");
  apply->add_flag("--no-wait", flags->no_wait, "Does not wait until it is served")->excludes(plan);
  apply->add_option("--timeout", flags->timeout, "How long to wait, such as 30s or 5m")
      ->capture_default_str();
}

}  // namespace nave::cli
