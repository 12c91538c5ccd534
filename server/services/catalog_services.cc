// Services of portfolios, products, versions and access grants: thin.
#include <memory>

#include "nave/catalog/v1/access_grant.grpc.pb.h"
#include "nave/catalog/v1/portfolio.grpc.pb.h"
#include "nave/catalog/v1/product.grpc.pb.h"
#include "nave/catalog/v1/product_version.grpc.pb.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

class PortfolioServiceImpl final : public ResourceService<catalog::v1::PortfolioService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreatePortfolio(grpc::ServerContext* context,
                               const catalog::v1::CreatePortfolioRequest* request,
                               catalog::v1::Portfolio* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetPortfolio(grpc::ServerContext* context, const api::v1::GetRequest* request,
                            catalog::v1::Portfolio* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListPortfolios(grpc::ServerContext* context, const api::v1::ListRequest* request,
                              catalog::v1::ListPortfoliosResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdatePortfolio(grpc::ServerContext* context,
                               const catalog::v1::UpdatePortfolioRequest* request,
                               catalog::v1::Portfolio* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeletePortfolio(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                               api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class ProductServiceImpl final : public ResourceService<catalog::v1::ProductService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateProduct(grpc::ServerContext* context,
                             const catalog::v1::CreateProductRequest* request,
                             catalog::v1::Product* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetProduct(grpc::ServerContext* context, const api::v1::GetRequest* request,
                          catalog::v1::Product* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListProducts(grpc::ServerContext* context, const api::v1::ListRequest* request,
                            catalog::v1::ListProductsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateProduct(grpc::ServerContext* context,
                             const catalog::v1::UpdateProductRequest* request,
                             catalog::v1::Product* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteProduct(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                             api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class ProductVersionServiceImpl final : public ResourceService<catalog::v1::ProductVersionService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateProductVersion(grpc::ServerContext* context,
                                    const catalog::v1::CreateProductVersionRequest* request,
                                    catalog::v1::ProductVersion* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetProductVersion(grpc::ServerContext* context, const api::v1::GetRequest* request,
                                 catalog::v1::ProductVersion* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListProductVersions(grpc::ServerContext* context,
                                   const api::v1::ListRequest* request,
                                   catalog::v1::ListProductVersionsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateProductVersion(grpc::ServerContext* context,
                                    const catalog::v1::UpdateProductVersionRequest* request,
                                    catalog::v1::ProductVersion* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteProductVersion(grpc::ServerContext* context,
                                    const api::v1::DeleteRequest* request,
                                    api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class AccessGrantServiceImpl final : public ResourceService<catalog::v1::AccessGrantService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateAccessGrant(grpc::ServerContext* context,
                                 const catalog::v1::CreateAccessGrantRequest* request,
                                 catalog::v1::AccessGrant* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetAccessGrant(grpc::ServerContext* context, const api::v1::GetRequest* request,
                              catalog::v1::AccessGrant* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListAccessGrants(grpc::ServerContext* context, const api::v1::ListRequest* request,
                                catalog::v1::ListAccessGrantsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status DeleteAccessGrant(grpc::ServerContext* context,
                                 const api::v1::DeleteRequest* request,
                                 api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

}  // namespace

void MakeCatalogServices(const Parts& parts, ServiceList& services) {
  services.push_back(
      std::make_unique<PortfolioServiceImpl>(parts.calls, parts.engine, "Portfolio"));
  services.push_back(std::make_unique<ProductServiceImpl>(parts.calls, parts.engine, "Product"));
  services.push_back(
      std::make_unique<ProductVersionServiceImpl>(parts.calls, parts.engine, "ProductVersion"));
  services.push_back(
      std::make_unique<AccessGrantServiceImpl>(parts.calls, parts.engine, "AccessGrant"));
}

}  // namespace nave::server
