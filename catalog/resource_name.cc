#include "catalog/resource_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "catalog/errors.h"
#include "lib/base/check.h"
#include "nave/api/v1/annotations.pb.h"
#include "nave/catalog/v1/access_grant.pb.h"
#include "nave/catalog/v1/portfolio.pb.h"
#include "nave/catalog/v1/product.pb.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
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

namespace nave::catalog {
namespace {

constexpr size_t kMaxIdBytes = 63;

std::vector<std::string> Split(std::string_view name) {
  return absl::StrSplit(std::string(name), '/');
}

bool IsVariable(const std::string& segment) { return segment.front() == '{'; }

// The owner of an RRset and its type have the DNS's own forms; every other id is a plain word.
bool IsDnsPart(const std::string& segment) { return segment == "{owner}" || segment == "{rrtype}"; }

bool IsId(const std::string& id) {
  if (id.empty() || id.size() > kMaxIdBytes || !absl::ascii_isalnum(id.front())) return false;
  for (char c : id) {
    if (!absl::ascii_isalnum(c) && c != '_' && c != '-' && c != '.') return false;
  }
  return true;
}

bool Fits(const ResourceType& type, const std::vector<std::string>& parts) {
  if (parts.size() != type.segments.size()) return false;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (IsVariable(type.segments[i]) ? parts[i].empty() : parts[i] != type.segments[i])
      return false;
  }
  return true;
}

ResourceType MakeType(const google::protobuf::Descriptor* descriptor) {
  const api::v1::ResourceRule& rule = descriptor->options().GetExtension(api::v1::resource);
  NAVE_CHECK(!rule.type().empty());
  return {rule.type(), rule.plural(), Split(rule.pattern()), descriptor};
}

}  // namespace

const std::vector<ResourceType>& ResourceTypes() {
  static const auto* const types = new std::vector<ResourceType>{
      MakeType(governance::v1::Organization::descriptor()),
      MakeType(governance::v1::OrganizationalUnit::descriptor()),
      MakeType(governance::v1::Account::descriptor()),
      MakeType(governance::v1::Vpc::descriptor()),
      MakeType(governance::v1::Share::descriptor()),
      MakeType(governance::v1::NamespaceGrant::descriptor()),
      MakeType(governance::v1::Token::descriptor()),
      MakeType(dns::v1::Endpoint::descriptor()),
      MakeType(dns::v1::NameServer::descriptor()),
      MakeType(dns::v1::Rule::descriptor()),
      MakeType(dns::v1::RuleAssociation::descriptor()),
      MakeType(dns::v1::Zone::descriptor()),
      MakeType(dns::v1::RecordSet::descriptor()),
      MakeType(dns::v1::ZoneAssociation::descriptor()),
      MakeType(catalog::v1::Portfolio::descriptor()),
      MakeType(catalog::v1::Product::descriptor()),
      MakeType(catalog::v1::ProductVersion::descriptor()),
      MakeType(catalog::v1::AccessGrant::descriptor()),
      MakeType(catalog::v1::ProvisionedProduct::descriptor()),
  };
  return *types;
}

const ResourceType* TypeOf(const google::protobuf::Descriptor* descriptor) {
  for (const ResourceType& type : ResourceTypes()) {
    if (type.descriptor == descriptor) return &type;
  }
  return nullptr;
}

const ResourceType* TypeNamed(std::string_view name) {
  for (const ResourceType& type : ResourceTypes()) {
    if (type.type == name) return &type;
  }
  return nullptr;
}

const ResourceType* TypeOfName(std::string_view name) {
  std::vector<std::string> parts = Split(name);
  for (const ResourceType& type : ResourceTypes()) {
    if (Fits(type, parts)) return &type;
  }
  return nullptr;
}

absl::Status CheckName(const ResourceType& type, const std::string& name) {
  std::string pattern = absl::StrJoin(type.segments, "/");
  std::vector<std::string> parts = Split(name);
  size_t most = type.type == "RecordSet" ? kMaxRecordSetNameBytes : kMaxNameBytes;
  if (!Fits(type, parts)) {
    return Error(Reason::INVALID_NAME,
                 absl::StrCat("'", name, "' is no name of this kind; expected '", pattern, "'"),
                 {{"resource", name}});
  }
  if (name.size() > most) {
    return Error(Reason::INVALID_NAME, absl::StrCat("the name is longer than ", most, " bytes"),
                 {{"resource", name}});
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    if (IsVariable(type.segments[i]) && !IsDnsPart(type.segments[i]) && !IsId(parts[i])) {
      return Error(
          Reason::INVALID_NAME,
          absl::StrCat(
              "'", parts[i], "' in '", name,
              "' is no id: a letter or digit, then up to 62 letters, digits, '-', '_', '.'"),
          {{"resource", name}});
    }
  }
  return absl::OkStatus();
}

std::string ParentOf(std::string_view name) {
  std::vector<std::string> parts = Split(name);
  size_t drop = parts.size() == 7 && parts[4] == "recordSets" ? 3 : 2;
  if (parts.size() == 6 && parts[4] == "recordSets") drop = 2;
  if (parts.size() <= drop) return "";
  parts.resize(parts.size() - drop);
  return absl::StrJoin(parts, "/");
}

std::string AccountOf(std::string_view name) {
  std::vector<std::string> parts = Split(name);
  return parts.size() >= 2 && parts[0] == "accounts" ? absl::StrCat("accounts/", parts[1])
                                                     : std::string(kOrganization);
}

std::string IdOf(std::string_view name) {
  return std::string(
      name.substr(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1));
}

std::string RecordSetName(const std::string& zone, const std::string& owner,
                          const std::string& rrtype) {
  return absl::StrCat(zone, "/recordSets/", absl::StrReplaceAll(owner, {{"/", "\\047"}}), "/",
                      rrtype);
}

RecordSetParts SplitRecordSetName(std::string_view name) {
  std::vector<std::string> parts = Split(name);
  NAVE_CHECK(parts.size() == 7);
  return {absl::StrCat(parts[0], "/", parts[1], "/", parts[2], "/", parts[3]), parts[5], parts[6]};
}

}  // namespace nave::catalog
