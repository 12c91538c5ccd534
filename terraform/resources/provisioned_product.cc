#include "terraform/resources/provisioned_product.h"

#include <algorithm>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "terraform/client/errors.h"
#include "terraform/resources/spelling.h"

namespace nave::terraform {
namespace {

using catalog::v1::ChangeProductResponse;
using catalog::v1::Operation;
using catalog::v1::PlannedChange;
using catalog::v1::ProvisionedProduct;
using Parameters = google::protobuf::RepeatedPtrField<api::v1::Parameter>;

constexpr char kService[] = "nave.catalog.v1.ProvisionedProductService/";
constexpr char kVersions[] = "/versions/";
constexpr char kStates[] = "AVAILABLE, UNDER_CHANGE, TAINTED after a failed update, or ERROR.";

std::string ProductOf(const std::string& version) {
  return version.substr(0, version.find(kVersions));
}

bool NamesVersionOf(const std::string& version, const std::string& product) {
  return absl::StartsWith(version, product + kVersions);
}

// A product stands for whichever of its versions was launched.
bool SameVersion(const Object& object, const Value& a, const Value& b) {
  const std::string &first = *a.AsString(), &second = *b.AsString();
  if (NamesVersionOf(first, second)) return true;
  if (!NamesVersionOf(second, first)) return false;
  const std::string launched = TextAt(object, "launched_version");
  return launched.empty() || launched == second;
}

absl::Status CheckVersion(const Value& value) {
  const std::string& text = *value.AsString();
  if (CheckPattern("products/{product}", text).ok() ||
      CheckPattern("products/{product}/versions/{version}", text).ok()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("must be a product or one of its versions, such as products/outbound or "
                   "products/outbound/versions/v1, not '",
                   text, "'"));
}

absl::Status CheckTimeout(const Value& value) {
  absl::Duration timeout;
  if (absl::ParseDuration(*value.AsString(), &timeout) && timeout > absl::ZeroDuration() &&
      timeout <= kMaxOperationTimeout) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("must be a duration such as 90s or 10m, at most ",
                                                 absl::FormatDuration(kMaxOperationTimeout),
                                                 ", not '", *value.AsString(), "'"));
}

absl::Duration TimeoutOf(const Object& object) {
  absl::Duration timeout;
  return absl::ParseDuration(TextAt(object, "wait_timeout"), &timeout) ? timeout
                                                                       : kDefaultOperationTimeout;
}

Value ToValue(const Parameters& parameters) {
  Value::Map map;
  for (const api::v1::Parameter& parameter : parameters) {
    map[parameter.key()] = TextList({parameter.values().begin(), parameter.values().end()});
  }
  return Value::OfMap(std::move(map));
}

void SetParameters(const Object& planned, Parameters* parameters) {
  const Value::Map* map = At(planned, "parameters").AsMap();
  if (map == nullptr) return;
  for (const auto& [key, values] : *map) {
    api::v1::Parameter* parameter = parameters->Add();
    parameter->set_key(key);
    for (const std::string& text : TextsOf(values)) parameter->add_values(text);
  }
}

Remote ToRemote(const ProvisionedProduct& product) {
  return {{{"name", Value::String(product.name())},
           {"version", Value::String(product.version())},
           {"launched_version", Value::String(product.version())},
           {"parameters", ToValue(product.parameters())},
           {"state", Value::String(ProvisionedProduct::State_Name(product.state()))},
           {"outputs", ToValue(product.outputs())},
           {"resources", TextList({product.resources().begin(), product.resources().end()})}},
          product.metadata().etag()};
}

absl::StatusOr<ProvisionedProduct> Get(Client& client, const std::string& name) {
  ProvisionedProduct product;
  NAVE_RETURN_IF_ERROR(
      client.Call(absl::StrCat(kService, "GetProvisionedProduct"), GetRequestFor(name), &product));
  return product;
}

// Sends a change; while another operation is at work on the product, waits for its end and sends
// again, on the version that it left.
absl::StatusOr<Operation> Begin(
    Client& client, const std::string& name, absl::Duration timeout, std::string etag,
    absl::FunctionRef<absl::Status(const std::string& etag, ChangeProductResponse*)> send) {
  for (int others = 0;; ++others) {
    ChangeProductResponse response;
    const absl::Status status = send(etag, &response);
    if (status.ok()) return response.operation();
    if (ReasonOf(status) != api::v1::UNDER_CHANGE || others == kMaxForeignOperations) return status;
    NAVE_RETURN_IF_ERROR(
        client.WaitOperation(ErrorMetadata(status, "operation"), timeout).status());
    NAVE_ASSIGN_OR_RETURN(const ProvisionedProduct product, Get(client, name));
    etag = product.metadata().etag();
  }
}

// Waits for the end of an operation, and says what the product is then.
Applied Finish(Client& client, const std::string& name, const Operation& begun,
               absl::Duration timeout) {
  Applied applied;
  const absl::StatusOr<Operation> ended = client.WaitOperation(begun.name(), timeout);
  if (!ended.ok()) {
    applied.status = ended.status();
  } else if (ended->state() == Operation::FAILED) {
    applied.status = FailureOf(*ended);
  } else {
    applied.warnings = {ended->conditions().begin(), ended->conditions().end()};
  }
  const absl::StatusOr<ProvisionedProduct> product = Get(client, name);
  if (product.ok()) {
    applied.remote = ToRemote(*product);
  } else if (applied.status.ok()) {
    applied.status = product.status();
  }
  return applied;
}

void MarkChanging(const Schema& schema, Plan* plan) {
  for (const Attribute& attribute : schema.attributes) {
    if (attribute.changes) plan->planned[attribute.name] = Value::Unknown();
  }
}

void SetUpdate(const Object& prior, const Object& planned,
               catalog::v1::UpdateProvisionedProductRequest* request) {
  ProvisionedProduct& product = *request->mutable_provisioned_product();
  product.set_name(TextAt(prior, "name"));
  SetParameters(planned, product.mutable_parameters());
  // Empty keeps the version that was launched.
  if (At(prior, "version") != At(planned, "version")) {
    product.set_version(TextAt(planned, "version"));
  }
}

// Whether something of it would have to be replaced, which an update does not do. What else speaks
// against the update is told when it is applied.
bool MustReplace(Client& client, const Object& prior, const Object& planned) {
  catalog::v1::UpdateProvisionedProductRequest request;
  SetUpdate(prior, planned, &request);
  *request.mutable_mutation() = client.NewMutation(/*validate_only=*/true);
  ChangeProductResponse response;
  const absl::Status status =
      client.Call(absl::StrCat(kService, "UpdateProvisionedProduct"), request, &response);
  if (ReasonOf(status) == api::v1::IMMUTABLE_FIELD) return true;
  return status.ok() && std::any_of(response.changes().begin(), response.changes().end(),
                                    [](const PlannedChange& change) {
                                      return change.action() == PlannedChange::REPLACE;
                                    });
}

Attribute Computed(const std::string& name, Type type, const std::string& description) {
  Attribute attribute{name, std::move(type), Attribute::Given::kComputed, description};
  attribute.changes = true;
  return attribute;
}

}  // namespace

ProvisionedProductResource::ProvisionedProductResource() {
  schema_.description = "A launched product.";
  Attribute version{"version", Type::String(), Attribute::Given::kRequired,
                    "A product, for its newest active version at the launch, or a version."};
  version.check = CheckVersion;
  version.same = SameVersion;
  Attribute timeout{"wait_timeout", Type::String(), Attribute::Given::kOptional,
                    "How long to wait for an operation, such as 10m; 30m without it."};
  timeout.local = true;
  timeout.check = CheckTimeout;
  Attribute foreign{"delete_foreign_records", Type::Bool(), Attribute::Given::kOptional,
                    "Let a termination delete records that others put into the product's zones."};
  foreign.local = true;
  schema_.attributes = {
      NameAttribute(ProvisionedProduct::descriptor(), "The resource name, which you choose."),
      version,
      {"parameters", Type::MapOf(Type::ListOf(Type::String())), Attribute::Given::kOptional,
       "What the product is given; each parameter is a list, of one value where it takes one."},
      timeout,
      foreign,
      Computed("launched_version", Type::String(), "The version that was launched."),
      Computed("state", Type::String(), kStates),
      Computed("outputs", Type::MapOf(Type::ListOf(Type::String())), "What came of it."),
      Computed("resources", Type::ListOf(Type::String()),
               "What it made and owns, in the order in which it was made."),
  };
}

void ProvisionedProductResource::RefineUpdate(Client* client, const Object& prior,
                                              Plan* plan) const {
  const std::string state = TextAt(prior, "state");
  if (state == "TAINTED" || state == "ERROR") MarkChanging(schema_, plan);
  if (state == "ERROR") plan->replaces.push_back("state");
  const Value& version = At(plan->planned, "version");
  if (version.AsString() != nullptr &&
      ProductOf(*version.AsString()) != ProductOf(TextAt(prior, "version"))) {
    plan->replaces.push_back("version");
  }
  const Value& parameters = At(plan->planned, "parameters");
  if (!plan->replaces.empty() || client == nullptr || !parameters.WhollyKnown()) return;
  if (parameters != At(prior, "parameters") && MustReplace(*client, prior, plan->planned)) {
    plan->replaces.push_back("parameters");
  }
}

absl::StatusOr<Remote> ProvisionedProductResource::Read(Client& client,
                                                        const std::string& name) const {
  NAVE_ASSIGN_OR_RETURN(const ProvisionedProduct product, Get(client, name));
  return ToRemote(product);
}

Applied ProvisionedProductResource::Create(Client& client, const Object& planned) const {
  catalog::v1::LaunchProductRequest request;
  ProvisionedProduct& product = *request.mutable_provisioned_product();
  product.set_name(NameOf(planned));
  product.set_version(TextAt(planned, "version"));
  product.mutable_metadata()->set_owner(kOwner);
  SetParameters(planned, product.mutable_parameters());
  *request.mutable_mutation() = client.NewMutation();
  ChangeProductResponse response;
  const absl::Status status =
      client.Call(absl::StrCat(kService, "LaunchProduct"), request, &response);
  if (!status.ok()) return {std::nullopt, status, {}};
  Applied applied = Finish(client, product.name(), response.operation(), TimeoutOf(planned));
  // It was launched: it must not be forgotten, even when it cannot be read.
  if (!applied.remote.has_value()) {
    product.set_state(ProvisionedProduct::UNDER_CHANGE);
    applied.remote = ToRemote(product);
  }
  return applied;
}

Applied ProvisionedProductResource::Update(Client& client, const Object& prior,
                                           const Object& planned, const std::string& etag) const {
  catalog::v1::UpdateProvisionedProductRequest request;
  SetUpdate(prior, planned, &request);
  const absl::Duration timeout = TimeoutOf(planned);
  const absl::StatusOr<Operation> begun = Begin(
      client, NameOf(prior), timeout, etag,
      [&](const std::string& version, ChangeProductResponse* response) {
        request.mutable_provisioned_product()->mutable_metadata()->set_etag(version);
        *request.mutable_mutation() = client.NewMutation();
        return client.Call(absl::StrCat(kService, "UpdateProvisionedProduct"), request, response);
      });
  if (!begun.ok()) return {std::nullopt, begun.status(), {}};
  return Finish(client, NameOf(prior), *begun, timeout);
}

absl::Status ProvisionedProductResource::Delete(Client& client, const Object& prior,
                                                const std::string& etag) const {
  catalog::v1::TerminateProvisionedProductRequest request;
  request.set_name(NameOf(prior));
  const bool* foreign = At(prior, "delete_foreign_records").AsBool();
  request.set_delete_foreign_records(foreign != nullptr && *foreign);
  NAVE_ASSIGN_OR_RETURN(const Operation begun,
                        Begin(client, NameOf(prior), TimeoutOf(prior), etag,
                              [&](const std::string& version, ChangeProductResponse* response) {
                                request.set_etag(version);
                                *request.mutable_mutation() = client.NewMutation();
                                return client.Call(
                                    absl::StrCat(kService, "TerminateProvisionedProduct"), request,
                                    response);
                              }));
  NAVE_ASSIGN_OR_RETURN(const Operation ended,
                        client.WaitOperation(begun.name(), TimeoutOf(prior)));
  return ended.state() == Operation::FAILED ? FailureOf(ended) : absl::OkStatus();
}

}  // namespace nave::terraform
