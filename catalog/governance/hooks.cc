#include "catalog/governance/hooks.h"

#include "absl/strings/str_cat.h"
#include "catalog/governance/names.h"
#include "catalog/governance/times.h"
#include "lib/base/random.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/name_server.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/event/v1/event.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/namespace_grant.pb.h"
#include "nave/governance/v1/organizational_unit.pb.h"
#include "nave/governance/v1/share.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::catalog {
namespace {

using google::protobuf::Descriptor;

const std::vector<std::pair<const Descriptor*, Hooks>>& Table() {
  static const auto* const table = new std::vector<std::pair<const Descriptor*, Hooks>>{
      {governance::v1::Account::descriptor(), AccountHooks()},
      {governance::v1::OrganizationalUnit::descriptor(), OrganizationalUnitHooks()},
      {governance::v1::Share::descriptor(), ShareHooks()},
      {governance::v1::NamespaceGrant::descriptor(), NamespaceGrantHooks()},
      {governance::v1::Token::descriptor(), TokenHooks()},
      {governance::v1::Vpc::descriptor(), VpcHooks()},
      {dns::v1::Endpoint::descriptor(), EndpointHooks()},
      {dns::v1::NameServer::descriptor(), NameServerHooks()},
      {dns::v1::Rule::descriptor(), RuleHooks()},
      {dns::v1::RuleAssociation::descriptor(), RuleAssociationHooks()},
      {dns::v1::Zone::descriptor(), ZoneHooks()},
      {dns::v1::ZoneAssociation::descriptor(), ZoneAssociationHooks()},
      {dns::v1::RecordSet::descriptor(), RecordSetHooks()},
      {v1::ProductVersion::descriptor(), ProductVersionHooks()},
      {v1::AccessGrant::descriptor(), AccessGrantHooks()},
  };
  return *table;
}

}  // namespace

Hooks HooksOf(const Descriptor* descriptor) {
  for (const auto& [kind, hooks] : Table()) {
    if (kind == descriptor) return hooks;
  }
  return {};
}

void PutResource(store::Transaction& transaction, const google::protobuf::Message& resource) {
  transaction.Put(store::Table::kResources, NameOf(resource), StoredBytes(resource));
}

void EmitResourceEvent(store::Transaction& transaction, const Actor& actor, const char* type,
                       const std::string& subject) {
  event::v1::Event event;
  event.set_id(NewId(absl::ToUnixMillis(actor.now)));
  event.set_source("/naved");
  event.set_type(type);
  event.set_subject(subject);
  event.set_principal(actor.caller.principal);
  SetTime(actor.now, event.mutable_time());
  transaction.Emit({type, event.SerializeAsString()});
}

absl::Status RequireSameAccount(const std::string& name, const std::string& field,
                                const std::string& target) {
  if (target.empty() || AccountOf(name) == AccountOf(target)) return absl::OkStatus();
  return FieldError(field, absl::StrCat("'", target, "' is not of ", AccountOf(name)));
}

absl::Status RequireActiveAccount(store::Reader& reader, const std::string& name) {
  std::string account = AccountOf(name);
  if (account == kOrganization) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(auto found, ReadResource<governance::v1::Account>(reader, account));
  if (found.state() == governance::v1::Account::ACTIVE) return absl::OkStatus();
  return Error(
      api::v1::ACCOUNT_NOT_ACTIVE,
      absl::StrCat("'", account, "' is ", governance::v1::Account::State_Name(found.state()),
                   "; nothing new can be made in it"),
      {{"resource", account}});
}

}  // namespace nave::catalog
