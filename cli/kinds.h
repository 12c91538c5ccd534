// The kinds of resources that people make, change and delete, read off the contracts: their names,
// their services, and calls that work for each of them. Functions; for the thread of the session.
#ifndef NAVE_CLI_KINDS_H_
#define NAVE_CLI_KINDS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/control_plane.h"
#include "nave/api/v1/annotations.pb.h"
#include "nave/api/v1/common.pb.h"

namespace nave::cli {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

struct Kind {
  const google::protobuf::Descriptor* message;
  std::string type;                                    // `RuleAssociation`, as manifests say it
  std::string pattern;                                 // of its names
  std::string noun;                                    // `rule-association`, as commands say it
  std::string help;                                    // a sentence without end
  const google::protobuf::ServiceDescriptor* service;  // `RuleAssociationService`

  // `nave.dns.v1.RuleAssociationService/CreateRuleAssociation` for `Create`; empty when the
  // service has no such method.
  std::string Method(const std::string& verb) const;
  bool Has(const std::string& verb) const { return !Method(verb).empty(); }
};

// Every kind, each after those that it may point at.
const std::vector<Kind>& Kinds();
// Null when there is none.
const Kind* KindOfType(const std::string& type);

// The rules that the contract declares on a field.
const api::v1::FieldRule& RuleOf(const google::protobuf::FieldDescriptor& field);
// The fields that a client may set, in their order: without `name`, `metadata`, and what the server
// writes.
std::vector<const google::protobuf::FieldDescriptor*> SettableFields(const Kind& kind);

MessagePtr NewMessage(const google::protobuf::Descriptor* descriptor);
std::string NameOf(const google::protobuf::Message& resource);
void SetName(const std::string& name, google::protobuf::Message* resource);
const api::v1::Metadata& MetadataOf(const google::protobuf::Message& resource);
api::v1::Metadata* MutableMetadata(google::protobuf::Message* resource);

absl::StatusOr<MessagePtr> GetResource(ControlPlane& control_plane, const Kind& kind,
                                       const std::string& name);
absl::StatusOr<std::vector<MessagePtr>> ListResources(ControlPlane& control_plane, const Kind& kind,
                                                      const std::string& parent,
                                                      const std::string& filter);
absl::StatusOr<MessagePtr> CreateResource(ControlPlane& control_plane, const Kind& kind,
                                          const google::protobuf::Message& resource,
                                          const api::v1::Mutation& mutation);
// Changes the fields of the mask. REQUIRES: the kind has `Update`.
absl::StatusOr<MessagePtr> UpdateResource(ControlPlane& control_plane, const Kind& kind,
                                          const google::protobuf::Message& resource,
                                          const google::protobuf::FieldMask& mask,
                                          const api::v1::Mutation& mutation);
// The revision at which it was gone.
absl::StatusOr<int64_t> DeleteResource(ControlPlane& control_plane, const Kind& kind,
                                       const std::string& name, const std::string& etag,
                                       const api::v1::Mutation& mutation);

}  // namespace nave::cli

#endif  // NAVE_CLI_KINDS_H_
