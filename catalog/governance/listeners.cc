// VPCs and endpoints: addresses that resolvers listen on must tell their views apart.
#include "catalog/governance/listeners.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "catalog/governance/hooks.h"
#include "catalog/governance/indexes.h"
#include "catalog/governance/rule_graph.h"
#include "lib/net/endpoint.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::catalog {
namespace {

using dns::v1::Endpoint;
using governance::v1::Vpc;
using Texts = google::protobuf::RepeatedPtrField<std::string>;

absl::Status CheckDistinct(const std::string& field, const Texts& texts) {
  std::set<std::string> seen;
  for (const std::string& text : texts) {
    if (!seen.insert(text).second) return FieldError(field, absl::StrCat("names ", text, " twice"));
  }
  return absl::OkStatus();
}

// What is declared to be somebody else's name server is no listener of ours.
absl::Status CheckNotDeclared(store::Reader& reader, const std::string& address,
                              const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(auto others, FindByIndex(reader, kNameServerIndex, address));
  if (others.empty()) return absl::OkStatus();
  return AddressConflict(address, name, others[0], "it is declared to be outside of Nave");
}

// Two VPCs may share an address when every client belongs to at most one of them by equal right.
absl::Status CheckVpcBesideVpc(const std::string& address, const Vpc& vpc, const Vpc& other) {
  if (vpc.cidrs().empty() || other.cidrs().empty()) {
    return AddressConflict(address, vpc.name(), other.name(), "both need CIDRs to share it");
  }
  for (const std::string& cidr : vpc.cidrs()) {
    if (std::count(other.cidrs().begin(), other.cidrs().end(), cidr) > 0) {
      return AddressConflict(address, vpc.name(), other.name(),
                             absl::StrCat("both have the CIDR ", cidr));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> VpcOfListener(store::Reader& reader, const std::string& name) {
  if (TypeOfName(name)->type == "Vpc") return name;
  NAVE_ASSIGN_OR_RETURN(auto endpoint, ReadResource<Endpoint>(reader, name));
  return endpoint.vpc();
}

absl::Status CheckVpcListener(store::Reader& reader, const Vpc& vpc, const std::string& address) {
  NAVE_RETURN_IF_ERROR(CheckNotDeclared(reader, address, vpc.name()));
  NAVE_ASSIGN_OR_RETURN(auto others, FindByIndex(reader, kListenerIndex, address));
  for (const std::string& other : others) {
    if (other == vpc.name()) continue;
    if (TypeOfName(other)->type == "Vpc") {
      NAVE_ASSIGN_OR_RETURN(auto neighbour, ReadResource<Vpc>(reader, other));
      NAVE_RETURN_IF_ERROR(CheckVpcBesideVpc(address, vpc, neighbour));
      continue;
    }
    NAVE_ASSIGN_OR_RETURN(std::string owner, VpcOfListener(reader, other));
    if (owner != vpc.name()) {
      return AddressConflict(address, vpc.name(), other,
                             "an inbound endpoint answers everyone there");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckEndpointListener(store::Reader& reader, const Endpoint& endpoint,
                                   const std::string& address) {
  NAVE_RETURN_IF_ERROR(CheckNotDeclared(reader, address, endpoint.name()));
  NAVE_ASSIGN_OR_RETURN(auto others, FindByIndex(reader, kListenerIndex, address));
  for (const std::string& other : others) {
    if (other == endpoint.name()) continue;
    NAVE_ASSIGN_OR_RETURN(std::string owner, VpcOfListener(reader, other));
    if (owner != endpoint.vpc()) {
      return AddressConflict(address, endpoint.name(), other,
                             "an inbound endpoint answers everyone there");
    }
  }
  return absl::OkStatus();
}

absl::Status VpcBeforeWrite(const Change& change) {
  const Vpc& vpc = After<Vpc>(change);
  NAVE_RETURN_IF_ERROR(CheckDistinct("cidrs", vpc.cidrs()));
  NAVE_RETURN_IF_ERROR(CheckPorts("resolver_addresses", vpc.resolver_addresses(), true));
  NAVE_RETURN_IF_ERROR(CheckPorts("recursive_resolvers", vpc.recursive_resolvers(), true));
  for (const std::string& address : vpc.resolver_addresses()) {
    NAVE_RETURN_IF_ERROR(CheckVpcListener(change.transaction, vpc, address));
  }
  return absl::OkStatus();
}

void Reindex(const Change& change, const std::string& name, const Texts* before,
             const Texts* after) {
  if (before != nullptr) {
    for (const std::string& text : *before)
      DeleteIndex(change.transaction, kListenerIndex, text, name);
  }
  if (after != nullptr) {
    for (const std::string& text : *after) PutIndex(change.transaction, kListenerIndex, text, name);
  }
}

absl::Status VpcAfterWrite(const Change& change) {
  const Vpc& vpc = After<Vpc>(change);
  Reindex(change, vpc.name(),
          change.creating() ? nullptr : &Before<Vpc>(change).resolver_addresses(),
          &vpc.resolver_addresses());
  return CheckAllLoops(change.transaction, vpc.name());
}

absl::Status VpcAfterDelete(const Change& change) {
  const Vpc& vpc = Before<Vpc>(change);
  Reindex(change, vpc.name(), &vpc.resolver_addresses(), nullptr);
  return absl::OkStatus();
}

absl::Status EndpointBeforeWrite(const Change& change) {
  const Endpoint& endpoint = After<Endpoint>(change);
  NAVE_RETURN_IF_ERROR(RequireSameAccount(endpoint.name(), "vpc", endpoint.vpc()));
  const bool inbound = endpoint.direction() == Endpoint::INBOUND;
  if (inbound && endpoint.addresses().empty()) {
    return FieldError("addresses", "an INBOUND endpoint needs an address to answer at");
  }
  NAVE_RETURN_IF_ERROR(CheckPorts("addresses", endpoint.addresses(), inbound));
  if (!inbound) return absl::OkStatus();
  for (const std::string& address : endpoint.addresses()) {
    NAVE_RETURN_IF_ERROR(CheckEndpointListener(change.transaction, endpoint, address));
  }
  return absl::OkStatus();
}

absl::Status EndpointAfterWrite(const Change& change) {
  const Endpoint& endpoint = After<Endpoint>(change);
  if (endpoint.direction() != Endpoint::INBOUND) return absl::OkStatus();
  Reindex(change, endpoint.name(),
          change.creating() ? nullptr : &Before<Endpoint>(change).addresses(),
          &endpoint.addresses());
  return CheckAllLoops(change.transaction, endpoint.vpc());
}

absl::Status EndpointAfterDelete(const Change& change) {
  const Endpoint& endpoint = Before<Endpoint>(change);
  if (endpoint.direction() != Endpoint::INBOUND) return absl::OkStatus();
  Reindex(change, endpoint.name(), &endpoint.addresses(), nullptr);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckPorts(const std::string& field,
                        const google::protobuf::RepeatedPtrField<std::string>& addresses,
                        bool want_port) {
  for (const std::string& text : addresses) {
    absl::StatusOr<net::Endpoint> endpoint = net::Endpoint::Parse(text);
    if (!endpoint.ok()) return FieldError(field, std::string(endpoint.status().message()));
    if ((endpoint->port != 0) != want_port) {
      return FieldError(field, absl::StrCat(text, want_port ? ": the port must not be 0"
                                                            : ": the port must be 0"));
    }
  }
  return CheckDistinct(field, addresses);
}

absl::Status AddressConflict(const std::string& address, const std::string& name,
                             const std::string& other, const std::string& why) {
  return Error(api::v1::ADDRESS_CONFLICT,
               absl::StrCat(address, " is used by '", other, "' too: ", why),
               {{"address", address}, {"resource", name}, {"other", other}});
}

Hooks VpcHooks() { return {VpcBeforeWrite, VpcAfterWrite, nullptr, VpcAfterDelete}; }
Hooks EndpointHooks() {
  return {EndpointBeforeWrite, EndpointAfterWrite, nullptr, EndpointAfterDelete};
}

}  // namespace nave::catalog
