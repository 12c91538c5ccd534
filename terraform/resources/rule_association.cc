#include "terraform/resources/rule_association.h"

#include "lib/base/status_macros.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "terraform/resources/spelling.h"

namespace nave::terraform {
namespace {

using dns::v1::RuleAssociation;

Remote ToRemote(const RuleAssociation& association) {
  return {{{"name", Value::String(association.name())},
           {"rule", Value::String(association.rule())},
           {"vpc", Value::String(association.vpc())},
           {"labels", LabelsOf(association.metadata())}},
          association.metadata().etag()};
}

}  // namespace

RuleAssociationResource::RuleAssociationResource() {
  schema_.description =
      "Makes a resolver rule act on a VPC. At most one rule for a domain name on a VPC.";
  Attribute labels = LabelsAttribute();
  labels.replaces = true;
  schema_.attributes = {
      NameAttribute(RuleAssociation::descriptor(), "The resource name, which you choose."),
      ReferenceAttribute("rule", dns::v1::Rule::descriptor(),
                         "The rule, of the same account or shared with it."),
      ReferenceAttribute("vpc", governance::v1::Vpc::descriptor(),
                         "The VPC, of the association's account."),
      labels,
  };
}

absl::StatusOr<Remote> RuleAssociationResource::Read(Client& client,
                                                     const std::string& name) const {
  RuleAssociation association;
  NAVE_RETURN_IF_ERROR(client.Call("nave.dns.v1.RuleAssociationService/GetRuleAssociation",
                                   GetRequestFor(name), &association));
  NAVE_RETURN_IF_ERROR(CheckOwner(name, association.metadata()));
  return ToRemote(association);
}

Applied RuleAssociationResource::Create(Client& client, const Object& planned) const {
  dns::v1::CreateRuleAssociationRequest request;
  RuleAssociation& wanted = *request.mutable_rule_association();
  wanted.set_name(NameOf(planned));
  wanted.set_rule(TextAt(planned, "rule"));
  wanted.set_vpc(TextAt(planned, "vpc"));
  SetMetadata(planned, "", wanted.mutable_metadata());
  *request.mutable_mutation() = client.NewMutation();
  RuleAssociation made;
  const absl::Status status =
      client.Call("nave.dns.v1.RuleAssociationService/CreateRuleAssociation", request, &made);
  if (!status.ok()) return {std::nullopt, status, {}};
  return {ToRemote(made), absl::OkStatus(), {}};
}

Applied RuleAssociationResource::Update(Client&, const Object& prior, const Object&,
                                        const std::string&) const {
  return {std::nullopt,
          absl::InternalError(NameOf(prior) + " cannot be changed; a plan replaces it"),
          {}};
}

absl::Status RuleAssociationResource::Delete(Client& client, const Object& prior,
                                             const std::string& etag) const {
  return DeleteByName(client, "nave.dns.v1.RuleAssociationService/DeleteRuleAssociation",
                      NameOf(prior), etag);
}

}  // namespace nave::terraform
