// `nave context list|use`, `nave whoami` and `nave version`.
#include <google/protobuf/struct.pb.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/calls.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/version.h"
#include "nave/governance/v1/admin.pb.h"

namespace nave::cli {
namespace {

// What a context says, without its token.
google::protobuf::Struct Describe(const Context& context, bool current) {
  google::protobuf::Struct description;
  auto& fields = *description.mutable_fields();
  fields["name"].set_string_value(context.name);
  fields["server"].set_string_value(context.target.server);
  fields["ca"].set_string_value(context.target.ca_path);
  fields["current"].set_bool_value(current);
  return description;
}

absl::Status RunList(Session& session) {
  NAVE_ASSIGN_OR_RETURN(const Config config, ReadConfig(session.config_path()));
  Table table{{"CURRENT", "NAME", "SERVER", "CA"}, {}};
  std::vector<google::protobuf::Struct> descriptions;
  for (const Context& context : config.contexts) {
    const bool current = context.name == config.current;
    table.rows.push_back(
        {current ? "*" : "", context.name, context.target.server, context.target.ca_path});
    descriptions.push_back(Describe(context, current));
    if (session.output().form() == Form::kName) {
      session.output().Text(absl::StrCat(context.name, "\n"));
    }
  }
  if (session.output().form() == Form::kName) return absl::OkStatus();
  if (config.contexts.empty()) {
    session.output().Note(absl::StrCat("'", session.config_path(), "' has no context"));
  }
  session.output().PrintAll(PointersTo(descriptions), table);
  return absl::OkStatus();
}

absl::Status RunUse(Session& session, const std::string& name) {
  NAVE_RETURN_IF_ERROR(UseContext(session.config_path(), name));
  session.output().Note(absl::StrCat("'", name, "' is the current context now"));
  return absl::OkStatus();
}

absl::Status RunWhoAmI(Session& session) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  governance::v1::WhoAmIResponse me;
  NAVE_RETURN_IF_ERROR(control_plane->Call("nave.governance.v1.AdminService/WhoAmI",
                                           governance::v1::WhoAmIRequest(), &me));
  session.output().Print(me, {{"PRINCIPAL", "ROLE", "SCOPE", "EXPIRES", "SERVER'S VERSION"},
                              {{me.principal(), governance::v1::Token::Role_Name(me.role()),
                                me.scope(), TimeText(me.expire_time()), me.server_version()}}});
  return absl::OkStatus();
}

}  // namespace

void AddContexts(CLI::App& root, Chosen& chosen) {
  CLI::App* group = AddCommand(root, chosen, "context", "The servers that you know, and as whom");
  AddCommand(*group, chosen, "list", "Lists them", "nave context list",
             [](Session& session) { return RunList(session); });
  auto name = std::make_shared<std::string>();
  CLI::App* use =
      AddCommand(*group, chosen, "use", "Makes one the current", "nave context use admin",
                 [name](Session& session) { return RunUse(session, *name); });
  use->add_option("NAME", *name, "The context")->required();
  AddCommand(root, chosen, "whoami", "Who you are to the server", "nave whoami",
             [](Session& session) { return RunWhoAmI(session); });
  AddCommand(root, chosen, "version", "Prints the version", "nave version", [](Session& session) {
    session.output().Text(absl::StrCat("nave ", Version(), "\n"));
    return absl::OkStatus();
  });
}

}  // namespace nave::cli
