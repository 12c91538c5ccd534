// The provider as plugin protocol 6: from messages to values, one call into the provider or the
// life of a resource, and back. Every method answers OK; what went wrong is a diagnostic.
// Thread-safe.
#ifndef NAVE_TERRAFORM_PROVIDER_SERVICE_H_
#define NAVE_TERRAFORM_PROVIDER_SERVICE_H_

#include "nave/terraform/v6/provider.grpc.pb.h"
#include "terraform/provider.h"

namespace nave::terraform {

class ProviderService final : public tfplugin6::Provider::Service {
 public:
  // `provider` outlives the service.
  explicit ProviderService(Provider& provider) : provider_(provider) {}

  grpc::Status GetProviderSchema(grpc::ServerContext* context,
                                 const tfplugin6::GetProviderSchemaRequest* request,
                                 tfplugin6::GetProviderSchemaResponse* response) override;
  grpc::Status ValidateProviderConfig(grpc::ServerContext* context,
                                      const tfplugin6::ValidateProviderConfigRequest* request,
                                      tfplugin6::ValidateProviderConfigResponse* response) override;
  grpc::Status ValidateResourceConfig(grpc::ServerContext* context,
                                      const tfplugin6::ValidateResourceConfigRequest* request,
                                      tfplugin6::ValidateResourceConfigResponse* response) override;
  grpc::Status ValidateDataResourceConfig(
      grpc::ServerContext* context, const tfplugin6::ValidateDataResourceConfigRequest* request,
      tfplugin6::ValidateDataResourceConfigResponse* response) override;
  grpc::Status UpgradeResourceState(grpc::ServerContext* context,
                                    const tfplugin6::UpgradeResourceStateRequest* request,
                                    tfplugin6::UpgradeResourceStateResponse* response) override;
  grpc::Status ConfigureProvider(grpc::ServerContext* context,
                                 const tfplugin6::ConfigureProviderRequest* request,
                                 tfplugin6::ConfigureProviderResponse* response) override;
  grpc::Status ReadResource(grpc::ServerContext* context,
                            const tfplugin6::ReadResourceRequest* request,
                            tfplugin6::ReadResourceResponse* response) override;
  grpc::Status PlanResourceChange(grpc::ServerContext* context,
                                  const tfplugin6::PlanResourceChangeRequest* request,
                                  tfplugin6::PlanResourceChangeResponse* response) override;
  grpc::Status ApplyResourceChange(grpc::ServerContext* context,
                                   const tfplugin6::ApplyResourceChangeRequest* request,
                                   tfplugin6::ApplyResourceChangeResponse* response) override;
  grpc::Status ImportResourceState(grpc::ServerContext* context,
                                   const tfplugin6::ImportResourceStateRequest* request,
                                   tfplugin6::ImportResourceStateResponse* response) override;
  grpc::Status ReadDataSource(grpc::ServerContext* context,
                              const tfplugin6::ReadDataSourceRequest* request,
                              tfplugin6::ReadDataSourceResponse* response) override;
  grpc::Status StopProvider(grpc::ServerContext* context,
                            const tfplugin6::StopProviderRequest* request,
                            tfplugin6::StopProviderResponse* response) override;

 private:
  Provider& provider_;
};

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_PROVIDER_SERVICE_H_
