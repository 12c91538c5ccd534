#include "catalog/governance/read.h"

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "catalog/resource_name.h"
#include "lib/base/check.h"

namespace nave::catalog {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* MetadataField(const Message& resource) {
  const FieldDescriptor* field = resource.GetDescriptor()->FindFieldByName("metadata");
  NAVE_CHECK(field != nullptr);
  return field;
}

}  // namespace

std::string EtagOf(store::Revision revision) { return absl::StrCat("r", revision); }

api::v1::Metadata* MutableMetadata(Message* resource) {
  return static_cast<api::v1::Metadata*>(
      resource->GetReflection()->MutableMessage(resource, MetadataField(*resource)));
}

const api::v1::Metadata& MetadataOf(const Message& resource) {
  return static_cast<const api::v1::Metadata&>(
      resource.GetReflection()->GetMessage(resource, MetadataField(resource)));
}

std::string NameOf(const Message& resource) {
  return resource.GetReflection()->GetString(resource,
                                             resource.GetDescriptor()->FindFieldByName("name"));
}

absl::Status FillFromEntry(const store::Entry& entry, Message* message) {
  if (!message->ParseFromString(entry.value)) {
    return absl::DataLossError(absl::StrCat("the stored form of '", entry.key, "' is malformed"));
  }
  if (message->GetDescriptor()->FindFieldByName("metadata") != nullptr) {
    api::v1::Metadata* metadata = MutableMetadata(message);
    metadata->set_revision(entry.modify_revision);
    metadata->set_etag(EtagOf(entry.modify_revision));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Exists(store::Reader& reader, const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(std::optional<store::Entry> entry,
                        reader.Get(store::Table::kResources, name));
  return entry.has_value();
}

absl::StatusOr<bool> ReadInto(store::Reader& reader, const std::string& name, Message* resource) {
  NAVE_ASSIGN_OR_RETURN(std::optional<store::Entry> entry,
                        reader.Get(store::Table::kResources, name));
  if (!entry.has_value()) return false;
  NAVE_RETURN_IF_ERROR(FillFromEntry(*entry, resource));
  return true;
}

absl::Status ReadOrNotFound(store::Reader& reader, const std::string& name, Message* resource) {
  NAVE_ASSIGN_OR_RETURN(bool found, ReadInto(reader, name, resource));
  return found ? absl::OkStatus() : NotFoundError(name);
}

absl::StatusOr<std::vector<store::Entry>> ScanKind(store::Reader& reader,
                                                   const google::protobuf::Descriptor* descriptor,
                                                   const std::string& prefix) {
  const ResourceType* type = TypeOf(descriptor);
  NAVE_CHECK(type != nullptr);
  NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> entries,
                        store::ScanPrefix(reader, store::Table::kResources, prefix, kMaxScan));
  if (entries.size() == kMaxScan) {
    return Error(api::v1::LIMIT_REACHED,
                 absl::StrCat("more than ", kMaxScan, " resources below '", prefix, "'"));
  }
  std::vector<store::Entry> kept;
  for (store::Entry& entry : entries) {
    if (TypeOfName(entry.key) == type) kept.push_back(std::move(entry));
  }
  return kept;
}

absl::StatusOr<std::vector<std::string>> ReferrersOf(store::Reader& reader,
                                                     const std::string& target,
                                                     const std::string& source_type) {
  std::string prefix = target + '\0';
  NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> entries,
                        store::ScanPrefix(reader, store::Table::kReferences, prefix, kMaxScan));
  std::vector<std::string> sources;
  for (const store::Entry& entry : entries) {
    std::string_view rest = std::string_view(entry.key).substr(prefix.size());
    size_t nul = rest.find('\0');
    if (nul == std::string_view::npos || rest.substr(nul + 1) != source_type) continue;
    sources.emplace_back(rest.substr(0, nul));
  }
  return sources;
}

}  // namespace nave::catalog
