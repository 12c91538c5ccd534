#include "cli/provisioned.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/calls.h"
#include "cli/errors.h"

namespace nave::cli {
namespace {

using catalog::v1::ChangeProductResponse;
using catalog::v1::PlannedChange;
using catalog::v1::ProvisionedProduct;

Table PlanTable(const ChangeProductResponse& response) {
  Table table{{"ACTION", "RESOURCE", "WHAT"}, {}};
  for (const PlannedChange& change : response.changes()) {
    table.rows.push_back(
        {PlannedChange::Action_Name(change.action()), change.resource(), change.text()});
  }
  if (table.rows.empty()) table.rows.push_back({"NONE", "", "nothing would change"});
  return table;
}

Table ResultTable(const ProvisionedProduct& product) {
  Table table{{"NAME", "STATE", "VERSION", "OUTPUT", "VALUE"}, {}};
  std::vector<std::string> first = {product.name(), ProvisionedProduct::State_Name(product.state()),
                                    product.version()};
  for (const api::v1::Parameter& output : product.outputs()) {
    for (const std::string& value : output.values()) {
      table.rows.push_back({first[0], first[1], first[2], output.key(), value});
      first = {"", "", ""};
    }
  }
  if (table.rows.empty()) table.rows.push_back({first[0], first[1], first[2], "", ""});
  return table;
}

absl::Status PrintProduct(Session& session, const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(ControlPlane * control_plane, session.control_plane());
  api::v1::GetRequest request;
  request.set_name(name);
  ProvisionedProduct product;
  NAVE_RETURN_IF_ERROR(control_plane->Call(
      "nave.catalog.v1.ProvisionedProductService/GetProvisionedProduct", request, &product));
  session.output().Print(product, ResultTable(product));
  return absl::OkStatus();
}

}  // namespace

void AddChangeFlags(CLI::App& command, ChangeFlags& flags) {
  CLI::Option* plan = command.add_flag("--plan", flags.plan, "Shows what would happen, and ends");
  command.add_flag("--no-wait", flags.no_wait, "Prints the operation's name, and ends")
      ->excludes(plan);
  command.add_option("--timeout", flags.timeout, "How long to wait, such as 30s or 5m")
      ->capture_default_str();
}

absl::Status CheckChangeFlags(const ChangeFlags& flags) {
  return ParseTimeout("--timeout", flags.timeout).status();
}

void AddParameterFlag(CLI::App& command, std::vector<std::string>& parameters) {
  command
      .add_option("--param", parameters,
                  "KEY=VALUE; repeat it, also for several values of a key, or write KEY=A,B")
      ->allow_extra_args(false);
}

absl::Status SetParameters(const std::vector<std::string>& given,
                           const std::vector<std::string>& unset, Parameters* parameters,
                           const std::string& flag) {
  std::map<std::string, std::vector<std::string>> values;
  for (const std::string& text : given) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(absl::StrCat(flag, " '", text, "' must be KEY=VALUE, such as vpc=main"));
    }
    for (absl::string_view part : absl::StrSplit(text.substr(equals + 1), ',')) {
      if (part.empty()) {
        return UsageError(absl::StrCat(flag, " '", text, "' has an empty value"));
      }
      values[text.substr(0, equals)].emplace_back(part);
    }
  }
  std::set<std::string> gone(unset.begin(), unset.end());
  for (const auto& [key, list] : values) {
    if (!gone.insert(key).second) {
      return UsageError(absl::StrCat("'", key, "' is both set and unset"));
    }
  }
  for (int i = parameters->size() - 1; i >= 0; --i) {
    if (gone.count(parameters->Get(i).key()) > 0) parameters->DeleteSubrange(i, 1);
  }
  for (const auto& [key, list] : values) {
    api::v1::Parameter* parameter = parameters->Add();
    parameter->set_key(key);
    *parameter->mutable_values() = {list.begin(), list.end()};
  }
  return absl::OkStatus();
}

absl::Status FinishChange(Session& session, const ChangeProductResponse& response,
                          const std::string& name, const ChangeFlags& flags) {
  if (flags.plan) {
    session.output().Print(response, PlanTable(response));
    return absl::OkStatus();
  }
  const catalog::v1::Operation& operation = response.operation();
  if (flags.no_wait) {
    if (session.output().form() == Form::kTable) {
      session.output().Text(absl::StrCat(operation.name(), "\n"));
    } else {
      session.output().Print(operation, {});
    }
    return absl::OkStatus();
  }
  NAVE_ASSIGN_OR_RETURN(absl::Duration timeout, ParseTimeout("--timeout", flags.timeout));
  NAVE_ASSIGN_OR_RETURN(catalog::v1::Operation ended,
                        AwaitOperation(session, operation.name(), timeout));
  if (ended.kind() != catalog::v1::Operation::TERMINATE) return PrintProduct(session, name);
  session.output().Print(ended, OperationTable(ended));
  return absl::OkStatus();
}

}  // namespace nave::cli
