// The one list of the services, and what they are made of.
#ifndef NAVE_SERVER_SERVICES_SERVICES_H_
#define NAVE_SERVER_SERVICES_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "catalog/governance/engine.h"
#include "catalog/publish/node_relay.h"
#include "catalog/publish/nodes.h"
#include "catalog/workflow/dead_letters.h"
#include "catalog/workflow/operations.h"
#include "catalog/workflow/provisioner.h"
#include "lib/base/clock.h"
#include "lib/base/metrics.h"
#include "server/auth.h"
#include "server/call.h"
#include "server/event_log.h"
#include "server/stopping.h"
#include "store/store.h"

namespace nave::server {

// All outlive the services.
struct Parts {
  Calls& calls;
  const Auth& auth;
  const Clock& clock;
  metrics::Registry& registry;
  const Stopping& stopping;
  store::Store& store;
  // Where a backup is written before it is sent.
  std::string data_dir;
  catalog::Engine& engine;
  catalog::Provisioner& provisioner;
  catalog::Operations& operations;
  catalog::DeadLetters& dead_letters;
  EventLog& events;
  catalog::Nodes& nodes;
  catalog::NodeRelay& relay;
};

using ServiceList = std::vector<std::unique_ptr<grpc::Service>>;

// Each adds its services to the list.
void MakeGovernanceServices(const Parts& parts, ServiceList& services);
void MakeDnsServices(const Parts& parts, ServiceList& services);
void MakeCatalogServices(const Parts& parts, ServiceList& services);
void MakeWorkflowServices(const Parts& parts, ServiceList& services);
void MakeNodeServices(const Parts& parts, ServiceList& services);
void MakeRelayServices(const Parts& parts, ServiceList& services);
void MakeEventService(const Parts& parts, ServiceList& services);
void MakeAdminService(const Parts& parts, ServiceList& services);

}  // namespace nave::server

#endif  // NAVE_SERVER_SERVICES_SERVICES_H_
