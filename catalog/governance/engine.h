// Requests on resources, generic over their kinds by reflection: access, idempotency, dry run,
// etags, masks, pages and filters. The server calls it, once for each call. Thread-safe.
#ifndef NAVE_CATALOG_GOVERNANCE_ENGINE_H_
#define NAVE_CATALOG_GOVERNANCE_ENGINE_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/caller.h"
#include "catalog/governance/resources.h"
#include "lib/base/clock.h"
#include "nave/api/v1/common.pb.h"
#include "nave/dns/v1/ledger.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "store/store.h"

namespace nave::catalog {

inline constexpr int kDefaultPageSize = 100;
inline constexpr int kMaxPageSize = 1000;

// What the catalog asks the plugins about, so that it never names one.
class PluginCheck {
 public:
  virtual ~PluginCheck() = default;
  // INVALID_PARAMETER when there is no such plugin.
  virtual absl::Status CheckPlugin(const std::string& plugin) const = 0;
  // INVALID_PARAMETER when a version's settings do not fit.
  virtual absl::Status CheckSettings(const std::string& plugin,
                                     const std::vector<api::v1::Parameter>& settings) const = 0;
};

class Engine {
 public:
  // All outlive the engine.
  Engine(store::Store& store, const Clock& clock, const PluginCheck& plugins)
      : store_(store), clock_(clock), plugins_(plugins) {}

  // CreateXRequest -> X.
  absl::Status Create(const Caller& caller, const google::protobuf::Message& request,
                      google::protobuf::Message* response);
  // UpdateXRequest -> X.
  absl::Status Update(const Caller& caller, const google::protobuf::Message& request,
                      google::protobuf::Message* response);
  // The kind, such as `Vpc`, says of which service the call is: another kind's name is
  // INVALID_NAME.
  absl::Status Delete(const Caller& caller, const std::string& type,
                      const api::v1::DeleteRequest& request, api::v1::DeleteResponse* response);
  // Fills X. NOT_FOUND also when the caller may not read it.
  absl::Status Get(const Caller& caller, const api::v1::GetRequest& request,
                   google::protobuf::Message* response);
  // ListRequest -> ListXsResponse.
  absl::Status List(const Caller& caller, const api::v1::ListRequest& request,
                    google::protobuf::Message* response);

  // Looks through a zone for what is allowed and seldom meant. NOT_FOUND as Get.
  absl::Status CheckZone(const Caller& caller, const api::v1::GetRequest& request,
                         dns::v1::CheckZoneResponse* response);
  absl::Status ApplyChangeBatch(const Caller& caller,
                                const dns::v1::ApplyChangeBatchRequest& request,
                                dns::v1::ApplyChangeBatchResponse* response);
  absl::Status AcceptZoneAssociation(const Caller& caller,
                                     const dns::v1::AcceptZoneAssociationRequest& request,
                                     dns::v1::ZoneAssociation* response);

  absl::Status ListAccountLedger(const Caller& caller, const dns::v1::ListLedgerRequest& request,
                                 dns::v1::ListAccountLedgerResponse* response);
  absl::Status ListVpcLedger(const Caller& caller, const dns::v1::ListLedgerRequest& request,
                             dns::v1::ListVpcLedgerResponse* response);

 private:
  using Work = absl::FunctionRef<absl::Status(store::Transaction&, google::protobuf::Message*)>;
  // Runs a mutation once for each request id, or without effect for a dry run, and stamps the
  // response's revision.
  absl::Status Mutate(const Caller& caller, const google::protobuf::Message& request,
                      const api::v1::Mutation& mutation, google::protobuf::Message* response,
                      Work work);
  absl::Status CheckPlugins(store::Reader& reader, const google::protobuf::Message& resource);
  Actor ActorOf(const Caller& caller) const;

  store::Store& store_;
  const Clock& clock_;
  const PluginCheck& plugins_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_ENGINE_H_
