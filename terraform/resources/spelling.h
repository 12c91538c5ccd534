// What the attributes of several resources have in common: resource names, domain names, labels,
// and when two spellings say the same. Functions; any thread.
#ifndef NAVE_TERRAFORM_RESOURCES_SPELLING_H_
#define NAVE_TERRAFORM_RESOURCES_SPELLING_H_

#include <google/protobuf/descriptor.h>

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "nave/api/v1/common.pb.h"
#include "terraform/client/client.h"
#include "terraform/protocol/schema.h"

namespace nave::terraform {

// The pattern of the names of a kind, such as `accounts/{account}/zones/{zone}`.
std::string PatternOf(const google::protobuf::Descriptor* kind);
// OK when the text has as many parts as the pattern, and its fixed parts.
absl::Status CheckPattern(const std::string& pattern, const std::string& name);

// The attribute `name` of a kind: chosen by the user, never changed.
Attribute NameAttribute(const google::protobuf::Descriptor* kind, const std::string& description);
// A name of something else that has the kind's pattern; another one replaces.
Attribute ReferenceAttribute(const std::string& name, const google::protobuf::Descriptor* kind,
                             const std::string& description);
Attribute LabelsAttribute();

absl::Status CheckDomainName(const Value& value);
// Domain names without regard to case and the final dot.
bool SameDomainName(const Object& object, const Value& a, const Value& b);

// The labels of a configuration as metadata of a new or changed resource, which Terraform owns.
void SetMetadata(const Object& planned, const std::string& etag, api::v1::Metadata* metadata);
// Null when there is none.
Value LabelsOf(const api::v1::Metadata& metadata);

// OWNED_BY_PRODUCT for what a provisioned product made: that is its one writer, and the resource to
// manage.
absl::Status CheckOwner(const std::string& name, const api::v1::Metadata& metadata);

api::v1::GetRequest GetRequestFor(const std::string& name);
// Deletes by `method`, such as `nave.dns.v1.ZoneService/DeleteZone`.
absl::Status DeleteByName(Client& client, const std::string& method, const std::string& name,
                          const std::string& etag);

}  // namespace nave::terraform

#endif  // NAVE_TERRAFORM_RESOURCES_SPELLING_H_
