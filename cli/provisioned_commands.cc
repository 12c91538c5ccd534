// `nave provisioned list|show|update|terminate|history`.
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/calls.h"
#include "cli/errors.h"
#include "cli/find_command.h"
#include "cli/provisioned.h"

namespace nave::cli {
namespace {

using catalog::v1::ChangeProductResponse;
using catalog::v1::HistoryRecord;
using catalog::v1::ProvisionedProduct;

constexpr char kService[] = "nave.catalog.v1.ProvisionedProductService/";

// Which provisioned product, as the user names it.
struct Target {
  std::string id;
  std::string account;

  absl::StatusOr<std::string> Name() const {
    return NameArgument(kProvisionedPattern, id, AccountParent(account));
  }
};

void AddTarget(CLI::App& command, Target& target) {
  command
      .add_option("NAME", target.id, "The provisioned product, by name, or by id with --account")
      ->required();
  command.add_option("--account", target.account, "The account in which it was launched");
}

absl::StatusOr<ProvisionedProduct> GetProduct(ControlPlane& control_plane,
                                              const std::string& name) {
  api::v1::GetRequest request;
  request.set_name(name);
  ProvisionedProduct product;
  NAVE_RETURN_IF_ERROR(
      control_plane.Call(absl::StrCat(kService, "GetProvisionedProduct"), request, &product));
  return product;
}

std::string ValuesText(const api::v1::Parameter& parameter) {
  return absl::StrJoin(parameter.values(), ",");
}

Table ListTable(const std::vector<ProvisionedProduct>& products) {
  Table table{{"NAME", "STATE", "VERSION", "PARAMETERS", "LAUNCHED BY"}, {}};
  for (const ProvisionedProduct& product : products) {
    const std::string parameters = absl::StrJoin(
        product.parameters(), " ", [](std::string* out, const api::v1::Parameter& parameter) {
          absl::StrAppend(out, parameter.key(), "=", ValuesText(parameter));
        });
    table.rows.push_back({product.name(), ProvisionedProduct::State_Name(product.state()),
                          product.version(), parameters, product.launched_by()});
  }
  return table;
}

Table ShowTable(const ProvisionedProduct& product) {
  Table table{{"FIELD", "VALUE"},
              {{"name", product.name()},
               {"state", ProvisionedProduct::State_Name(product.state())},
               {"version", product.version()},
               {"portfolio", product.portfolio()},
               {"launched by", product.launched_by()},
               {"since", TimeText(product.metadata().create_time())},
               {"operation", product.operation()}}};
  for (const api::v1::Parameter& parameter : product.parameters()) {
    table.rows.push_back({absl::StrCat("parameter ", parameter.key()), ValuesText(parameter)});
  }
  for (const api::v1::Parameter& output : product.outputs()) {
    for (const std::string& value : output.values()) {
      table.rows.push_back({absl::StrCat("output ", output.key()), value});
    }
  }
  for (const std::string& resource : product.resources()) {
    table.rows.push_back({"resource", resource});
  }
  return table;
}

absl::Status RunList(Session& session, const std::string& account, const std::string& filter) {
  api::v1::ListRequest request;
  request.set_filter(filter);
  if (!account.empty()) {
    NAVE_ASSIGN_OR_RETURN(*request.mutable_parent(), NameArgument("accounts/{account}", account));
  }
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(
      std::vector<ProvisionedProduct> products,
      ListAll(*control_plane, absl::StrCat(kService, "ListProvisionedProducts"), request,
              &catalog::v1::ListProvisionedProductsResponse::provisioned_products));
  session.output().PrintAll(PointersTo(products), ListTable(products));
  return absl::OkStatus();
}

absl::Status RunShow(Session& session, const Target& target) {
  NAVE_ASSIGN_OR_RETURN(std::string name, target.Name());
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ProvisionedProduct product, GetProduct(*control_plane, name));
  session.output().Print(product, ShowTable(product));
  return absl::OkStatus();
}

struct UpdateFlags {
  Target target;
  std::vector<std::string> parameters;
  std::vector<std::string> unset;
  std::string version;
  ChangeFlags change;
};

// The request wants the whole of the parameters: those that stand there, with the changes made; its
// etag refuses what somebody else changed in between.
absl::Status RunUpdate(Session& session, const UpdateFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(std::string name, flags.target.Name());
  NAVE_RETURN_IF_ERROR(CheckChangeFlags(flags.change));
  if (flags.parameters.empty() && flags.unset.empty() && flags.version.empty()) {
    return UsageError("nothing to update; give --param, --unset or --version");
  }
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  NAVE_ASSIGN_OR_RETURN(ProvisionedProduct product, GetProduct(*control_plane, name));
  NAVE_RETURN_IF_ERROR(SetParameters(flags.parameters, flags.unset, product.mutable_parameters()));
  catalog::v1::UpdateProvisionedProductRequest request;
  ProvisionedProduct& changed = *request.mutable_provisioned_product();
  changed.set_name(name);
  changed.mutable_metadata()->set_etag(product.metadata().etag());
  *changed.mutable_parameters() = product.parameters();
  if (!flags.version.empty()) {
    const std::string of = product.version().substr(0, product.version().find("/versions/"));
    NAVE_ASSIGN_OR_RETURN(*changed.mutable_version(),
                          NameArgument(kVersionPattern, flags.version, {{"product", of}}));
  }
  *request.mutable_mutation() = NewMutation(flags.change.plan);
  ChangeProductResponse response;
  NAVE_RETURN_IF_ERROR(
      control_plane->Call(absl::StrCat(kService, "UpdateProvisionedProduct"), request, &response));
  return FinishChange(session, response, name, flags.change);
}

struct TerminateFlags {
  Target target;
  bool delete_foreign_records = false;
  bool yes = false;
  ChangeFlags change;
};

absl::Status RunTerminate(Session& session, const TerminateFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(std::string name, flags.target.Name());
  NAVE_RETURN_IF_ERROR(CheckChangeFlags(flags.change));
  if (!flags.yes && !flags.change.plan) {
    NAVE_ASSIGN_OR_RETURN(
        bool sure,
        session.Confirm(absl::StrCat(
            "Terminate ", name, " and take away what it made",
            flags.delete_foreign_records ? ", with the records of others in its zones?" : "?")));
    if (!sure) return absl::CancelledError("nothing was changed");
  }
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  catalog::v1::TerminateProvisionedProductRequest request;
  request.set_name(name);
  request.set_delete_foreign_records(flags.delete_foreign_records);
  *request.mutable_mutation() = NewMutation(flags.change.plan);
  ChangeProductResponse response;
  absl::Status status = control_plane->Call(absl::StrCat(kService, "TerminateProvisionedProduct"),
                                            request, &response);
  if (ReasonOf(status) == "FOREIGN_RECORDS") {
    return WithReason(
        absl::FailedPreconditionError(absl::StrCat(
            std::string(status.message()), " (on the command line: --delete-foreign-records)")),
        "FOREIGN_RECORDS", ErrorMetadataOf(status));
  }
  NAVE_RETURN_IF_ERROR(status);
  return FinishChange(session, response, name, flags.change);
}

absl::Status RunHistory(Session& session, const Target& target) {
  NAVE_ASSIGN_OR_RETURN(std::string name, target.Name());
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  catalog::v1::ListHistoryRequest request;
  request.set_name(name);
  NAVE_ASSIGN_OR_RETURN(std::vector<HistoryRecord> records,
                        ListAll(*control_plane, absl::StrCat(kService, "ListHistory"), request,
                                &catalog::v1::ListHistoryResponse::records));
  Table table{{"TIME", "REVISION", "OPERATION", "KIND", "WHAT", "RESOURCE", "PRINCIPAL"}, {}};
  for (const HistoryRecord& record : records) {
    table.rows.push_back({TimeText(record.time()), absl::StrCat(record.revision()),
                          record.operation(), catalog::v1::Operation::Kind_Name(record.kind()),
                          record.text(), record.resource(), record.principal()});
  }
  session.output().PrintAll(PointersTo(records), table);
  return absl::OkStatus();
}

void AddReads(CLI::App& group, Chosen& chosen) {
  if (FindCommand(group, "list") == nullptr) {
    auto account = std::make_shared<std::string>();
    auto filter = std::make_shared<std::string>();
    CLI::App* list = AddCommand(
        group, chosen, "list", "Lists what was launched",
        "nave provisioned list\nnave provisioned list --account spoke1",
        [account, filter](Session& session) { return RunList(session, *account, *filter); });
    list->add_option("--account", *account, "Only what was launched in this account");
    list->add_option("--filter", *filter, "Conditions such as: state = \"AVAILABLE\"");
  }
  if (FindCommand(group, "show") == nullptr) {
    auto target = std::make_shared<Target>();
    CLI::App* show = AddCommand(group, chosen, "show", "Shows a provisioned product",
                                "nave provisioned show out --account spoke1",
                                [target](Session& session) { return RunShow(session, *target); });
    AddTarget(*show, *target);
  }
  auto target = std::make_shared<Target>();
  CLI::App* history =
      AddCommand(group, chosen, "history", "What happened to it, oldest first; kept after its end",
                 "nave provisioned history accounts/spoke1/provisionedProducts/out",
                 [target](Session& session) { return RunHistory(session, *target); });
  AddTarget(*history, *target);
}

void AddUpdate(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<UpdateFlags>();
  CLI::App* update = AddCommand(
      group, chosen, "update", "Gives it other parameters or another version; the rest stays",
      "nave provisioned update out --account spoke1 --param vpc=second --plan\n"
      "nave provisioned update private --account spoke1 --param "
      "additional_vpcs=accounts/lab/vpcs/main",
      [flags](Session& session) { return RunUpdate(session, *flags); });
  AddTarget(*update, flags->target);
  AddParameterFlag(*update, flags->parameters);
  update->add_option("--unset", flags->unset, "Takes a parameter away; may be repeated")
      ->allow_extra_args(false);
  update->add_option("--version", flags->version, "Another version of the product");
  AddChangeFlags(*update, flags->change);
}

void AddTerminate(CLI::App& group, Chosen& chosen) {
  auto flags = std::make_shared<TerminateFlags>();
  CLI::App* terminate = AddCommand(
      group, chosen, "terminate", "Takes away exactly what it made, in reverse order",
      "nave provisioned terminate out --account spoke1\n"
      "nave provisioned terminate private --account spoke1 --delete-foreign-records --yes",
      [flags](Session& session) { return RunTerminate(session, *flags); });
  AddTarget(*terminate, flags->target);
  terminate->add_flag("--delete-foreign-records", flags->delete_foreign_records,
                      "Deletes records that others put into its zones too");
  terminate->add_flag("--yes", flags->yes, "Does not ask");
  AddChangeFlags(*terminate, flags->change);
}

}  // namespace

void AddProvisioned(CLI::App& root, Chosen& chosen) {
  CLI::App* group = FindOrAddGroup(root, chosen, "provisioned", "Launched products");
  AddReads(*group, chosen);
  AddUpdate(*group, chosen);
  AddTerminate(*group, chosen);
}

}  // namespace nave::cli
