#include "cli/kinds.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/calls.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/portfolio.pb.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/dns/v1/endpoint.pb.h"
#include "nave/dns/v1/name_server.pb.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/namespace_grant.pb.h"
#include "nave/governance/v1/organization.pb.h"
#include "nave/governance/v1/organizational_unit.pb.h"
#include "nave/governance/v1/share.pb.h"
#include "nave/governance/v1/token.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// `rule-association` of `RuleAssociation`.
std::string NounOf(const std::string& type) {
  std::string noun;
  for (char c : type) {
    if (absl::ascii_isupper(c) && !noun.empty()) noun.push_back('-');
    noun.push_back(absl::ascii_tolower(c));
  }
  return noun;
}

Kind MakeKind(const Descriptor* message, const std::string& help) {
  const api::v1::ResourceRule& rule = message->options().GetExtension(api::v1::resource);
  Kind kind;
  kind.message = message;
  kind.type = rule.type();
  kind.pattern = rule.pattern();
  kind.noun = NounOf(rule.type());
  kind.help = help;
  kind.service = message->file()->FindServiceByName(rule.type() + "Service");
  return kind;
}

const MethodDescriptor* FindMethod(const Kind& kind, const std::string& verb) {
  return kind.service->FindMethodByName(verb + kind.type);
}

// The first field of `message` that holds one or several of `part`; null when there is none.
const FieldDescriptor* FieldOfType(const Descriptor* message, const Descriptor* part) {
  for (int i = 0; i < message->field_count(); ++i) {
    if (message->field(i)->message_type() == part) return message->field(i);
  }
  return nullptr;
}

// A request of a method that takes a resource and a mutation.
MessagePtr RequestWith(const Kind& kind, const MethodDescriptor* method, const Message& resource,
                       const api::v1::Mutation& mutation) {
  MessagePtr request = NewMessage(method->input_type());
  const auto* reflection = request->GetReflection();
  reflection->MutableMessage(request.get(), FieldOfType(method->input_type(), kind.message))
      ->CopyFrom(resource);
  reflection
      ->MutableMessage(request.get(),
                       FieldOfType(method->input_type(), api::v1::Mutation::descriptor()))
      ->CopyFrom(mutation);
  return request;
}

std::string StringField(const Message& message, const std::string& name) {
  return message.GetReflection()->GetString(message,
                                            message.GetDescriptor()->FindFieldByName(name));
}

}  // namespace

std::string Kind::Method(const std::string& verb) const {
  // Lists have the plural in their name: ListVpcs.
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string& name = service->method(i)->name();
    if (name == verb + type || (verb == "List" && name.compare(0, 4, "List") == 0)) {
      return absl::StrCat(service->full_name(), "/", name);
    }
  }
  return "";
}

const std::vector<Kind>& Kinds() {
  static const auto* const kinds = new std::vector<Kind>{
      MakeKind(governance::v1::Organization::descriptor(), "The root of everything"),
      MakeKind(governance::v1::OrganizationalUnit::descriptor(), "Units in which accounts stand"),
      MakeKind(governance::v1::Account::descriptor(), "Accounts: the owners of everything else"),
      MakeKind(governance::v1::Vpc::descriptor(), "VPCs: the private networks"),
      MakeKind(dns::v1::Endpoint::descriptor(), "Where queries enter and leave a VPC"),
      MakeKind(dns::v1::NameServer::descriptor(),
               "Name servers outside of Nave, and where they forward to"),
      MakeKind(dns::v1::Rule::descriptor(), "Resolver rules: a domain suffix and what to do"),
      MakeKind(governance::v1::NamespaceGrant::descriptor(),
               "Who may create zones below which domain name"),
      MakeKind(dns::v1::Zone::descriptor(), "Private zones"),
      MakeKind(dns::v1::RecordSet::descriptor(), "The data of a private zone"),
      MakeKind(governance::v1::Share::descriptor(), "What one account lets others use"),
      MakeKind(dns::v1::RuleAssociation::descriptor(), "Which rules act on which VPCs"),
      MakeKind(dns::v1::ZoneAssociation::descriptor(), "Which zones answer in which VPCs"),
      MakeKind(catalog::v1::Product::descriptor(), "What can be launched"),
      MakeKind(catalog::v1::ProductVersion::descriptor(), "The settings of a product"),
      MakeKind(catalog::v1::Portfolio::descriptor(), "Products that are offered together"),
      MakeKind(catalog::v1::AccessGrant::descriptor(), "Who may launch from a portfolio"),
      MakeKind(governance::v1::Token::descriptor(), "The credentials of people, programs, nodes"),
  };
  return *kinds;
}

const Kind* KindOfType(const std::string& type) {
  for (const Kind& kind : Kinds()) {
    if (kind.type == type) return &kind;
  }
  return nullptr;
}

const api::v1::FieldRule& RuleOf(const FieldDescriptor& field) {
  return field.options().GetExtension(api::v1::field);
}

std::vector<const FieldDescriptor*> SettableFields(const Kind& kind) {
  std::vector<const FieldDescriptor*> fields;
  for (int i = 0; i < kind.message->field_count(); ++i) {
    const FieldDescriptor* field = kind.message->field(i);
    if (field->name() == "name" || field->name() == "metadata" || RuleOf(*field).output_only()) {
      continue;
    }
    fields.push_back(field);
  }
  return fields;
}

MessagePtr NewMessage(const Descriptor* descriptor) {
  return MessagePtr(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

std::string NameOf(const Message& resource) { return StringField(resource, "name"); }

void SetName(const std::string& name, Message* resource) {
  resource->GetReflection()->SetString(resource, resource->GetDescriptor()->FindFieldByName("name"),
                                       name);
}

const api::v1::Metadata& MetadataOf(const Message& resource) {
  return static_cast<const api::v1::Metadata&>(resource.GetReflection()->GetMessage(
      resource, resource.GetDescriptor()->FindFieldByName("metadata")));
}

api::v1::Metadata* MutableMetadata(Message* resource) {
  return static_cast<api::v1::Metadata*>(resource->GetReflection()->MutableMessage(
      resource, resource->GetDescriptor()->FindFieldByName("metadata")));
}

absl::StatusOr<MessagePtr> GetResource(ControlPlane& control_plane, const Kind& kind,
                                       const std::string& name) {
  api::v1::GetRequest request;
  request.set_name(name);
  MessagePtr resource = NewMessage(kind.message);
  NAVE_RETURN_IF_ERROR(control_plane.Call(kind.Method("Get"), request, resource.get()));
  return resource;
}

absl::StatusOr<std::vector<MessagePtr>> ListResources(ControlPlane& control_plane, const Kind& kind,
                                                      const std::string& parent,
                                                      const std::string& filter) {
  const std::string method = kind.Method("List");
  const Descriptor* page_type =
      kind.service->FindMethodByName(method.substr(method.rfind('/') + 1))->output_type();
  const FieldDescriptor* items = FieldOfType(page_type, kind.message);
  api::v1::ListRequest request;
  request.set_parent(parent);
  request.set_filter(filter);
  request.set_page_size(kPageSize);
  std::vector<MessagePtr> all;
  for (int number = 0; number < kMaxPages; ++number) {
    MessagePtr page = NewMessage(page_type);
    NAVE_RETURN_IF_ERROR(control_plane.Call(method, request, page.get()));
    const auto* reflection = page->GetReflection();
    for (int i = 0; i < reflection->FieldSize(*page, items); ++i) {
      all.push_back(NewMessage(kind.message));
      all.back()->CopyFrom(reflection->GetRepeatedMessage(*page, items, i));
    }
    request.set_page_token(StringField(*page, "next_page_token"));
    if (request.page_token().empty()) return all;
  }
  return TooManyPages(method);
}

absl::StatusOr<MessagePtr> CreateResource(ControlPlane& control_plane, const Kind& kind,
                                          const Message& resource,
                                          const api::v1::Mutation& mutation) {
  const MessagePtr request = RequestWith(kind, FindMethod(kind, "Create"), resource, mutation);
  MessagePtr made = NewMessage(kind.message);
  NAVE_RETURN_IF_ERROR(control_plane.Call(kind.Method("Create"), *request, made.get()));
  return made;
}

absl::StatusOr<MessagePtr> UpdateResource(ControlPlane& control_plane, const Kind& kind,
                                          const Message& resource,
                                          const google::protobuf::FieldMask& mask,
                                          const api::v1::Mutation& mutation) {
  const MethodDescriptor* method = FindMethod(kind, "Update");
  const MessagePtr request = RequestWith(kind, method, resource, mutation);
  request->GetReflection()
      ->MutableMessage(request.get(), FieldOfType(method->input_type(), mask.GetDescriptor()))
      ->CopyFrom(mask);
  MessagePtr changed = NewMessage(kind.message);
  NAVE_RETURN_IF_ERROR(control_plane.Call(kind.Method("Update"), *request, changed.get()));
  return changed;
}

absl::StatusOr<int64_t> DeleteResource(ControlPlane& control_plane, const Kind& kind,
                                       const std::string& name, const std::string& etag,
                                       const api::v1::Mutation& mutation) {
  api::v1::DeleteRequest request;
  request.set_name(name);
  request.set_etag(etag);
  *request.mutable_mutation() = mutation;
  api::v1::DeleteResponse response;
  NAVE_RETURN_IF_ERROR(control_plane.Call(kind.Method("Delete"), request, &response));
  return response.revision();
}

}  // namespace nave::cli
