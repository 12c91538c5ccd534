#include "server/method_rules.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/catalog/v1/portfolio.pb.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "nave/dns/v1/cache.pb.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/explain.pb.h"
#include "nave/dns/v1/ledger.pb.h"
#include "nave/dns/v1/name_server.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/event/v1/event.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/admin.pb.h"
#include "nave/governance/v1/namespace_grant.pb.h"
#include "nave/governance/v1/node.pb.h"
#include "nave/governance/v1/organization.pb.h"
#include "nave/governance/v1/organizational_unit.pb.h"
#include "nave/governance/v1/share.pb.h"
#include "nave/governance/v1/token.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "nave/resolver/v1/stream.pb.h"

namespace nave::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

std::vector<const MethodDescriptor*> FindMethods() {
  // A message of each contract with a service: its file holds the service.
  const Descriptor* const contracts[] = {
      governance::v1::Organization::descriptor(),
      governance::v1::OrganizationalUnit::descriptor(),
      governance::v1::Account::descriptor(),
      governance::v1::Vpc::descriptor(),
      governance::v1::Share::descriptor(),
      governance::v1::NamespaceGrant::descriptor(),
      governance::v1::Token::descriptor(),
      governance::v1::Node::descriptor(),
      governance::v1::WhoAmIRequest::descriptor(),
      dns::v1::Endpoint::descriptor(),
      dns::v1::NameServer::descriptor(),
      dns::v1::Rule::descriptor(),
      dns::v1::RuleAssociation::descriptor(),
      dns::v1::Zone::descriptor(),
      dns::v1::RecordSet::descriptor(),
      dns::v1::ZoneAssociation::descriptor(),
      dns::v1::ListLedgerRequest::descriptor(),
      dns::v1::ExplainRequest::descriptor(),
      dns::v1::FlushCacheRequest::descriptor(),
      catalog::v1::Portfolio::descriptor(),
      catalog::v1::Product::descriptor(),
      catalog::v1::ProductVersion::descriptor(),
      catalog::v1::AccessGrant::descriptor(),
      catalog::v1::ProvisionedProduct::descriptor(),
      catalog::v1::Operation::descriptor(),
      event::v1::Event::descriptor(),
      resolver::v1::Hello::descriptor(),
  };
  std::vector<const MethodDescriptor*> methods;
  for (const Descriptor* contract : contracts) {
    const FileDescriptor* file = contract->file();
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

}  // namespace

const std::vector<const MethodDescriptor*>& ServedMethods() {
  static const auto& methods = *new std::vector<const MethodDescriptor*>(FindMethods());
  return methods;
}

const api::v1::MethodRule& RuleOf(const MethodDescriptor& method) {
  return method.options().GetExtension(api::v1::method);
}

absl::Status CheckMethod(const MethodDescriptor& method) {
  const api::v1::MethodRule& rule = RuleOf(method);
  if (rule.right() == api::v1::RIGHT_UNSPECIFIED) {
    return absl::FailedPreconditionError(absl::StrCat(method.full_name(), " declares no right"));
  }
  if (rule.scope().empty()) return absl::OkStatus();
  const Descriptor* message = method.input_type();
  const FieldDescriptor* field = nullptr;
  for (const absl::string_view part : absl::StrSplit(rule.scope(), '.')) {
    field = message == nullptr ? nullptr : message->FindFieldByName(std::string(part));
    if (field == nullptr) break;
    message = field->is_repeated() ? nullptr : field->message_type();
  }
  if (field != nullptr && !field->is_repeated() && field->type() == FieldDescriptor::TYPE_STRING) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(method.full_name(), ": the scope '",
                                                    rule.scope(), "' is no text field of ",
                                                    method.input_type()->name()));
}

std::string ScopeOf(const api::v1::MethodRule& rule, const google::protobuf::Message& request) {
  if (rule.scope().empty()) return "";
  const google::protobuf::Message* message = &request;
  for (absl::string_view part : absl::StrSplit(rule.scope(), '.')) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(std::string(part));
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      return message->GetReflection()->GetString(*message, field);
    }
    message = &message->GetReflection()->GetMessage(*message, field);
  }
  return "";
}

}  // namespace nave::server
