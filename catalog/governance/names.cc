#include "catalog/governance/names.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catalog/errors.h"
#include "catalog/governance/fields.h"
#include "catalog/governance/read.h"
#include "lib/base/check.h"
#include "lib/dns/idna.h"
#include "lib/dns/type.h"

namespace nave::catalog {
namespace {

using google::protobuf::Message;

absl::StatusOr<std::string> CanonicalRecordSetName(const std::string& name) {
  RecordSetParts parts = SplitRecordSetName(name);
  absl::StatusOr<dns::Name> owner = dns::NameFromUnicode(parts.owner);
  std::optional<dns::RRType> rrtype = dns::RRTypeFromText(parts.rrtype);
  if (!owner.ok() || !rrtype.has_value()) {
    return Error(api::v1::INVALID_NAME,
                 absl::StrCat("'", parts.owner, "/", parts.rrtype, "' is no owner and rrtype: ",
                              owner.ok() ? "unknown rrtype" : owner.status().message()),
                 {{"resource", name}});
  }
  return RecordSetName(parts.zone, owner->ToKey(), dns::RRTypeToText(*rrtype));
}

}  // namespace

absl::StatusOr<std::string> CanonicalName(const std::string& name) {
  const ResourceType* type = TypeOfName(name);
  if (type == nullptr) {
    return Error(api::v1::INVALID_NAME, absl::StrCat("'", name, "' is no resource name"),
                 {{"resource", name}});
  }
  NAVE_RETURN_IF_ERROR(CheckName(*type, name));
  return type->type == "RecordSet" ? CanonicalRecordSetName(name)
                                   : absl::StatusOr<std::string>(name);
}

absl::Status NormalizeName(const ResourceType& type, Message* resource) {
  NAVE_RETURN_IF_ERROR(CheckName(type, NameOf(*resource)));
  NAVE_ASSIGN_OR_RETURN(std::string name, CanonicalName(NameOf(*resource)));
  const auto* field = resource->GetDescriptor()->FindFieldByName("name");
  resource->GetReflection()->SetString(resource, field, name);
  return absl::OkStatus();
}

absl::Status NormalizeFields(Message* resource) {
  const auto* descriptor = resource->GetDescriptor();
  const auto* reflection = resource->GetReflection();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_STRING ||
        field->is_repeated() || !reflection->HasField(*resource, field)) {
      continue;
    }
    api::v1::Format format = field->options().GetExtension(api::v1::field).format();
    absl::StatusOr<std::string> text = Normalize(format, reflection->GetString(*resource, field));
    if (!text.ok()) return FieldError(field->name(), std::string(text.status().message()));
    reflection->SetString(resource, field, *text);
  }
  return absl::OkStatus();
}

std::unique_ptr<Message> NewMessage(const google::protobuf::Descriptor* descriptor) {
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  NAVE_CHECK(prototype != nullptr);
  return std::unique_ptr<Message>(prototype->New());
}

std::string StoredBytes(const Message& resource) {
  std::unique_ptr<Message> copy(resource.New());
  copy->CopyFrom(resource);
  MutableMetadata(copy.get())->clear_revision();
  MutableMetadata(copy.get())->clear_etag();
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    copy->SerializeToCodedStream(&coded);
  }
  return bytes;
}

}  // namespace nave::catalog
