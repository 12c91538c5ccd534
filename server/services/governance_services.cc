// Services of the organization, accounts, networks, shares, grants and tokens: thin.
#include <memory>

#include "nave/governance/v1/account.grpc.pb.h"
#include "nave/governance/v1/namespace_grant.grpc.pb.h"
#include "nave/governance/v1/organization.grpc.pb.h"
#include "nave/governance/v1/organizational_unit.grpc.pb.h"
#include "nave/governance/v1/share.grpc.pb.h"
#include "nave/governance/v1/token.grpc.pb.h"
#include "nave/governance/v1/vpc.grpc.pb.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

class OrganizationServiceImpl final : public ResourceService<governance::v1::OrganizationService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateOrganization(grpc::ServerContext* context,
                                  const governance::v1::CreateOrganizationRequest* request,
                                  governance::v1::Organization* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetOrganization(grpc::ServerContext* context, const api::v1::GetRequest* request,
                               governance::v1::Organization* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListOrganizations(grpc::ServerContext* context, const api::v1::ListRequest* request,
                                 governance::v1::ListOrganizationsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateOrganization(grpc::ServerContext* context,
                                  const governance::v1::UpdateOrganizationRequest* request,
                                  governance::v1::Organization* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteOrganization(grpc::ServerContext* context,
                                  const api::v1::DeleteRequest* request,
                                  api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class OrganizationalUnitServiceImpl final
    : public ResourceService<governance::v1::OrganizationalUnitService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateOrganizationalUnit(
      grpc::ServerContext* context, const governance::v1::CreateOrganizationalUnitRequest* request,
      governance::v1::OrganizationalUnit* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetOrganizationalUnit(grpc::ServerContext* context,
                                     const api::v1::GetRequest* request,
                                     governance::v1::OrganizationalUnit* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListOrganizationalUnits(
      grpc::ServerContext* context, const api::v1::ListRequest* request,
      governance::v1::ListOrganizationalUnitsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateOrganizationalUnit(
      grpc::ServerContext* context, const governance::v1::UpdateOrganizationalUnitRequest* request,
      governance::v1::OrganizationalUnit* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteOrganizationalUnit(grpc::ServerContext* context,
                                        const api::v1::DeleteRequest* request,
                                        api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class AccountServiceImpl final : public ResourceService<governance::v1::AccountService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateAccount(grpc::ServerContext* context,
                             const governance::v1::CreateAccountRequest* request,
                             governance::v1::Account* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetAccount(grpc::ServerContext* context, const api::v1::GetRequest* request,
                          governance::v1::Account* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListAccounts(grpc::ServerContext* context, const api::v1::ListRequest* request,
                            governance::v1::ListAccountsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateAccount(grpc::ServerContext* context,
                             const governance::v1::UpdateAccountRequest* request,
                             governance::v1::Account* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteAccount(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                             api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class VpcServiceImpl final : public ResourceService<governance::v1::VpcService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateVpc(grpc::ServerContext* context,
                         const governance::v1::CreateVpcRequest* request,
                         governance::v1::Vpc* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetVpc(grpc::ServerContext* context, const api::v1::GetRequest* request,
                      governance::v1::Vpc* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListVpcs(grpc::ServerContext* context, const api::v1::ListRequest* request,
                        governance::v1::ListVpcsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateVpc(grpc::ServerContext* context,
                         const governance::v1::UpdateVpcRequest* request,
                         governance::v1::Vpc* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteVpc(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                         api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class ShareServiceImpl final : public ResourceService<governance::v1::ShareService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateShare(grpc::ServerContext* context,
                           const governance::v1::CreateShareRequest* request,
                           governance::v1::Share* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetShare(grpc::ServerContext* context, const api::v1::GetRequest* request,
                        governance::v1::Share* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListShares(grpc::ServerContext* context, const api::v1::ListRequest* request,
                          governance::v1::ListSharesResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateShare(grpc::ServerContext* context,
                           const governance::v1::UpdateShareRequest* request,
                           governance::v1::Share* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteShare(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                           api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class NamespaceGrantServiceImpl final
    : public ResourceService<governance::v1::NamespaceGrantService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateNamespaceGrant(grpc::ServerContext* context,
                                    const governance::v1::CreateNamespaceGrantRequest* request,
                                    governance::v1::NamespaceGrant* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetNamespaceGrant(grpc::ServerContext* context, const api::v1::GetRequest* request,
                                 governance::v1::NamespaceGrant* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListNamespaceGrants(grpc::ServerContext* context,
                                   const api::v1::ListRequest* request,
                                   governance::v1::ListNamespaceGrantsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateNamespaceGrant(grpc::ServerContext* context,
                                    const governance::v1::UpdateNamespaceGrantRequest* request,
                                    governance::v1::NamespaceGrant* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteNamespaceGrant(grpc::ServerContext* context,
                                    const api::v1::DeleteRequest* request,
                                    api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class TokenServiceImpl final : public ResourceService<governance::v1::TokenService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateToken(grpc::ServerContext* context,
                           const governance::v1::CreateTokenRequest* request,
                           governance::v1::Token* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetToken(grpc::ServerContext* context, const api::v1::GetRequest* request,
                        governance::v1::Token* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListTokens(grpc::ServerContext* context, const api::v1::ListRequest* request,
                          governance::v1::ListTokensResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status DeleteToken(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                           api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

}  // namespace

void MakeGovernanceServices(const Parts& parts, ServiceList& services) {
  services.push_back(
      std::make_unique<OrganizationServiceImpl>(parts.calls, parts.engine, "Organization"));
  services.push_back(std::make_unique<OrganizationalUnitServiceImpl>(parts.calls, parts.engine,
                                                                     "OrganizationalUnit"));
  services.push_back(std::make_unique<AccountServiceImpl>(parts.calls, parts.engine, "Account"));
  services.push_back(std::make_unique<VpcServiceImpl>(parts.calls, parts.engine, "Vpc"));
  services.push_back(std::make_unique<ShareServiceImpl>(parts.calls, parts.engine, "Share"));
  services.push_back(
      std::make_unique<NamespaceGrantServiceImpl>(parts.calls, parts.engine, "NamespaceGrant"));
  services.push_back(std::make_unique<TokenServiceImpl>(parts.calls, parts.engine, "Token"));
}

}  // namespace nave::server
