// Declared name servers: an address answers for one of them and for nothing of ours, each suffix
// goes one way, and no declaration closes a loop.
#include <set>

#include "absl/strings/str_cat.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/listeners.h"
#include "catalog/governance/rule_graph.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/name_server.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::Endpoint;
using dns::v1::NameServer;
using dns::v1::NameServerForward;

absl::Status CheckFree(const Change& change, const std::string& address) {
  const std::string& name = After<NameServer>(change).name();
  for (const char* index : {kListenerIndex, kNameServerIndex}) {
    NAVE_ASSIGN_OR_RETURN(auto others, FindByIndex(change.transaction, index, address));
    for (const std::string& other : others) {
      if (other == name) continue;
      return AddressConflict(address, name, other, "an address belongs to one name server");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckForward(const Change& change, int index) {
  const NameServer& name_server = After<NameServer>(change);
  const NameServerForward& forward = name_server.forwards(index);
  const std::string field = absl::StrCat("forwards[", index, "]");
  if (forward.inbound_endpoint().empty() == forward.addresses().empty()) {
    return FieldError(field, "needs either addresses or an inbound endpoint");
  }
  NAVE_RETURN_IF_ERROR(CheckPorts(field + ".addresses", forward.addresses(), true));
  if (forward.inbound_endpoint().empty()) return absl::OkStatus();
  const std::string endpoint_field = field + ".inbound_endpoint";
  NAVE_RETURN_IF_ERROR(
      RequireSameAccount(name_server.name(), endpoint_field, forward.inbound_endpoint()));
  NAVE_ASSIGN_OR_RETURN(auto endpoint,
                        ReadResource<Endpoint>(change.transaction, forward.inbound_endpoint()));
  if (endpoint.direction() == Endpoint::INBOUND) return absl::OkStatus();
  return FieldError(endpoint_field, absl::StrCat("'", endpoint.name(), "' is not INBOUND"));
}

absl::Status BeforeWrite(const Change& change) {
  const NameServer& name_server = After<NameServer>(change);
  NAVE_RETURN_IF_ERROR(CheckPorts("addresses", name_server.addresses(), true));
  for (const std::string& address : name_server.addresses()) {
    NAVE_RETURN_IF_ERROR(CheckFree(change, address));
  }
  std::set<std::string> domains;
  for (int i = 0; i < name_server.forwards_size(); ++i) {
    const std::string& domain = name_server.forwards(i).domain_name();
    if (!domains.insert(domain).second) {
      return FieldError(absl::StrCat("forwards[", i, "].domain_name"),
                        absl::StrCat(domain, " is forwarded twice"));
    }
    NAVE_RETURN_IF_ERROR(CheckForward(change, i));
  }
  return absl::OkStatus();
}

void DeleteAddresses(const Change& change) {
  const NameServer& before = Before<NameServer>(change);
  for (const std::string& address : before.addresses()) {
    DeleteIndex(change.transaction, kNameServerIndex, address, before.name());
  }
}

absl::Status AfterWrite(const Change& change) {
  const NameServer& name_server = After<NameServer>(change);
  if (!change.creating()) DeleteAddresses(change);
  for (const std::string& address : name_server.addresses()) {
    PutIndex(change.transaction, kNameServerIndex, address, name_server.name());
  }
  return CheckAllLoops(change.transaction, name_server.name());
}

absl::Status AfterDelete(const Change& change) {
  DeleteAddresses(change);
  return absl::OkStatus();
}

}  // namespace

Hooks NameServerHooks() { return {BeforeWrite, AfterWrite, nullptr, AfterDelete}; }

}  // namespace nave::catalog
