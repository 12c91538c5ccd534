#include "terraform/provider_service.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "terraform/client/errors.h"
#include "terraform/protocol/dynamic_value.h"
#include "terraform/protocol/state_json.h"
#include "terraform/resources/lifecycle.h"

namespace nave::terraform {
namespace {

using grpc::ServerContext;
using grpc::Status;

constexpr char kMalformed[] = "What Terraform sent cannot be read";
constexpr char kNoClient[] = "The control plane is not known";

// A configuration or state; an error is told, and counts as null.
std::optional<Object> Take(const tfplugin6::DynamicValue& from, const Schema& schema,
                           Diagnostics* diagnostics) {
  absl::StatusOr<std::optional<Object>> object = ReadObject(from, schema);
  if (object.ok()) return *std::move(object);
  diagnostics->Error(kMalformed, object.status());
  return std::nullopt;
}

const Resource* FindResource(const Provider& provider, const std::string& type,
                             Diagnostics* diagnostics) {
  const Resource* resource = provider.Find(type);
  if (resource == nullptr) {
    diagnostics->Error(absl::StrCat("There is no resource ", type),
                       "This version of the provider does not have it.");
  }
  return resource;
}

absl::StatusOr<Object> Upgrade(const Resource& resource, const std::string& json) {
  NAVE_ASSIGN_OR_RETURN(const Value stored, FromJson(json));
  NAVE_ASSIGN_OR_RETURN(const Value value, Complete(resource.schema().type(), stored));
  if (value.AsMap() == nullptr) return absl::InvalidArgumentError("the stored state is no object");
  return *value.AsMap();
}

Client* FindClient(Provider& provider, Diagnostics* diagnostics) {
  const absl::StatusOr<Client*> client = provider.client();
  if (client.ok()) return *client;
  diagnostics->Error(kNoClient, client.status());
  return nullptr;
}

}  // namespace

Status ProviderService::GetProviderSchema(ServerContext*,
                                          const tfplugin6::GetProviderSchemaRequest*,
                                          tfplugin6::GetProviderSchemaResponse* response) {
  provider_.schema().ToProto(response->mutable_provider());
  for (const auto& resource : provider_.resources()) {
    resource->schema().ToProto(&(*response->mutable_resource_schemas())[resource->type()]);
  }
  response->mutable_server_capabilities()->set_get_provider_schema_optional(true);
  return Status::OK;
}

Status ProviderService::ValidateProviderConfig(
    ServerContext*, const tfplugin6::ValidateProviderConfigRequest* request,
    tfplugin6::ValidateProviderConfigResponse* response) {
  Diagnostics diagnostics;
  const auto config = Take(request->config(), provider_.schema(), &diagnostics);
  if (config.has_value()) CheckAttributes(provider_.schema(), *config, &diagnostics);
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::ValidateResourceConfig(
    ServerContext*, const tfplugin6::ValidateResourceConfigRequest* request,
    tfplugin6::ValidateResourceConfigResponse* response) {
  Diagnostics diagnostics;
  if (const Resource* resource = FindResource(provider_, request->type_name(), &diagnostics)) {
    const auto config = Take(request->config(), resource->schema(), &diagnostics);
    if (config.has_value()) CheckConfig(*resource, *config, &diagnostics);
  }
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::ValidateDataResourceConfig(
    ServerContext*, const tfplugin6::ValidateDataResourceConfigRequest* request,
    tfplugin6::ValidateDataResourceConfigResponse* response) {
  Diagnostics diagnostics;
  diagnostics.Error(absl::StrCat("There is no data source ", request->type_name()),
                    "This version of the provider has none.");
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::UpgradeResourceState(ServerContext*,
                                             const tfplugin6::UpgradeResourceStateRequest* request,
                                             tfplugin6::UpgradeResourceStateResponse* response) {
  Diagnostics diagnostics;
  if (const Resource* resource = FindResource(provider_, request->type_name(), &diagnostics)) {
    const absl::StatusOr<Object> state = Upgrade(*resource, request->raw_state().json());
    if (state.ok()) WriteObject(*state, response->mutable_upgraded_state());
    diagnostics.Error("The stored state cannot be read", state.status());
  }
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::ConfigureProvider(ServerContext*,
                                          const tfplugin6::ConfigureProviderRequest* request,
                                          tfplugin6::ConfigureProviderResponse* response) {
  Diagnostics diagnostics;
  const auto config = Take(request->config(), provider_.schema(), &diagnostics);
  if (!diagnostics.has_error()) provider_.Configure(config.value_or(Object()), &diagnostics);
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::ReadResource(ServerContext*, const tfplugin6::ReadResourceRequest* request,
                                     tfplugin6::ReadResourceResponse* response) {
  Diagnostics diagnostics;
  *response->mutable_new_state() = request->current_state();
  response->set_private_(request->private_());
  const Resource* resource = FindResource(provider_, request->type_name(), &diagnostics);
  Client* client = FindClient(provider_, &diagnostics);
  if (resource != nullptr && client != nullptr) {
    const auto state = Take(request->current_state(), resource->schema(), &diagnostics);
    if (state.has_value()) {
      const Stored stored =
          ReadAgain(*resource, *client, *state, request->private_(), &diagnostics);
      WriteObject(stored.state, response->mutable_new_state());
      response->set_private_(stored.etag);
    }
  }
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::PlanResourceChange(ServerContext*,
                                           const tfplugin6::PlanResourceChangeRequest* request,
                                           tfplugin6::PlanResourceChangeResponse* response) {
  Diagnostics diagnostics;
  response->set_planned_private(request->prior_private());
  *response->mutable_planned_state() = request->proposed_new_state();
  if (const Resource* resource = FindResource(provider_, request->type_name(), &diagnostics)) {
    const auto prior = Take(request->prior_state(), resource->schema(), &diagnostics);
    const auto config = Take(request->config(), resource->schema(), &diagnostics);
    const absl::StatusOr<Client*> client = provider_.client();
    if (!diagnostics.has_error() && config.has_value()) {
      const Plan plan = PlanChange(*resource, client.value_or(nullptr), prior, *config);
      WriteObject(plan.planned, response->mutable_planned_state());
      for (const std::string& attribute : plan.replaces) {
        response->add_requires_replace()->add_steps()->set_attribute_name(attribute);
      }
    }
  }
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::ApplyResourceChange(ServerContext*,
                                            const tfplugin6::ApplyResourceChangeRequest* request,
                                            tfplugin6::ApplyResourceChangeResponse* response) {
  Diagnostics diagnostics;
  *response->mutable_new_state() = request->prior_state();
  response->set_private_(request->planned_private());
  const Resource* resource = FindResource(provider_, request->type_name(), &diagnostics);
  Client* client = FindClient(provider_, &diagnostics);
  if (resource != nullptr && client != nullptr) {
    const auto prior = Take(request->prior_state(), resource->schema(), &diagnostics);
    const auto planned = Take(request->planned_state(), resource->schema(), &diagnostics);
    if (!diagnostics.has_error()) {
      const Stored stored =
          ApplyChange(*resource, *client, prior, planned, request->planned_private(), &diagnostics);
      WriteObject(stored.state, response->mutable_new_state());
      response->set_private_(stored.etag);
    }
  }
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::ImportResourceState(ServerContext*,
                                            const tfplugin6::ImportResourceStateRequest* request,
                                            tfplugin6::ImportResourceStateResponse* response) {
  Diagnostics diagnostics;
  if (const Resource* resource = FindResource(provider_, request->type_name(), &diagnostics)) {
    const Object stub = ImportStub(*resource, request->id(), &diagnostics);
    if (!diagnostics.has_error()) {
      auto* imported = response->add_imported_resources();
      imported->set_type_name(request->type_name());
      WriteObject(stub, imported->mutable_state());
    }
  }
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::ReadDataSource(ServerContext*,
                                       const tfplugin6::ReadDataSourceRequest* request,
                                       tfplugin6::ReadDataSourceResponse* response) {
  Diagnostics diagnostics;
  diagnostics.Error(absl::StrCat("There is no data source ", request->type_name()),
                    "This version of the provider has none.");
  diagnostics.AppendTo(response->mutable_diagnostics());
  return Status::OK;
}

Status ProviderService::StopProvider(ServerContext*, const tfplugin6::StopProviderRequest*,
                                     tfplugin6::StopProviderResponse*) {
  provider_.Stop();
  return Status::OK;
}

}  // namespace nave::terraform
