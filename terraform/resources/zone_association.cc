#include "terraform/resources/zone_association.h"

#include "lib/base/status_macros.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "terraform/resources/spelling.h"

namespace nave::terraform {
namespace {

using dns::v1::ZoneAssociation;

Remote ToRemote(const ZoneAssociation& association) {
  return {{{"name", Value::String(association.name())},
           {"vpc", Value::String(association.vpc())},
           {"state", Value::String(ZoneAssociation::State_Name(association.state()))},
           {"labels", LabelsOf(association.metadata())}},
          association.metadata().etag()};
}

}  // namespace

ZoneAssociationResource::ZoneAssociationResource() {
  schema_.description =
      "Makes a zone answer in a VPC. Without the consent of both owners it stays an offer.";
  Attribute labels = LabelsAttribute();
  labels.replaces = true;
  schema_.attributes = {
      NameAttribute(ZoneAssociation::descriptor(), "The resource name, which you choose."),
      ReferenceAttribute("vpc", governance::v1::Vpc::descriptor(), "The VPC, of any account."),
      labels,
      {"state", Type::String(), Attribute::Given::kComputed, "PENDING, AUTHORIZED or ASSOCIATED."},
  };
}

absl::StatusOr<Remote> ZoneAssociationResource::Read(Client& client,
                                                     const std::string& name) const {
  ZoneAssociation association;
  NAVE_RETURN_IF_ERROR(client.Call("nave.dns.v1.ZoneAssociationService/GetZoneAssociation",
                                   GetRequestFor(name), &association));
  NAVE_RETURN_IF_ERROR(CheckOwner(name, association.metadata()));
  return ToRemote(association);
}

Applied ZoneAssociationResource::Create(Client& client, const Object& planned) const {
  dns::v1::CreateZoneAssociationRequest request;
  ZoneAssociation& wanted = *request.mutable_zone_association();
  wanted.set_name(NameOf(planned));
  wanted.set_vpc(TextAt(planned, "vpc"));
  SetMetadata(planned, "", wanted.mutable_metadata());
  *request.mutable_mutation() = client.NewMutation();
  ZoneAssociation made;
  const absl::Status status =
      client.Call("nave.dns.v1.ZoneAssociationService/CreateZoneAssociation", request, &made);
  if (!status.ok()) return {std::nullopt, status, {}};
  return {ToRemote(made), absl::OkStatus(), {}};
}

Applied ZoneAssociationResource::Update(Client&, const Object& prior, const Object&,
                                        const std::string&) const {
  return {std::nullopt,
          absl::InternalError(NameOf(prior) + " cannot be changed; a plan replaces it"),
          {}};
}

absl::Status ZoneAssociationResource::Delete(Client& client, const Object& prior,
                                             const std::string& etag) const {
  return DeleteByName(client, "nave.dns.v1.ZoneAssociationService/DeleteZoneAssociation",
                      NameOf(prior), etag);
}

}  // namespace nave::terraform
