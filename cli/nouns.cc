// `nave vpc list|show|create|update|delete`, and the same for every other kind.
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "cli/field_values.h"
#include "cli/find_command.h"
#include "cli/kinds.h"
#include "cli/new_file.h"
#include "cli/noun_flags.h"
#include "nave/dns/v1/zone_association.pb.h"

namespace nave::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Title(const std::string& field) {
  return absl::AsciiStrToUpper(absl::StrReplaceAll(field, {{"_", " "}}));
}

bool IsSecret(const FieldDescriptor& field) { return RuleOf(field).secret(); }

// The columns of a list: what is short, without those that are empty in every row.
Table ListTable(const Kind& kind, const std::vector<MessagePtr>& resources) {
  Table table{{"NAME"}, {}};
  for (const MessagePtr& resource : resources) table.rows.push_back({NameOf(*resource)});
  for (int i = 0; i < kind.message->field_count(); ++i) {
    const FieldDescriptor& field = *kind.message->field(i);
    const bool is_part = field.message_type() != nullptr && !field.is_repeated() &&
                         field.message_type()->name() != "Timestamp";
    if (field.name() == "name" || is_part || IsSecret(field)) continue;
    std::vector<std::string> cells;
    bool any = false;
    for (const MessagePtr& resource : resources) {
      cells.push_back(FieldText(*resource, field));
      any = any || !cells.back().empty();
    }
    if (!any) continue;
    table.columns.push_back(Title(field.name()));
    for (size_t row = 0; row < cells.size(); ++row) table.rows[row].push_back(cells[row]);
  }
  return table;
}

Table ShowTable(const Kind& kind, const Message& resource) {
  Table table{{"FIELD", "VALUE"}, {}};
  const auto add = [&table](const std::string& title, const std::string& value) {
    if (!value.empty()) table.rows.push_back({title, value});
  };
  for (int i = 0; i < kind.message->field_count(); ++i) {
    const FieldDescriptor& field = *kind.message->field(i);
    if (field.name() != "metadata") add(field.name(), FieldText(resource, field));
  }
  const api::v1::Metadata& metadata = MetadataOf(resource);
  for (const auto& [key, value] : metadata.labels()) add(absl::StrCat("label ", key), value);
  add("owner", metadata.owner());
  add("created", TimeText(metadata.create_time()));
  add("changed", TimeText(metadata.update_time()));
  add("revision", metadata.revision() == 0 ? "" : absl::StrCat(metadata.revision()));
  add("etag", metadata.etag());
  return table;
}

// The field that holds what is told once; null for most kinds.
const FieldDescriptor* SecretOf(const Kind& kind) {
  for (int i = 0; i < kind.message->field_count(); ++i) {
    if (IsSecret(*kind.message->field(i))) return kind.message->field(i);
  }
  return nullptr;
}

// What a change made, or would.
absl::Status Finish(Session& session, const NounFlags& flags, const Message& resource) {
  session.output().Print(resource, ShowTable(flags.kind, resource));
  if (flags.dry_run) {
    session.output().Note("nothing was changed");
    return absl::OkStatus();
  }
  return FinishCommit(session, flags.served, MetadataOf(resource).revision());
}

// Where the secret goes: into the file, which was made before the secret was, or to the terminal.
absl::Status TellSecret(Session& session, const NounFlags& flags, NewFile* file,
                        Message* resource) {
  const FieldDescriptor* field = SecretOf(flags.kind);
  const std::string secret = field == nullptr ? "" : FieldText(*resource, *field);
  if (secret.empty()) return absl::OkStatus();
  if (file == nullptr) {
    session.output().Note("the secret is shown this once; keep it");
    return absl::OkStatus();
  }
  NAVE_RETURN_IF_ERROR(file->Write(absl::StrCat(secret, "\n")));
  NAVE_RETURN_IF_ERROR(file->Commit());
  resource->GetReflection()->ClearField(resource, field);
  session.output().Note(absl::StrCat("the secret is in ", flags.secret_file));
  return absl::OkStatus();
}

absl::Status RunList(Session& session, const NounFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(const std::string parent, ListParentOf(flags));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(const std::vector<MessagePtr> resources,
                        ListResources(*control_plane, flags.kind, parent, flags.filter));
  std::vector<const Message*> pointers;
  for (const MessagePtr& resource : resources) pointers.push_back(resource.get());
  session.output().PrintAll(pointers, ListTable(flags.kind, resources));
  return absl::OkStatus();
}

absl::Status RunShow(Session& session, const NounFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(const std::string name, ResourceNameOf(flags));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(const MessagePtr resource, GetResource(*control_plane, flags.kind, name));
  session.output().Print(*resource, ShowTable(flags.kind, *resource));
  return absl::OkStatus();
}

absl::Status RunCreate(Session& session, const CLI::App& command, const NounFlags& flags) {
  NAVE_RETURN_IF_ERROR(CheckServedFlags(flags.served));
  MessagePtr resource = NewMessage(flags.kind.message);
  NAVE_ASSIGN_OR_RETURN(const std::string name, ResourceNameOf(flags));
  SetName(name, resource.get());
  std::vector<std::string> given;
  NAVE_RETURN_IF_ERROR(FillFromFlags(command, flags, resource.get(), &given));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  std::unique_ptr<NewFile> file;
  if (!flags.secret_file.empty()) {
    NAVE_ASSIGN_OR_RETURN(file, NewFile::Create(flags.secret_file, /*replace=*/false));
  }
  NAVE_ASSIGN_OR_RETURN(const MessagePtr made, CreateResource(*control_plane, flags.kind, *resource,
                                                              NewMutation(flags.dry_run)));
  NAVE_RETURN_IF_ERROR(TellSecret(session, flags, file.get(), made.get()));
  return Finish(session, flags, *made);
}

absl::Status RunUpdate(Session& session, const CLI::App& command, const NounFlags& flags) {
  NAVE_RETURN_IF_ERROR(CheckServedFlags(flags.served));
  MessagePtr resource = NewMessage(flags.kind.message);
  NAVE_ASSIGN_OR_RETURN(const std::string name, ResourceNameOf(flags));
  SetName(name, resource.get());
  MutableMetadata(resource.get())->set_etag(flags.etag);
  std::vector<std::string> given;
  NAVE_RETURN_IF_ERROR(FillFromFlags(command, flags, resource.get(), &given));
  if (given.empty()) {
    return UsageError(
        absl::StrCat("say what shall change; see `nave ", flags.kind.noun, " update --help`"));
  }
  google::protobuf::FieldMask mask;
  for (const std::string& path : given) mask.add_paths(path);
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(
      const MessagePtr changed,
      UpdateResource(*control_plane, flags.kind, *resource, mask, NewMutation(flags.dry_run)));
  return Finish(session, flags, *changed);
}

absl::Status RunDelete(Session& session, const NounFlags& flags) {
  NAVE_RETURN_IF_ERROR(CheckServedFlags(flags.served));
  NAVE_ASSIGN_OR_RETURN(const std::string name, ResourceNameOf(flags));
  if (!flags.yes && !flags.dry_run) {
    NAVE_ASSIGN_OR_RETURN(const bool sure, session.Confirm(absl::StrCat("Delete ", name, "?")));
    if (!sure) return absl::CancelledError("nothing was changed");
  }
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(
      const int64_t revision,
      DeleteResource(*control_plane, flags.kind, name, flags.etag, NewMutation(flags.dry_run)));
  if (flags.dry_run) {
    session.output().Note(absl::StrCat(name, " could be deleted; nothing was changed"));
    return absl::OkStatus();
  }
  api::v1::DeleteResponse response;
  response.set_revision(revision);
  session.output().Print(response, {{"DELETED", "REVISION"}, {{name, absl::StrCat(revision)}}});
  return flags.served.wait ? FinishCommit(session, flags.served, revision) : absl::OkStatus();
}

void AddReads(CLI::App& group, Chosen& chosen, const Kind& kind) {
  auto listed = std::make_shared<NounFlags>(kind);
  const std::string command = absl::StrCat("nave ", kind.noun);
  CLI::App* list = AddCommand(group, chosen, "list", "Lists those that you may read",
                              absl::StrCat(command, " list\n", command, " list -o name"),
                              [listed](Session& session) { return RunList(session, *listed); });
  AddParentFlags(*list, *listed);
  list->add_option("--filter", listed->filter, "Conditions joined by AND: FIELD = \"VALUE\"");
  auto shown = std::make_shared<NounFlags>(kind);
  CLI::App* show =
      AddCommand(group, chosen, "show", "Shows one", absl::StrCat(command, " show ", kind.pattern),
                 [shown](Session& session) { return RunShow(session, *shown); });
  AddNameArguments(*show, *shown);
}

void AddCommitFlags(CLI::App& command, NounFlags& flags) {
  command.add_flag("--dry-run", flags.dry_run, "Checks everything, and changes nothing");
  AddServedFlags(command, flags.served);
}

void AddCreate(CLI::App& group, Chosen& chosen, const Kind& kind) {
  auto flags = std::make_shared<NounFlags>(kind);
  auto self = std::make_shared<CLI::App*>(nullptr);
  CLI::App* create =
      AddCommand(group, chosen, "create", "Makes one",
                 absl::StrCat("nave ", kind.noun, " create ", kind.pattern, " ..."),
                 [flags, self](Session& session) { return RunCreate(session, **self, *flags); });
  *self = create;
  AddNameArguments(*create, *flags);
  AddFieldFlags(*create, *flags, /*for_update=*/false);
  if (SecretOf(kind) != nullptr) {
    create->add_option("--secret-file", flags->secret_file,
                       "The file to make with the secret, which is then not printed");
  }
  AddCommitFlags(*create, *flags);
}

void AddUpdate(CLI::App& group, Chosen& chosen, const Kind& kind) {
  auto flags = std::make_shared<NounFlags>(kind);
  auto self = std::make_shared<CLI::App*>(nullptr);
  CLI::App* update =
      AddCommand(group, chosen, "update", "Changes the fields that are given, and no other",
                 absl::StrCat("nave ", kind.noun, " update ", kind.pattern, " ..."),
                 [flags, self](Session& session) { return RunUpdate(session, **self, *flags); });
  *self = update;
  AddNameArguments(*update, *flags);
  AddFieldFlags(*update, *flags, /*for_update=*/true);
  update->add_option("--etag", flags->etag, "Only while it is in this version");
  AddCommitFlags(*update, *flags);
}

void AddDelete(CLI::App& group, Chosen& chosen, const Kind& kind) {
  auto flags = std::make_shared<NounFlags>(kind);
  CLI::App* remove = AddCommand(group, chosen, "delete", "Deletes one that nothing depends on",
                                absl::StrCat("nave ", kind.noun, " delete ", kind.pattern),
                                [flags](Session& session) { return RunDelete(session, *flags); });
  AddNameArguments(*remove, *flags);
  remove->add_option("--etag", flags->etag, "Only while it is in this version");
  remove->add_flag("--yes", flags->yes, "Does not ask");
  AddCommitFlags(*remove, *flags);
}

// The second yes to an association is the one verb that only one noun has.
absl::Status RunAccept(Session& session, const NounFlags& flags) {
  NAVE_RETURN_IF_ERROR(CheckServedFlags(flags.served));
  dns::v1::AcceptZoneAssociationRequest request;
  NAVE_ASSIGN_OR_RETURN(*request.mutable_name(), ResourceNameOf(flags));
  request.set_etag(flags.etag);
  *request.mutable_mutation() = NewMutation(flags.dry_run);
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  dns::v1::ZoneAssociation accepted;
  NAVE_RETURN_IF_ERROR(control_plane->Call(
      "nave.dns.v1.ZoneAssociationService/AcceptZoneAssociation", request, &accepted));
  return Finish(session, flags, accepted);
}

void AddAccept(CLI::App& group, Chosen& chosen, const Kind& kind) {
  auto flags = std::make_shared<NounFlags>(kind);
  CLI::App* accept =
      AddCommand(group, chosen, "accept", "Consents for the side that has not yet",
                 "nave zone-association accept accounts/spoke1/zones/spoke1/associations/lab",
                 [flags](Session& session) { return RunAccept(session, *flags); });
  AddNameArguments(*accept, *flags);
  accept->add_option("--etag", flags->etag, "Only while it is in this version");
  AddCommitFlags(*accept, *flags);
}

}  // namespace

void AddNouns(CLI::App& root, Chosen& chosen) {
  for (const Kind& kind : Kinds()) {
    if (kind.type == "RecordSet") continue;  // `zone records` is made for people
    CLI::App* group = FindOrAddGroup(root, chosen, kind.noun, kind.help);
    AddReads(*group, chosen, kind);
    AddCreate(*group, chosen, kind);
    if (kind.Has("Update")) AddUpdate(*group, chosen, kind);
    AddDelete(*group, chosen, kind);
    if (kind.type == "ZoneAssociation") AddAccept(*group, chosen, kind);
  }
}

}  // namespace nave::cli
