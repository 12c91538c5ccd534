// `nave backup`, `nave snapshot export` and `nave node`: care of the control plane and its
// resolvers.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/errors.h"
#include "cli/find_command.h"
#include "cli/new_file.h"
#include "nave/governance/v1/admin.pb.h"
#include "nave/governance/v1/node.pb.h"

namespace nave::cli {
namespace {

using governance::v1::Node;

constexpr char kNodeService[] = "nave.governance.v1.NodeService/";
constexpr char kNodePattern[] = "nodes/{node}";
constexpr int64_t kProgressBytes = 16 << 20;

absl::Status RunBackup(Session& session, const std::string& path, bool force) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<NewFile> file, NewFile::Create(path, force));
  governance::v1::BackupChunk chunk;
  int64_t bytes = 0, revision = 0, shown = 0;
  absl::Status written;
  const absl::Status status = control_plane->Stream(
      "nave.governance.v1.AdminService/Backup", governance::v1::BackupRequest(), &chunk, [&] {
        if (chunk.revision() > 0) revision = chunk.revision();
        written = file->Write(chunk.data());
        bytes += static_cast<int64_t>(chunk.data().size());
        if (bytes - shown >= kProgressBytes) {
          shown = bytes;
          session.output().Progress(absl::StrCat(bytes >> 20, " MiB"));
        }
        return written.ok();
      });
  session.output().Progress("");
  NAVE_RETURN_IF_ERROR(written);
  NAVE_RETURN_IF_ERROR(status);
  if (bytes == 0)
    return absl::DataLossError("the server sent an empty backup; nothing was written");
  NAVE_RETURN_IF_ERROR(file->Commit());
  governance::v1::BackupChunk summary;
  summary.set_revision(revision);
  session.output().Print(summary, {{"FILE", "BYTES", "REVISION"},
                                   {{path, absl::StrCat(bytes), absl::StrCat(revision)}}});
  return absl::OkStatus();
}

struct SnapshotFlags {
  std::vector<std::string> vpcs;
  std::string account;
  std::string file;
  bool force = false;
};

// JSON whatever the form: it is what `nave-resolver --snapshot` reads.
absl::Status RunSnapshotExport(Session& session, const SnapshotFlags& flags) {
  governance::v1::ExportSnapshotRequest request;
  NAVE_ASSIGN_OR_RETURN(
      std::vector<std::string> vpcs,
      NameArguments("accounts/{account}/vpcs/{vpc}", flags.vpcs, AccountParent(flags.account)));
  *request.mutable_vpcs() = {vpcs.begin(), vpcs.end()};
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  resolver::v1::Snapshot snapshot;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call("nave.governance.v1.AdminService/ExportSnapshot", request, &snapshot));
  std::string json = ToJson(snapshot);
  if (json.empty() || json.back() != '\n') json.push_back('\n');
  if (flags.file.empty()) {
    session.output().Text(json);
    return absl::OkStatus();
  }
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<NewFile> file, NewFile::Create(flags.file, flags.force));
  NAVE_RETURN_IF_ERROR(file->Write(json));
  NAVE_RETURN_IF_ERROR(file->Commit());
  session.output().Note(absl::StrCat("revision ", snapshot.revision(), " is in ", flags.file));
  return absl::OkStatus();
}

Table NodeTable(const std::vector<Node>& nodes) {
  Table table{{"NAME", "LIVE", "REVISION", "VERSION", "LAST HEARD", "VPCS", "REFUSAL"}, {}};
  for (const Node& node : nodes) {
    const std::string refusal =
        node.refusal().empty()
            ? ""
            : absl::StrCat("revision ", node.refused_revision(), ": ", node.refusal());
    table.rows.push_back({node.name(), node.live() ? "yes" : "no",
                          absl::StrCat(node.acknowledged_revision()), node.version(),
                          TimeText(node.last_heard_time()), absl::StrJoin(node.vpcs(), " "),
                          refusal});
  }
  return table;
}

absl::Status RunNodeList(Session& session) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(std::vector<Node> nodes,
                        ListAll(*control_plane, absl::StrCat(kNodeService, "ListNodes"),
                                api::v1::ListRequest(), &governance::v1::ListNodesResponse::nodes));
  session.output().PrintAll(PointersTo(nodes), NodeTable(nodes));
  return absl::OkStatus();
}

absl::Status RunNodeShow(Session& session, const std::string& id) {
  api::v1::GetRequest request;
  NAVE_ASSIGN_OR_RETURN(*request.mutable_name(), NameArgument(kNodePattern, id));
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  Node node;
  NAVE_RETURN_IF_ERROR(control_plane->Call(absl::StrCat(kNodeService, "GetNode"), request, &node));
  session.output().Print(node, NodeTable({node}));
  return absl::OkStatus();
}

absl::Status RunNodeDelete(Session& session, const std::string& id, bool yes) {
  api::v1::DeleteRequest request;
  NAVE_ASSIGN_OR_RETURN(*request.mutable_name(), NameArgument(kNodePattern, id));
  if (!yes) {
    NAVE_ASSIGN_OR_RETURN(bool sure, session.Confirm(absl::StrCat("Forget ", request.name(), "?")));
    if (!sure) return absl::CancelledError("nothing was changed");
  }
  *request.mutable_mutation() = NewMutation();
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  api::v1::DeleteResponse response;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call(absl::StrCat(kNodeService, "DeleteNode"), request, &response));
  session.output().Print(
      response, {{"DELETED", "REVISION"}, {{request.name(), absl::StrCat(response.revision())}}});
  return absl::OkStatus();
}

void AddBackup(CLI::App& root, Chosen& chosen) {
  auto path = std::make_shared<std::string>();
  auto force = std::make_shared<bool>(false);
  CLI::App* backup =
      AddCommand(root, chosen, "backup", "Copies the store into a file, while the server goes on",
                 "nave backup nave-2026-11-24.lmdb",
                 [path, force](Session& session) { return RunBackup(session, *path, *force); });
  backup->add_option("FILE", *path, "The file to make")->required();
  backup->add_flag("--force", *force, "Replaces a file that is there");
}

void AddSnapshot(CLI::App& root, Chosen& chosen) {
  auto flags = std::make_shared<SnapshotFlags>();
  CLI::App* group = AddCommand(root, chosen, "snapshot", "What resolvers serve");
  CLI::App* to_file = AddCommand(
      *group, chosen, "export", "Prints what resolvers serve, as nave-resolver --snapshot reads it",
      "nave snapshot export\n"
      "nave snapshot export --vpc accounts/spoke1/vpcs/main spoke1.json",
      [flags](Session& session) { return RunSnapshotExport(session, *flags); });
  to_file->add_option("FILE", flags->file, "The file to make; without it standard output");
  to_file->add_option("--vpc", flags->vpcs, "Only the view of this VPC; may be repeated")
      ->allow_extra_args(false);
  to_file->add_option("--account", flags->account,
                      "The account of VPCs that are given by their id");
  to_file->add_flag("--force", flags->force, "Replaces a file that is there");
}

// What the nouns have already is left to them.
void AddNode(CLI::App& root, Chosen& chosen) {
  CLI::App* group = FindOrAddGroup(root, chosen, "node", "Resolvers: what they serve, and whether");
  if (FindCommand(*group, "list") == nullptr) {
    AddCommand(*group, chosen, "list", "Lists the nodes, the dead ones included", "nave node list",
               [](Session& session) { return RunNodeList(session); });
  }
  auto name = std::make_shared<std::string>();
  if (FindCommand(*group, "show") == nullptr) {
    CLI::App* show = AddCommand(*group, chosen, "show", "Shows a node", "nave node show r1",
                                [name](Session& session) { return RunNodeShow(session, *name); });
    show->add_option("NAME", *name, "The node")->required();
  }
  if (FindCommand(*group, "delete") == nullptr) {
    auto yes = std::make_shared<bool>(false);
    CLI::App* remove = AddCommand(
        *group, chosen, "delete", "Forgets a node that is not live", "nave node delete r1 --yes",
        [name, yes](Session& session) { return RunNodeDelete(session, *name, *yes); });
    remove->add_option("NAME", *name, "The node")->required();
    remove->add_flag("--yes", *yes, "Does not ask");
  }
}

}  // namespace

void AddAdministration(CLI::App& root, Chosen& chosen) {
  AddBackup(root, chosen);
  AddSnapshot(root, chosen);
  AddNode(root, chosen);
}

}  // namespace nave::cli
