#include "terraform/resources/zone.h"

#include "lib/base/status_macros.h"
#include "nave/dns/v1/zone.pb.h"
#include "terraform/resources/spelling.h"

namespace nave::terraform {
namespace {

using dns::v1::Zone;

Remote ToRemote(const Zone& zone) {
  return {{{"name", Value::String(zone.name())},
           {"domain_name", Value::String(zone.domain_name())},
           {"comment", TextOrNull(zone.comment())},
           {"fallback_on_nxdomain", zone.fallback_on_nxdomain() ? Value::Bool(true) : Value()},
           {"labels", LabelsOf(zone.metadata())}},
          zone.metadata().etag()};
}

Zone FromPlan(const Object& planned, const std::string& etag) {
  Zone zone;
  zone.set_name(TextAt(planned, "name"));
  zone.set_domain_name(TextAt(planned, "domain_name"));
  zone.set_comment(TextAt(planned, "comment"));
  const bool* const fallback = At(planned, "fallback_on_nxdomain").AsBool();
  zone.set_fallback_on_nxdomain(fallback != nullptr && *fallback);
  SetMetadata(planned, etag, zone.mutable_metadata());
  return zone;
}

}  // namespace

ZoneResource::ZoneResource() {
  schema_.description =
      "A private zone, answered with full authority in the VPCs it is associated with.";
  Attribute domain_name{"domain_name", Type::String(), Attribute::Given::kRequired,
                        "The apex, below a suffix that the account holds."};
  domain_name.replaces = true;
  domain_name.check = CheckDomainName;
  domain_name.same = SameDomainName;
  schema_.attributes = {
      NameAttribute(Zone::descriptor(), "The resource name, which you choose."),
      domain_name,
      {"comment", Type::String(), Attribute::Given::kOptional, "For people."},
      {"fallback_on_nxdomain", Type::Bool(), Attribute::Given::kOptional,
       "Resolve a name that the zone does not have as if the zone were absent from the VPC."},
      LabelsAttribute(),
  };
}

absl::StatusOr<Remote> ZoneResource::Read(Client& client, const std::string& name) const {
  Zone zone;
  NAVE_RETURN_IF_ERROR(client.Call("nave.dns.v1.ZoneService/GetZone", GetRequestFor(name), &zone));
  NAVE_RETURN_IF_ERROR(CheckOwner(name, zone.metadata()));
  return ToRemote(zone);
}

Applied ZoneResource::Create(Client& client, const Object& planned) const {
  dns::v1::CreateZoneRequest request;
  *request.mutable_zone() = FromPlan(planned, "");
  *request.mutable_mutation() = client.NewMutation();
  Zone zone;
  const absl::Status status = client.Call("nave.dns.v1.ZoneService/CreateZone", request, &zone);
  if (!status.ok()) return {std::nullopt, status, {}};
  return {ToRemote(zone), absl::OkStatus(), {}};
}

Applied ZoneResource::Update(Client& client, const Object&, const Object& planned,
                             const std::string& etag) const {
  dns::v1::UpdateZoneRequest request;
  *request.mutable_zone() = FromPlan(planned, etag);
  request.mutable_update_mask()->add_paths("comment");
  request.mutable_update_mask()->add_paths("fallback_on_nxdomain");
  request.mutable_update_mask()->add_paths("metadata.labels");
  *request.mutable_mutation() = client.NewMutation();
  Zone zone;
  const absl::Status status = client.Call("nave.dns.v1.ZoneService/UpdateZone", request, &zone);
  if (!status.ok()) return {std::nullopt, status, {}};
  return {ToRemote(zone), absl::OkStatus(), {}};
}

absl::Status ZoneResource::Delete(Client& client, const Object& prior,
                                  const std::string& etag) const {
  return DeleteByName(client, "nave.dns.v1.ZoneService/DeleteZone", NameOf(prior), etag);
}

}  // namespace nave::terraform
