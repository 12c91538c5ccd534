#include "tests/catalog/governance/world.h"

#include <google/protobuf/text_format.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "catalog/governance/names.h"
#include "lib/base/check.h"
#include "store/lmdb/lmdb_store.h"

namespace nave::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using governance::v1::Token;

class KnownPlugins final : public catalog::PluginCheck {
 public:
  absl::Status CheckPlugin(const std::string& plugin) const override {
    if (plugin == "outbound") return absl::OkStatus();
    return catalog::Error(api::v1::INVALID_PARAMETER, "no such plugin");
  }
  absl::Status CheckSettings(const std::string&,
                             const std::vector<api::v1::Parameter>& settings) const override {
    for (const api::v1::Parameter& setting : settings) {
      if (setting.key() == "wrong")
        return catalog::Error(api::v1::INVALID_PARAMETER, "no such setting");
    }
    return absl::OkStatus();
  }
};

// An empty request such as CreateVpcRequest.
std::unique_ptr<Message> NewRequest(const catalog::ResourceType& type, const std::string& verb) {
  const std::string name = absl::StrCat(verb, type.type, "Request");
  const auto* descriptor = type.descriptor->file()->FindMessageTypeByName(name);
  NAVE_CHECK(descriptor != nullptr);
  return catalog::NewMessage(descriptor);
}

Message* ResourceOf(Message* request, const catalog::ResourceType& type) {
  const auto* descriptor = request->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->message_type() == type.descriptor) {
      return request->GetReflection()->MutableMessage(request, descriptor->field(i));
    }
  }
  return nullptr;
}

std::pair<std::string, std::string> CutWord(const std::string& line) {
  std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
  return parts;
}

}  // namespace

World::World() : plugins_(std::make_unique<KnownPlugins>()) {
  store::LmdbOptions options;
  options.directory = directory_.path();
  options.initial_map_bytes = 16u << 20;
  auto opened = store::OpenLmdbStore(options);
  NAVE_CHECK(opened.ok());
  store_ = *std::move(opened);
  engine_ = std::make_unique<catalog::Engine>(*store_, clock_, *plugins_);
  NAVE_CHECK(RunAs("admin").ok());
}

absl::Status World::RunAs(const std::string& who) {
  auto [role, scope] = CutWord(who);
  if (scope.empty()) scope = catalog::kOrganization;
  Token::Role value = role == "admin"      ? Token::ADMIN
                      : role == "network"  ? Token::NETWORK_ADMIN
                      : role == "launcher" ? Token::LAUNCHER
                      : role == "node"     ? Token::NODE
                                           : Token::VIEWER;
  caller_ = {absl::StrCat("users/", role), value, scope, absl::InfiniteFuture()};
  return absl::OkStatus();
}

absl::Status World::RunCreate(const std::string& type_name, const std::string& text) {
  const catalog::ResourceType* type = catalog::TypeNamed(type_name);
  NAVE_CHECK(type != nullptr);
  std::unique_ptr<Message> request = NewRequest(*type, "Create");
  NAVE_CHECK(google::protobuf::TextFormat::ParseFromString(text, ResourceOf(request.get(), *type)));
  std::unique_ptr<Message> response = catalog::NewMessage(type->descriptor);
  return engine_->Create(caller_, *request, response.get());
}

absl::Status World::RunUpdate(const std::string& type_name, const std::string& mask,
                              const std::string& text) {
  const catalog::ResourceType* type = catalog::TypeNamed(type_name);
  NAVE_CHECK(type != nullptr);
  std::unique_ptr<Message> request = NewRequest(*type, "Update");
  NAVE_CHECK(google::protobuf::TextFormat::ParseFromString(text, ResourceOf(request.get(), *type)));
  const auto* field = request->GetDescriptor()->FindFieldByName("update_mask");
  auto* paths = static_cast<google::protobuf::FieldMask*>(
      request->GetReflection()->MutableMessage(request.get(), field));
  for (const auto path : absl::StrSplit(mask, ',', absl::SkipEmpty()))
    paths->add_paths(std::string(path));
  std::unique_ptr<Message> response = catalog::NewMessage(type->descriptor);
  return engine_->Update(caller_, *request, response.get());
}

absl::Status World::Run(const std::string& line) {
  auto [verb, rest] = CutWord(line);
  if (verb == "as") return RunAs(rest);
  if (verb == "delete") {
    api::v1::DeleteRequest request;
    request.set_name(rest);
    api::v1::DeleteResponse response;
    return engine_->Delete(caller_, catalog::TypeOfName(rest)->type, request, &response);
  }
  if (verb == "accept") {
    dns::v1::AcceptZoneAssociationRequest request;
    request.set_name(rest);
    dns::v1::ZoneAssociation response;
    return engine_->AcceptZoneAssociation(caller_, request, &response);
  }
  auto [noun, text] = CutWord(rest);
  if (verb == "create") return RunCreate(noun, text);
  NAVE_CHECK(verb == "update");
  std::pair<std::string, std::string> kind = absl::StrSplit(noun, absl::MaxSplits('(', 1));
  if (!kind.second.empty()) kind.second.pop_back();
  return RunUpdate(kind.first, kind.second, text);
}

absl::Status World::RunAll(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    absl::Status status = Run(line);
    if (!status.ok())
      return absl::Status(status.code(), absl::StrCat(line, ": ", status.message()));
  }
  return absl::OkStatus();
}

catalog::Actor World::ProductActor(const std::string& product, const std::string& launch_role) {
  catalog::Actor actor;
  actor.caller = {"users/ana", Token::LAUNCHER, catalog::AccountOf(product),
                  absl::InfiniteFuture()};
  actor.product = product;
  actor.launch_role = launch_role;
  actor.now = clock_.Now();
  return actor;
}

size_t World::Count(store::Table table) {
  auto snapshot = store_->Read();
  NAVE_CHECK(snapshot.ok());
  auto entries = (*snapshot)->Scan(table, "", "", 100000);
  NAVE_CHECK(entries.ok());
  return entries->size();
}

const std::vector<std::string>& World::Story() {
  static const auto* const lines = new std::vector<std::string>{
      "create Organization name: 'organization'",
      "create OrganizationalUnit name: 'organizationalUnits/spokes'",
      "create Account name: 'accounts/hub'",
      "create Account name: 'accounts/s1' organizational_unit: 'organizationalUnits/spokes'",
      "create Account name: 'accounts/s2' organizational_unit: 'organizationalUnits/spokes'",
      "create NamespaceGrant name: 'namespaceGrants/hub' suffix: 'Cloud.Example.com' grantee: "
      "'accounts/hub'",
      "create NamespaceGrant name: 'namespaceGrants/s1' suffix: 's1.cloud.example.com' grantee: "
      "'accounts/s1'",
      "create Vpc name: 'accounts/hub/vpcs/hub' resolver_addresses: '10.0.0.2:53'",
      "create Vpc name: 'accounts/s1/vpcs/main' resolver_addresses: '10.1.0.2:53'",
      "create Vpc name: 'accounts/s2/vpcs/main' resolver_addresses: '10.2.0.2:53'",
      "create Endpoint name: 'accounts/hub/endpoints/in' direction: INBOUND vpc: "
      "'accounts/hub/vpcs/hub' "
      "addresses: '10.0.0.10:53'",
      "create Rule name: 'accounts/hub/rules/cloud' domain_name: 'cloud.example.com' kind: FORWARD "
      "targets { inbound_endpoint: 'accounts/hub/endpoints/in' }",
      "create Rule name: 'accounts/hub/rules/corp' domain_name: 'corp.example.com' kind: FORWARD "
      "targets { address: '192.0.2.53' }",
      "create Share name: 'accounts/hub/shares/cloud' resource: 'accounts/hub/rules/cloud' "
      "principal: 'organizationalUnits/spokes'",
  };
  return *lines;
}

}  // namespace nave::testing
