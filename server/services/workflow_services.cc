// Services of provisioned products and operations: thin.
#include <memory>

#include "nave/catalog/v1/operation.grpc.pb.h"
#include "nave/catalog/v1/provisioned_product.grpc.pb.h"
#include "server/limits.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

using api::v1::GetRequest;
using api::v1::ListRequest;
using grpc::ServerContext;

class ProvisionedProductServiceImpl final
    : public ServiceBase<catalog::v1::ProvisionedProductService> {
 public:
  explicit ProvisionedProductServiceImpl(const Parts& parts)
      : ServiceBase(parts.calls), provisioner_(parts.provisioner) {}

  grpc::Status LaunchProduct(ServerContext* context,
                             const catalog::v1::LaunchProductRequest* request,
                             catalog::v1::ChangeProductResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return provisioner_.Launch(caller, *request); });
  }
  grpc::Status UpdateProvisionedProduct(ServerContext* context,
                                        const catalog::v1::UpdateProvisionedProductRequest* request,
                                        catalog::v1::ChangeProductResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return provisioner_.Update(caller, *request); });
  }
  grpc::Status TerminateProvisionedProduct(
      ServerContext* context, const catalog::v1::TerminateProvisionedProductRequest* request,
      catalog::v1::ChangeProductResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return provisioner_.Terminate(caller, *request); });
  }
  grpc::Status GetProvisionedProduct(ServerContext* context, const GetRequest* request,
                                     catalog::v1::ProvisionedProduct* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return provisioner_.Get(caller, request->name()); });
  }
  grpc::Status ListProvisionedProducts(
      ServerContext* context, const ListRequest* request,
      catalog::v1::ListProvisionedProductsResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return provisioner_.List(caller, *request); });
  }
  grpc::Status ListHistory(ServerContext* context, const catalog::v1::ListHistoryRequest* request,
                           catalog::v1::ListHistoryResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return provisioner_.ListHistory(caller, *request); });
  }

 private:
  catalog::Provisioner& provisioner_;
};

class OperationServiceImpl final : public ServiceBase<catalog::v1::OperationService> {
 public:
  explicit OperationServiceImpl(const Parts& parts)
      : ServiceBase(parts.calls),
        operations_(parts.operations),
        stopping_(parts.stopping),
        waits_("waits for operations", kMaxWaits,
               parts.registry.gauge(kStreams, {{"kind", "operation"}})) {}

  grpc::Status GetOperation(ServerContext* context, const GetRequest* request,
                            catalog::v1::Operation* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return operations_.Get(caller, request->name()); });
  }
  grpc::Status ListOperations(ServerContext* context, const ListRequest* request,
                              catalog::v1::ListOperationsResponse* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) { return operations_.List(caller, *request); });
  }
  grpc::Status WaitOperation(ServerContext* context,
                             const catalog::v1::WaitOperationRequest* request,
                             catalog::v1::Operation* response) override {
    return Answer(__func__, context, *request, response,
                  [&](const Caller& caller) -> absl::StatusOr<catalog::v1::Operation> {
                    NAVE_ASSIGN_OR_RETURN(const std::unique_ptr<Slots::Hold> slot, waits_.Take());
                    return operations_.Wait(caller, *request, [&] {
                      return context->IsCancelled() || stopping_.IsSet();
                    });
                  });
  }

 private:
  catalog::Operations& operations_;
  const Stopping& stopping_;
  Slots waits_;
};

}  // namespace

void MakeWorkflowServices(const Parts& parts, ServiceList& services) {
  services.push_back(std::make_unique<ProvisionedProductServiceImpl>(parts));
  services.push_back(std::make_unique<OperationServiceImpl>(parts));
}

}  // namespace nave::server
