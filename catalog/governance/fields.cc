#include "catalog/governance/fields.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "catalog/errors.h"
#include "lib/base/status_macros.h"
#include "lib/dns/idna.h"
#include "lib/dns/type.h"
#include "lib/net/address.h"
#include "lib/net/endpoint.h"
#include "lib/net/prefix.h"

namespace nave::catalog {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kDefaultMaxItems = 1000;
constexpr int kDefaultMaxLength = 1024;

const api::v1::FieldRule& RuleOf(const FieldDescriptor* field) {
  return field->options().GetExtension(api::v1::field);
}

bool IsSet(const Message& message, const FieldDescriptor* field) {
  const Reflection* reflection = message.GetReflection();
  if (field->is_repeated()) return reflection->FieldSize(message, field) > 0;
  return reflection->HasField(message, field);
}

absl::Status CheckText(const std::string& path, const FieldDescriptor* field, std::string* text) {
  const api::v1::FieldRule& rule = RuleOf(field);
  const size_t most = rule.max_length() > 0 ? rule.max_length() : kDefaultMaxLength;
  if (text->size() > most) {
    return FieldError(path, absl::StrCat("is longer than ", most, " bytes"));
  }
  if (text->empty()) return absl::OkStatus();
  absl::StatusOr<std::string> normal = Normalize(rule.format(), *text);
  if (!normal.ok()) return FieldError(path, std::string(normal.status().message()));
  *text = std::move(*normal);
  return absl::OkStatus();
}

absl::Status CheckMessage(const std::string& prefix, Message* message);

absl::Status CheckRepeated(const std::string& path, const FieldDescriptor* field,
                           Message* message) {
  const Reflection* reflection = message->GetReflection();
  const int most = RuleOf(field).max_items() > 0 ? RuleOf(field).max_items() : kDefaultMaxItems;
  const int size = reflection->FieldSize(*message, field);
  if (size > most) return FieldError(path, absl::StrCat("has more than ", most, " items"));
  for (int i = 0; i < size; ++i) {
    std::string item = absl::StrCat(path, "[", i, "]");
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      std::string text = reflection->GetRepeatedString(*message, field, i);
      if (text.empty()) return FieldError(item, "is empty");
      NAVE_RETURN_IF_ERROR(CheckText(item, field, &text));
      reflection->SetRepeatedString(message, field, i, text);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
      NAVE_RETURN_IF_ERROR(
          CheckMessage(item + ".", reflection->MutableRepeatedMessage(message, field, i)));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckField(const std::string& path, const FieldDescriptor* field, Message* message) {
  const Reflection* reflection = message->GetReflection();
  if (RuleOf(field).required() && !IsSet(*message, field)) return FieldError(path, "is required");
  if (field->is_repeated()) return CheckRepeated(path, field, message);
  if (!IsSet(*message, field)) return absl::OkStatus();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    std::string text = reflection->GetString(*message, field);
    NAVE_RETURN_IF_ERROR(CheckText(path, field, &text));
    reflection->SetString(message, field, text);
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    if (field->enum_type()->FindValueByNumber(reflection->GetEnumValue(*message, field)) ==
        nullptr) {
      return FieldError(path, "is no known value");
    }
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return CheckMessage(path + ".", reflection->MutableMessage(message, field));
  }
  return absl::OkStatus();
}

absl::Status CheckMessage(const std::string& prefix, Message* message) {
  const auto* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    NAVE_RETURN_IF_ERROR(CheckField(absl::StrCat(prefix, field->name()), field, message));
  }
  return absl::OkStatus();
}

// The value of a field alone, as bytes, to compare two messages by it.
std::string Isolated(const Message& message, const FieldDescriptor* field) {
  std::unique_ptr<Message> copy(message.New());
  copy->CopyFrom(message);
  std::vector<const FieldDescriptor*> others;
  copy->GetReflection()->ListFields(*copy, &others);
  for (const FieldDescriptor* other : others) {
    if (other != field) copy->GetReflection()->ClearField(copy.get(), other);
  }
  return copy->SerializeAsString();
}

void CopyField(const Message& from, const FieldDescriptor* field, Message* to) {
  std::unique_ptr<Message> copy(from.New());
  copy->ParseFromString(Isolated(from, field));
  to->GetReflection()->ClearField(to, field);
  to->MergeFrom(*copy);
}

void CollectReferences(const std::string& prefix, const Message& message,
                       std::vector<Reference>* out) {
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    std::string path = absl::StrCat(prefix, field->name());
    std::vector<std::string> types;
    if (!RuleOf(field).refers_to().empty()) types = absl::StrSplit(RuleOf(field).refers_to(), ',');
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map()) {
        CollectReferences(path + ".",
                          field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                               : reflection->GetMessage(message, field),
                          out);
      } else if (!types.empty()) {
        out->push_back({path,
                        field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                             : reflection->GetString(message, field),
                        types});
      }
    }
  }
}

}  // namespace

absl::StatusOr<std::string> Normalize(api::v1::Format format, const std::string& text) {
  switch (format) {
    case api::v1::DOMAIN_NAME: {
      NAVE_ASSIGN_OR_RETURN(dns::Name name, dns::NameFromUnicode(text));
      return name.ToKey();
    }
    case api::v1::IP_ADDRESS: {
      NAVE_ASSIGN_OR_RETURN(net::IpAddress address, net::IpAddress::Parse(text));
      return address.ToString();
    }
    case api::v1::SOCKET_ADDRESS: {
      NAVE_ASSIGN_OR_RETURN(net::Endpoint endpoint, net::Endpoint::Parse(text));
      return endpoint.ToString();
    }
    case api::v1::CIDR: {
      NAVE_ASSIGN_OR_RETURN(net::Prefix prefix, net::Prefix::Parse(text));
      return prefix.ToString();
    }
    case api::v1::RRTYPE: {
      std::optional<dns::RRType> type = dns::RRTypeFromText(text);
      if (!type.has_value()) {
        return absl::InvalidArgumentError(
            absl::StrCat("'", text, "' is no rrtype; use a mnemonic such as A, or TYPE65280"));
      }
      return dns::RRTypeToText(*type);
    }
    default:
      return text;
  }
}

absl::Status CheckFields(Message* message) { return CheckMessage("", message); }

void ClearOutputFields(Message* message) {
  const auto* descriptor = message->GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (RuleOf(field).output_only()) message->GetReflection()->ClearField(message, field);
  }
}

absl::Status ApplyUpdate(const Message& update, const google::protobuf::FieldMask& mask,
                         Message* target) {
  const auto* descriptor = target->GetDescriptor();
  std::vector<std::string> paths(mask.paths().begin(), mask.paths().end());
  const bool whole = paths.empty();
  if (whole) {
    for (int i = 0; i < descriptor->field_count(); ++i)
      paths.push_back(descriptor->field(i)->name());
  }
  for (const std::string& path : paths) {
    const FieldDescriptor* field = descriptor->FindFieldByName(path);
    if (field == nullptr && path == "metadata.labels")
      field = descriptor->FindFieldByName("metadata");
    if (field == nullptr) {
      return Error(api::v1::INVALID_QUERY,
                   absl::StrCat("update_mask: '", path, "' is no field of this kind"));
    }
    if (path == "name" || field->name() == "metadata" || RuleOf(field).output_only()) continue;
    if (RuleOf(field).immutable()) {
      const bool given = IsSet(update, field);
      if ((whole && !given) || Isolated(update, field) == Isolated(*target, field)) continue;
      return Error(api::v1::IMMUTABLE_FIELD,
                   absl::StrCat(path, " cannot change; delete the resource and make it again"),
                   {{"field", path}});
    }
    CopyField(update, field, target);
  }
  return absl::OkStatus();
}

std::vector<Reference> ReferencesOf(const Message& message) {
  std::vector<Reference> references;
  CollectReferences("", message, &references);
  return references;
}

}  // namespace nave::catalog
