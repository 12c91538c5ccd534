// Services of endpoints, rules, zones, records, associations and the ledgers: thin.
#include <memory>

#include "nave/dns/v1/endpoint.grpc.pb.h"
#include "nave/dns/v1/ledger.grpc.pb.h"
#include "nave/dns/v1/name_server.grpc.pb.h"
#include "nave/dns/v1/record_set.grpc.pb.h"
#include "nave/dns/v1/rule.grpc.pb.h"
#include "nave/dns/v1/rule_association.grpc.pb.h"
#include "nave/dns/v1/zone.grpc.pb.h"
#include "nave/dns/v1/zone_association.grpc.pb.h"
#include "server/services/resource_service.h"
#include "server/services/services.h"

namespace nave::server {
namespace {

class EndpointServiceImpl final : public ResourceService<dns::v1::EndpointService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateEndpoint(grpc::ServerContext* context,
                              const dns::v1::CreateEndpointRequest* request,
                              dns::v1::Endpoint* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetEndpoint(grpc::ServerContext* context, const api::v1::GetRequest* request,
                           dns::v1::Endpoint* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListEndpoints(grpc::ServerContext* context, const api::v1::ListRequest* request,
                             dns::v1::ListEndpointsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateEndpoint(grpc::ServerContext* context,
                              const dns::v1::UpdateEndpointRequest* request,
                              dns::v1::Endpoint* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteEndpoint(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                              api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class NameServerServiceImpl final : public ResourceService<dns::v1::NameServerService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateNameServer(grpc::ServerContext* context,
                                const dns::v1::CreateNameServerRequest* request,
                                dns::v1::NameServer* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetNameServer(grpc::ServerContext* context, const api::v1::GetRequest* request,
                             dns::v1::NameServer* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListNameServers(grpc::ServerContext* context, const api::v1::ListRequest* request,
                               dns::v1::ListNameServersResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateNameServer(grpc::ServerContext* context,
                                const dns::v1::UpdateNameServerRequest* request,
                                dns::v1::NameServer* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteNameServer(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                                api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class RuleServiceImpl final : public ResourceService<dns::v1::RuleService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateRule(grpc::ServerContext* context, const dns::v1::CreateRuleRequest* request,
                          dns::v1::Rule* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetRule(grpc::ServerContext* context, const api::v1::GetRequest* request,
                       dns::v1::Rule* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListRules(grpc::ServerContext* context, const api::v1::ListRequest* request,
                         dns::v1::ListRulesResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateRule(grpc::ServerContext* context, const dns::v1::UpdateRuleRequest* request,
                          dns::v1::Rule* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteRule(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                          api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class RuleAssociationServiceImpl final : public ResourceService<dns::v1::RuleAssociationService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateRuleAssociation(grpc::ServerContext* context,
                                     const dns::v1::CreateRuleAssociationRequest* request,
                                     dns::v1::RuleAssociation* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetRuleAssociation(grpc::ServerContext* context, const api::v1::GetRequest* request,
                                  dns::v1::RuleAssociation* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListRuleAssociations(grpc::ServerContext* context,
                                    const api::v1::ListRequest* request,
                                    dns::v1::ListRuleAssociationsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status DeleteRuleAssociation(grpc::ServerContext* context,
                                     const api::v1::DeleteRequest* request,
                                     api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
};

class ZoneServiceImpl final : public ResourceService<dns::v1::ZoneService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateZone(grpc::ServerContext* context, const dns::v1::CreateZoneRequest* request,
                          dns::v1::Zone* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetZone(grpc::ServerContext* context, const api::v1::GetRequest* request,
                       dns::v1::Zone* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListZones(grpc::ServerContext* context, const api::v1::ListRequest* request,
                         dns::v1::ListZonesResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateZone(grpc::ServerContext* context, const dns::v1::UpdateZoneRequest* request,
                          dns::v1::Zone* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteZone(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                          api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
  grpc::Status CheckZone(grpc::ServerContext* context, const api::v1::GetRequest* request,
                         dns::v1::CheckZoneResponse* response) override {
    return Handle(__func__, context, *request, [&](const Caller& caller) {
      return engine().CheckZone(caller, *request, response);
    });
  }
};

class RecordSetServiceImpl final : public ResourceService<dns::v1::RecordSetService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateRecordSet(grpc::ServerContext* context,
                               const dns::v1::CreateRecordSetRequest* request,
                               dns::v1::RecordSet* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetRecordSet(grpc::ServerContext* context, const api::v1::GetRequest* request,
                            dns::v1::RecordSet* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListRecordSets(grpc::ServerContext* context, const api::v1::ListRequest* request,
                              dns::v1::ListRecordSetsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status UpdateRecordSet(grpc::ServerContext* context,
                               const dns::v1::UpdateRecordSetRequest* request,
                               dns::v1::RecordSet* response) override {
    return Update(__func__, context, request, response);
  }
  grpc::Status DeleteRecordSet(grpc::ServerContext* context, const api::v1::DeleteRequest* request,
                               api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
  grpc::Status ApplyChangeBatch(grpc::ServerContext* context,
                                const dns::v1::ApplyChangeBatchRequest* request,
                                dns::v1::ApplyChangeBatchResponse* response) override {
    return Handle(__func__, context, *request, [&](const Caller& caller) {
      return engine().ApplyChangeBatch(caller, *request, response);
    });
  }
};

class ZoneAssociationServiceImpl final : public ResourceService<dns::v1::ZoneAssociationService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status CreateZoneAssociation(grpc::ServerContext* context,
                                     const dns::v1::CreateZoneAssociationRequest* request,
                                     dns::v1::ZoneAssociation* response) override {
    return Create(__func__, context, request, response);
  }
  grpc::Status GetZoneAssociation(grpc::ServerContext* context, const api::v1::GetRequest* request,
                                  dns::v1::ZoneAssociation* response) override {
    return Get(__func__, context, request, response);
  }
  grpc::Status ListZoneAssociations(grpc::ServerContext* context,
                                    const api::v1::ListRequest* request,
                                    dns::v1::ListZoneAssociationsResponse* response) override {
    return List(__func__, context, request, response);
  }
  grpc::Status DeleteZoneAssociation(grpc::ServerContext* context,
                                     const api::v1::DeleteRequest* request,
                                     api::v1::DeleteResponse* response) override {
    return Delete(__func__, context, request, response);
  }
  grpc::Status AcceptZoneAssociation(grpc::ServerContext* context,
                                     const dns::v1::AcceptZoneAssociationRequest* request,
                                     dns::v1::ZoneAssociation* response) override {
    return Handle(__func__, context, *request, [&](const Caller& caller) {
      return engine().AcceptZoneAssociation(caller, *request, response);
    });
  }
};

class LedgerServiceImpl final : public ResourceService<dns::v1::LedgerService> {
 public:
  using ResourceService::ResourceService;

  grpc::Status ListAccountLedger(grpc::ServerContext* context,
                                 const dns::v1::ListLedgerRequest* request,
                                 dns::v1::ListAccountLedgerResponse* response) override {
    return Handle(__func__, context, *request, [&](const Caller& caller) {
      return engine().ListAccountLedger(caller, *request, response);
    });
  }
  grpc::Status ListVpcLedger(grpc::ServerContext* context,
                             const dns::v1::ListLedgerRequest* request,
                             dns::v1::ListVpcLedgerResponse* response) override {
    return Handle(__func__, context, *request, [&](const Caller& caller) {
      return engine().ListVpcLedger(caller, *request, response);
    });
  }
};

}  // namespace

void MakeDnsServices(const Parts& parts, ServiceList& services) {
  services.push_back(std::make_unique<EndpointServiceImpl>(parts.calls, parts.engine, "Endpoint"));
  services.push_back(
      std::make_unique<NameServerServiceImpl>(parts.calls, parts.engine, "NameServer"));
  services.push_back(std::make_unique<RuleServiceImpl>(parts.calls, parts.engine, "Rule"));
  services.push_back(
      std::make_unique<RuleAssociationServiceImpl>(parts.calls, parts.engine, "RuleAssociation"));
  services.push_back(std::make_unique<ZoneServiceImpl>(parts.calls, parts.engine, "Zone"));
  services.push_back(
      std::make_unique<RecordSetServiceImpl>(parts.calls, parts.engine, "RecordSet"));
  services.push_back(
      std::make_unique<ZoneAssociationServiceImpl>(parts.calls, parts.engine, "ZoneAssociation"));
  services.push_back(std::make_unique<LedgerServiceImpl>(parts.calls, parts.engine, "Ledger"));
}

}  // namespace nave::server
