#include "tests/server/good_requests.h"

#include <google/protobuf/text_format.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nave/api/v1/common.pb.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "server/method_rules.h"

namespace nave::server {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// `ID` and `N` are put in. Each kind stands three times: `base` is used by others, `gone` can be
// deleted, `new` is not there yet.
struct KindText {
  const char* type;
  const char* resource;
};
const std::vector<KindText>& KindTexts() {
  static const auto& all = *new std::vector<KindText>{
      {"Organization", "name: 'organization' display_name: 'Example'"},
      {"OrganizationalUnit",
       "name: 'organizationalUnits/ID' display_name: 'Unit' parent_unit: "
       "'organizationalUnits/top'"},
      {"Account",
       "name: 'accounts/ID' display_name: 'Account' organizational_unit: 'organizationalUnits/top' "
       "state: ACTIVE"},
      {"Vpc",
       "name: 'accounts/base/vpcs/ID' display_name: 'VPC' region: 'north' cidrs: '10.N.0.0/16' "
       "resolver_addresses: '127.99.N.1:5300' recursive_resolvers: '192.0.2.1:53'"},
      {"Endpoint",
       "name: 'accounts/base/endpoints/ID' direction: INBOUND vpc: 'accounts/base/vpcs/base' "
       "addresses: '127.99.N.2:5300'"},
      {"Rule",
       "name: 'accounts/base/rules/ID' domain_name: 'ID.corp.example.com.' kind: FORWARD "
       "targets { address: '192.0.2.2' port: 53 transport: TCP priority: 1 weight: 2 } "
       "targets { inbound_endpoint: 'accounts/base/endpoints/base' } "
       "outbound_endpoint: 'accounts/base/endpoints/out' "
       "policy { selection: LATENCY on_servfail: ANSWER on_refused: NEXT_TARGET "
       "on_nxdomain: NEXT_TARGET on_all_down: FAIL hedge_percentile: 95 }"},
      {"NameServer",
       "name: 'accounts/base/nameServers/ID' addresses: '192.0.N.9:5399' "
       "forwards { domain_name: 'ID.out.example.com.' inbound_endpoint: "
       "'accounts/base/endpoints/base' } "
       "forwards { domain_name: 'ID.far.example.com.' addresses: '192.0.2.9:53' } comment: 'A "
       "server'"},
      {"NamespaceGrant",
       "name: 'namespaceGrants/ID' suffix: 'ID.cloud.example.com.' grantee: 'accounts/base'"},
      {"Zone",
       "name: 'accounts/base/zones/ID' domain_name: 'ID.base.cloud.example.com.' comment: 'A "
       "zone'"},
      {"RecordSet",
       "name: 'accounts/base/zones/base/recordSets/ID.base.base.cloud.example.com./A' ttl_seconds: "
       "60 "
       "rdata: '192.0.2.N'"},
      {"Share",
       "name: 'accounts/base/shares/ID' resource: 'accounts/base/rules/plain-ID' principal: "
       "'organizationalUnits/top'"},
      {"RuleAssociation",
       "name: 'accounts/base/ruleAssociations/ID' rule: 'accounts/base/rules/plain-ID' "
       "vpc: 'accounts/base/vpcs/base'"},
      {"ZoneAssociation",
       "name: 'accounts/base/zones/base/associations/ID' vpc: 'accounts/base/vpcs/plain-ID' "
       "expire_time { seconds: 4000000000 }"},
      {"Product",
       "name: 'products/ID' display_name: 'Product' plugin: 'outbound' launch_role: "
       "'organization'"},
      {"ProductVersion",
       "name: 'products/in/versions/ID' description: 'First' state: ACTIVE "
       "settings { key: 'hub_zone' values: 'accounts/base/zones/base' }"},
      {"Portfolio", "name: 'portfolios/ID' display_name: 'Portfolio' products: 'products/base'"},
      {"AccessGrant", "name: 'portfolios/base/accessGrants/ID' grantee: 'accounts/base'"},
      {"Token",
       "name: 'tokens/ID' principal: 'users/ID' role: VIEWER scope: 'organization' "
       "expire_time { seconds: 4000000000 }"},
  };
  return all;
}

// What others need and no kind above is, in order: type, resource.
const std::vector<KindText>& Supports() {
  static const auto& all = *new std::vector<KindText>{
      {"Organization", "name: 'organization'"},
      {"OrganizationalUnit", "name: 'organizationalUnits/top'"},
      {"Account", "name: 'accounts/base' organizational_unit: 'organizationalUnits/top'"},
      {"Vpc", "name: 'accounts/base/vpcs/base' resolver_addresses: '127.99.0.1:5300'"},
      {"Vpc", "name: 'accounts/base/vpcs/plain-base'"},
      {"Vpc", "name: 'accounts/base/vpcs/plain-gone'"},
      {"Vpc", "name: 'accounts/base/vpcs/plain-new'"},
      {"Endpoint",
       "name: 'accounts/base/endpoints/out' direction: OUTBOUND vpc: 'accounts/base/vpcs/base'"},
      {"Rule", "name: 'accounts/base/rules/plain-base' domain_name: 'b.plain.' kind: SYSTEM"},
      {"Rule", "name: 'accounts/base/rules/plain-gone' domain_name: 'g.plain.' kind: SYSTEM"},
      {"Rule", "name: 'accounts/base/rules/plain-new' domain_name: 'n.plain.' kind: SYSTEM"},
      {"Product", "name: 'products/in' plugin: 'inbound' launch_role: 'organization'"},
      {"ProductVersion", "name: 'products/base/versions/v1'"},
  };
  return all;
}

// By the method's name without its package.
const std::map<std::string, std::string>& OtherRequests() {
  static const auto& all = *new std::map<std::string, std::string>{
      {"ZoneAssociationService/AcceptZoneAssociation",
       "name: 'accounts/base/zones/base/associations/base'"},
      {"ZoneService/CheckZone", "name: 'accounts/base/zones/base'"},
      {"RecordSetService/ApplyChangeBatch",
       "zone: 'accounts/base/zones/base' changes { action: UPSERT record_set { name: "
       "'accounts/base/zones/base/recordSets/x.base.base.cloud.example.com./A' ttl_seconds: 5 "
       "rdata: "
       "'192.0.2.1' } }"},
      {"LedgerService/ListAccountLedger",
       "account: 'accounts/base' resource: 'accounts/base/zones/base' domain_name: 'example.com.' "
       "page_size: 10"},
      {"LedgerService/ListVpcLedger",
       "account: 'accounts/base' vpc: 'accounts/base/vpcs/base' resource: "
       "'accounts/base/rules/plain-base' domain_name: 'plain.' page_size: 10"},
      {"ExplainService/Explain",
       "vpc: 'accounts/base/vpcs/base' qname: 'www.example.com.' qtype: 'A' no_recursion: true "
       "dnssec_ok: true checking_disabled: true"},
      {"CacheService/FlushCache",
       "vpc: 'accounts/base/vpcs/base' rule: 'accounts/base/rules/base' suffix: 'example.com.'"},
      {"CacheService/ListCacheUse", "vpc: 'accounts/base/vpcs/base'"},
      {"ProvisionedProductService/LaunchProduct",
       "provisioned_product { name: 'accounts/base/provisionedProducts/new' version: "
       "'products/base/versions/v1' parameters { key: 'vpc' values: 'plain-new' } parameters { "
       "key: 'rule' values: 'plain-new' } }"},
      {"ProvisionedProductService/UpdateProvisionedProduct",
       "provisioned_product { name: 'accounts/base/provisionedProducts/base' version: "
       "'products/base/versions/v1' parameters { key: 'vpc' values: 'plain-base' } parameters { "
       "key: 'rule' values: 'plain-base' } }"},
      {"ProvisionedProductService/TerminateProvisionedProduct",
       "name: 'accounts/base/provisionedProducts/base' delete_foreign_records: true"},
      {"ProvisionedProductService/GetProvisionedProduct",
       "name: 'accounts/base/provisionedProducts/base'"},
      {"ProvisionedProductService/ListProvisionedProducts",
       "parent: 'accounts/base' page_size: 10"},
      {"ProvisionedProductService/ListHistory",
       "name: 'accounts/base/provisionedProducts/base' page_size: 10"},
      {"OperationService/GetOperation", "name: 'operations/none'"},
      {"OperationService/ListOperations", "page_size: 10 filter: 'state = \"RUNNING\"'"},
      {"OperationService/WaitOperation", "name: 'operations/none' timeout { nanos: 1000000 }"},
      {"EventService/PublishEvent",
       "event { id: 'e1' source: '/test' type: 'test.happened' subject: 'accounts/base' data: "
       "'{\"a\": 1}' time { seconds: 1700000000 } }"},
      {"EventService/ListDeadLetters", "page_size: 10"},
      {"EventService/RedriveDeadLetter", "name: 'deadLetters/none'"},
      {"EventService/DeleteDeadLetter", "name: 'deadLetters/none'"},
      {"NodeService/GetNode", "name: 'nodes/none'"},
      {"NodeService/ListNodes", "page_size: 10"},
      {"NodeService/DeleteNode", "name: 'nodes/none'"},
      {"NodeService/WaitServed",
       "revision: 1 vpcs: 'accounts/base/vpcs/base' timeout { nanos: 1000000 }"},
      {"AdminService/WhoAmI", ""},
      {"AdminService/ExportSnapshot", "vpcs: 'accounts/base/vpcs/base'"},
  };
  return all;
}

const std::map<std::string, std::string>& GoodReasons() {
  static const auto& all = *new std::map<std::string, std::string>{
      {"ExplainService/Explain", "NO_LIVE_NODE"},
      {"CacheService/FlushCache", "NO_LIVE_NODE"},
      {"CacheService/ListCacheUse", "NO_LIVE_NODE"},
      {"OperationService/GetOperation", "NOT_FOUND"},
      {"OperationService/WaitOperation", "NOT_FOUND"},
      {"EventService/RedriveDeadLetter", "NOT_FOUND"},
      {"EventService/DeleteDeadLetter", "NOT_FOUND"},
      {"NodeService/GetNode", "NOT_FOUND"},
      {"NodeService/DeleteNode", "NOT_FOUND"},
      {"OrganizationService/CreateOrganization", "ALREADY_EXISTS"},
      {"OrganizationService/DeleteOrganization", "IN_USE"},
  };
  return all;
}

std::string ShortName(const MethodDescriptor& method) {
  return absl::StrCat(method.service()->name(), "/", method.name());
}

std::string With(const char* text, const std::string& id, int number) {
  return absl::StrReplaceAll(
      text,
      {{"ID", id}, {"N.", absl::StrCat(number, ".")}, {".N'", absl::StrCat(".", number, "'")}});
}

MessagePtr New(const Descriptor* descriptor) {
  return MessagePtr(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

void Parse(const std::string& text, Message* message) {
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, message)) << text;
}

// The field of a request that holds the resource of a kind; null when there is none.
const FieldDescriptor* ResourceField(const Descriptor& request, const std::string& type) {
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor* field = request.field(i);
    if (field->message_type() != nullptr && field->message_type()->name() == type) return field;
  }
  return nullptr;
}

void SetDryRun(Message* request) {
  const FieldDescriptor* field = request->GetDescriptor()->FindFieldByName("mutation");
  if (field == nullptr) return;
  static_cast<api::v1::Mutation*>(request->GetReflection()->MutableMessage(request, field))
      ->set_validate_only(true);
}

const MethodDescriptor* FindMethod(const std::string& name) {
  for (const MethodDescriptor* method : ServedMethods()) {
    if (method->name() == name) return method;
  }
  return nullptr;
}

std::string NameIn(const std::string& resource) {
  const size_t begin = resource.find('\'') + 1;
  return resource.substr(begin, resource.find('\'', begin) - begin);
}

// Requests of the five methods that every kind has; null for any other method.
MessagePtr KindRequest(const MethodDescriptor& method) {
  for (const KindText& kind : KindTexts()) {
    const std::string type = kind.type;
    MessagePtr request = New(method.input_type());
    if (method.name() == "Create" + type || method.name() == "Update" + type) {
      const FieldDescriptor* field = ResourceField(*method.input_type(), type);
      const bool create = method.name()[0] == 'C';
      Parse(With(kind.resource, create ? "new" : "gone", create ? 30 : 20),
            request->GetReflection()->MutableMessage(request.get(), field));
      return request;
    }
    if (method.name() == "Get" + type || method.name() == "Delete" + type) {
      Parse(absl::StrCat("name: '", NameIn(With(kind.resource, "gone", 20)), "'"), request.get());
      return request;
    }
    if (method.service()->name() == type + "Service" && method.name().rfind("List", 0) == 0) {
      const std::string name = NameIn(With(kind.resource, "gone", 20));
      const bool below = name.rfind("accounts/base/", 0) == 0;
      Parse(absl::StrCat("page_size: 10 filter: 'name = \"x\"'",
                         below ? " parent: 'accounts/base'" : ""),
            request.get());
      return request;
    }
  }
  return nullptr;
}

void Make(const Harness& harness, const std::string& type, const std::string& text) {
  const MethodDescriptor* method = FindMethod("Create" + type);
  ASSERT_NE(nullptr, method) << type;
  MessagePtr request = New(method->input_type());
  Parse(text, request->GetReflection()->MutableMessage(request.get(),
                                                       ResourceField(*method->input_type(), type)));
  const grpc::Status status = CallByName(harness, *method, *request, nullptr);
  ASSERT_TRUE(status.ok()) << text << "\n" << status.error_message();
}

void LaunchBase(const Harness& harness) {
  catalog::v1::LaunchProductRequest request;
  Parse(
      "provisioned_product { name: 'accounts/base/provisionedProducts/base' version: "
      "'products/base' parameters { key: 'vpc' values: 'plain-base' } parameters { key: 'rule' "
      "values: 'plain-base' } }",
      &request);
  catalog::v1::ChangeProductResponse launched;
  grpc::Status status = CallByName(harness, *FindMethod("LaunchProduct"), request, &launched);
  ASSERT_TRUE(status.ok()) << status.error_message();
  catalog::v1::WaitOperationRequest wait;
  wait.set_name(launched.operation().name());
  catalog::v1::Operation ended;
  status = CallByName(harness, *FindMethod("WaitOperation"), wait, &ended);
  ASSERT_EQ(catalog::v1::Operation::SUCCEEDED, ended.state()) << ended.DebugString();
}

}  // namespace

grpc::Status CallByName(const Harness& harness, const MethodDescriptor& method,
                        const Message& request, Message* response) {
  grpc::GenericStub stub(harness.channel());
  const std::unique_ptr<grpc::ClientContext> context = harness.Context(harness.admin());
  grpc::CompletionQueue queue;
  const grpc::Slice bytes(request.SerializeAsString());
  const auto call = stub.PrepareUnaryCall(
      context.get(), absl::StrCat("/", method.service()->full_name(), "/", method.name()),
      grpc::ByteBuffer(&bytes, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer buffer;
  grpc::Status status;
  call->Finish(&buffer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  EXPECT_TRUE(queue.Next(&tag, &ok) && ok);
  grpc::Slice answer;
  if (status.ok() && response != nullptr) {
    EXPECT_TRUE(buffer.DumpToSingleSlice(&answer).ok() &&
                response->ParseFromArray(answer.begin(), static_cast<int>(answer.size())));
  }
  return status;
}

void MakeWorld(const Harness& harness) {
  size_t supports = 0;
  // What the supports need of the kinds above comes when they are asked for: in the order of both.
  const auto make_supports_of = [&](const std::string& type) {
    for (; supports < Supports().size() && Supports()[supports].type == type; ++supports) {
      Make(harness, type, Supports()[supports].resource);
    }
  };
  for (const KindText& kind : KindTexts()) {
    const std::string type = kind.type;
    make_supports_of(type);
    if (type == "Organization") continue;
    if (type != "Account" && type != "Vpc") Make(harness, type, With(kind.resource, "base", 10));
    Make(harness, type, With(kind.resource, "gone", 20));
  }
  LaunchBase(harness);
}

MessagePtr GoodRequest(const MethodDescriptor& method) {
  MessagePtr request = KindRequest(method);
  const auto other = OtherRequests().find(ShortName(method));
  if (request == nullptr && other == OtherRequests().end()) return nullptr;
  if (request == nullptr) {
    request = New(method.input_type());
    Parse(other->second, request.get());
  }
  SetDryRun(request.get());
  return request;
}

std::string ReasonOfGood(const MethodDescriptor& method) {
  const auto found = GoodReasons().find(ShortName(method));
  return found == GoodReasons().end() ? "" : found->second;
}

}  // namespace nave::server
