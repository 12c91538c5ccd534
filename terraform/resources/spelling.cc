#include "terraform/resources/spelling.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/dns/idna.h"
#include "nave/api/v1/annotations.pb.h"
#include "terraform/client/errors.h"
#include "terraform/resources/resource.h"

namespace nave::terraform {
namespace {

constexpr char kProvisionedProducts[] = "/provisionedProducts/";

bool IsVariable(const std::string& segment) { return segment.front() == '{'; }

std::function<absl::Status(const Value&)> PatternCheck(const std::string& pattern) {
  return [pattern](const Value& value) { return CheckPattern(pattern, *value.AsString()); };
}

}  // namespace

std::string PatternOf(const google::protobuf::Descriptor* kind) {
  return kind->options().GetExtension(api::v1::resource).pattern();
}

absl::Status CheckPattern(const std::string& pattern, const std::string& name) {
  const std::vector<std::string> wanted = absl::StrSplit(pattern, '/');
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  bool fits = wanted.size() == parts.size();
  for (size_t i = 0; fits && i < wanted.size(); ++i) {
    fits = IsVariable(wanted[i]) ? !parts[i].empty() : parts[i] == wanted[i];
  }
  if (fits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("must be a resource name such as ", pattern, ", not '", name, "'"));
}

Attribute NameAttribute(const google::protobuf::Descriptor* kind, const std::string& description) {
  return ReferenceAttribute("name", kind, description);
}

Attribute ReferenceAttribute(const std::string& name, const google::protobuf::Descriptor* kind,
                             const std::string& description) {
  Attribute attribute{name, Type::String(), Attribute::Given::kRequired, description};
  attribute.replaces = true;
  attribute.check = PatternCheck(PatternOf(kind));
  return attribute;
}

Attribute LabelsAttribute() {
  return {"labels", Type::MapOf(Type::String()), Attribute::Given::kOptional,
          "Free keys and values."};
}

absl::Status CheckDomainName(const Value& value) {
  const absl::StatusOr<dns::Name> name = dns::NameFromUnicode(*value.AsString());
  if (name.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("must be a domain name: ", name.status().message()));
}

bool SameDomainName(const Object&, const Value& a, const Value& b) {
  const absl::StatusOr<dns::Name> first = dns::NameFromUnicode(*a.AsString());
  const absl::StatusOr<dns::Name> second = dns::NameFromUnicode(*b.AsString());
  return first.ok() && second.ok() && *first == *second;
}

void SetMetadata(const Object& planned, const std::string& etag, api::v1::Metadata* metadata) {
  metadata->set_owner(kOwner);
  metadata->set_etag(etag);
  const Value::Map* labels = At(planned, "labels").AsMap();
  if (labels == nullptr) return;
  for (const auto& [key, value] : *labels) {
    (*metadata->mutable_labels())[key] = TextAt(*labels, key);
  }
}

Value LabelsOf(const api::v1::Metadata& metadata) {
  Value::Map labels;
  for (const auto& [key, value] : metadata.labels()) labels[key] = Value::String(value);
  return labels.empty() ? Value() : Value::OfMap(std::move(labels));
}

absl::Status CheckOwner(const std::string& name, const api::v1::Metadata& metadata) {
  if (!absl::StrContains(metadata.owner(), kProvisionedProducts)) return absl::OkStatus();
  return WithReason(
      absl::FailedPreconditionError(absl::StrCat(
          name, " was made by ", metadata.owner(),
          ", which alone changes it; manage that as a nave_provisioned_product instead")),
      api::v1::Reason_Name(api::v1::OWNED_BY_PRODUCT));
}

api::v1::GetRequest GetRequestFor(const std::string& name) {
  api::v1::GetRequest request;
  request.set_name(name);
  return request;
}

absl::Status DeleteByName(Client& client, const std::string& method, const std::string& name,
                          const std::string& etag) {
  api::v1::DeleteRequest request;
  request.set_name(name);
  request.set_etag(etag);
  *request.mutable_mutation() = client.NewMutation();
  api::v1::DeleteResponse response;
  return client.Call(method, request, &response);
}

}  // namespace nave::terraform
