#include "cli/field_values.h"

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "cli/calls.h"
#include "cli/errors.h"
#include "cli/kinds.h"
#include "cli/names.h"
#include "cli/output.h"
#include "lib/base/status_macros.h"

namespace nave::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;

bool IsTime(const FieldDescriptor& field) {
  return field.message_type() == Timestamp::descriptor();
}

bool IsKnown(const FieldDescriptor& field) {
  return field.name() != "name" && field.name() != "metadata" && !RuleOf(field).output_only();
}

std::vector<std::string> KnownFields(const Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) {
    if (IsKnown(*message.field(i))) names.push_back(message.field(i)->name());
  }
  return names;
}

// Values without the 0, which stands for none.
std::vector<std::string> ValuesOf(const EnumDescriptor& type) {
  std::vector<std::string> names;
  for (int i = 1; i < type.value_count(); ++i) names.push_back(type.value(i)->name());
  return names;
}

absl::Status SetEnum(const std::string& text, const FieldDescriptor& field, Message* message) {
  const std::string name = absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}});
  const auto* value = field.enum_type()->FindValueByName(name);
  if (value == nullptr || value->number() == 0) {
    return UsageError(absl::StrCat("'", text, "' is no value of ", field.name(),
                                   KnownWords(name, ValuesOf(*field.enum_type()))));
  }
  const auto* reflection = message->GetReflection();
  field.is_repeated() ? reflection->AddEnum(message, &field, value)
                      : reflection->SetEnum(message, &field, value);
  return absl::OkStatus();
}

template <typename Number>
absl::StatusOr<Number> ReadNumber(const std::string& text, const FieldDescriptor& field) {
  Number number;
  if (absl::SimpleAtoi(text, &number)) return number;
  return UsageError(
      absl::StrCat("'", text, "' is no whole number that ", field.name(), " can hold"));
}

absl::Status SetTime(const std::string& text, const FieldDescriptor& field, Message* message) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return UsageError(
        absl::StrCat(field.name(), " '", text, "' is no time; write 2026-11-24T09:30:00Z"));
  }
  Timestamp stamp;
  stamp.set_seconds(absl::ToUnixSeconds(time));
  message->GetReflection()->MutableMessage(message, &field)->CopyFrom(stamp);
  return absl::OkStatus();
}

// One value of a field, added when the field is repeated.
absl::Status PutText(const std::string& text, const FieldDescriptor& field, Message* message) {
  const auto* reflection = message->GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      many ? reflection->AddString(message, &field, text)
           : reflection->SetString(message, &field, text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_ENUM:
      return SetEnum(text, field, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") {
        return UsageError(absl::StrCat(field.name(), " is true or false, not '", text, "'"));
      }
      reflection->SetBool(message, &field, text == "true");
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_INT32: {
      NAVE_ASSIGN_OR_RETURN(int32_t number, ReadNumber<int32_t>(text, field));
      reflection->SetInt32(message, &field, number);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      NAVE_ASSIGN_OR_RETURN(int64_t number, ReadNumber<int64_t>(text, field));
      reflection->SetInt64(message, &field, number);
      return absl::OkStatus();
    }
    default:
      return IsTime(field) ? SetTime(text, field, message)
                           : UsageError(absl::StrCat(field.name(), " is no plain text"));
  }
}

absl::Status At(const std::string& source, const YAML::Mark& mark, const absl::Status& status) {
  return status.ok() ? status : WrongAt(source, mark, std::string(status.message()));
}

// Filling by YAML, with the depth bounded.
class YamlFiller {
 public:
  explicit YamlFiller(const std::string& source) : source_(source) {}

  absl::Status Fill(const YAML::Node& map, int depth, Message* message) const {
    const Descriptor& descriptor = *message->GetDescriptor();
    if (map.IsNull()) return absl::OkStatus();
    if (!map.IsMap()) {
      return WrongAt(
          source_, map.Mark(),
          absl::StrCat("expected here are fields: ", absl::StrJoin(KnownFields(descriptor), ", ")));
    }
    std::set<std::string> seen;
    for (const auto& entry : map) {
      const std::string key = entry.first.Scalar();
      const FieldDescriptor* field = descriptor.FindFieldByName(key);
      if (field == nullptr || !IsKnown(*field)) {
        return WrongAt(source_, entry.first.Mark(),
                       absl::StrCat("unknown field '", key, "' of ", descriptor.name(),
                                    KnownWords(key, KnownFields(descriptor))));
      }
      if (!seen.insert(key).second) {
        return WrongAt(source_, entry.first.Mark(), absl::StrCat("'", key, "' stands here twice"));
      }
      NAVE_RETURN_IF_ERROR(SetField(entry.second, *field, depth, message));
    }
    return absl::OkStatus();
  }

  absl::Status SetField(const YAML::Node& node, const FieldDescriptor& field, int depth,
                        Message* message) const {
    if (node.IsNull()) return absl::OkStatus();
    if (depth > kMaxValueDepth) return WrongAt(source_, node.Mark(), "this is nested too deeply");
    if (field.is_map()) return SetMap(node, field, message);
    if (!field.is_repeated()) return PutItem(node, field, depth, message);
    if (!node.IsSequence()) {
      return WrongAt(source_, node.Mark(),
                     absl::StrCat(field.name(), " is a list, such as [a, b]"));
    }
    for (const YAML::Node& item : node) {
      NAVE_RETURN_IF_ERROR(PutItem(item, field, depth, message));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status PutItem(const YAML::Node& node, const FieldDescriptor& field, int depth,
                       Message* message) const {
    const auto* reflection = message->GetReflection();
    if (field.message_type() != nullptr && !IsTime(field)) {
      Message* part = field.is_repeated() ? reflection->AddMessage(message, &field)
                                          : reflection->MutableMessage(message, &field);
      return Fill(node, depth + 1, part);
    }
    if (!node.IsScalar()) {
      return WrongAt(source_, node.Mark(), absl::StrCat(field.name(), " is one value"));
    }
    return At(source_, node.Mark(), PutText(node.Scalar(), field, message));
  }

  // The maps of the contracts are of texts.
  absl::Status SetMap(const YAML::Node& node, const FieldDescriptor& field,
                      Message* message) const {
    if (!node.IsMap()) {
      return WrongAt(source_, node.Mark(), absl::StrCat(field.name(), " is a map, such as {a: b}"));
    }
    for (const auto& entry : node) {
      if (!entry.second.IsScalar()) {
        return WrongAt(source_, entry.second.Mark(), "this must be a text");
      }
      Message* item = message->GetReflection()->AddMessage(message, &field);
      const Descriptor& type = *item->GetDescriptor();
      item->GetReflection()->SetString(item, type.map_key(), entry.first.Scalar());
      item->GetReflection()->SetString(item, type.map_value(), entry.second.Scalar());
    }
    return absl::OkStatus();
  }

  const std::string& source_;
};

std::string MessageText(const Message& message) {
  if (message.GetDescriptor() == Timestamp::descriptor()) {
    return TimeText(static_cast<const Timestamp&>(message));
  }
  if (message.GetDescriptor() == api::v1::Parameter::descriptor()) {
    const auto& parameter = static_cast<const api::v1::Parameter&>(message);
    return absl::StrCat(parameter.key(), "=", absl::StrJoin(parameter.values(), ","));
  }
  return ToJson(message, /*pretty=*/false);
}

std::string ItemText(const Message& message, const FieldDescriptor& field, int i) {
  const auto* reflection = message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? reflection->GetRepeatedString(message, &field, i)
                  : reflection->GetString(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return (many ? reflection->GetRepeatedEnum(message, &field, i)
                   : reflection->GetEnum(message, &field))
          ->name();
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(reflection->GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(reflection->GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return MessageText(many ? reflection->GetRepeatedMessage(message, &field, i)
                              : reflection->GetMessage(message, &field));
    default:
      return "";
  }
}

}  // namespace

absl::Status WrongAt(const std::string& source, const YAML::Mark& mark,
                     const std::string& message) {
  if (mark.is_null()) return UsageError(absl::StrCat(source, ": ", message));
  return UsageError(absl::StrCat(source, ":", mark.line + 1, ": ", message));
}

absl::StatusOr<std::vector<YAML::Node>> ParseYaml(const std::string& source,
                                                  const std::string& text) {
  try {
    return YAML::LoadAll(text);
  } catch (const YAML::Exception& error) {
    return WrongAt(source, error.mark, error.msg);
  }
}

std::string KnownWords(const std::string& word, const std::vector<std::string>& known) {
  const std::string nearest = NearestName(word, known);
  if (!nearest.empty()) return absl::StrCat("; did you mean '", nearest, "'?");
  return absl::StrCat("; known are ", absl::StrJoin(known, ", "));
}

absl::Status SetFieldFromText(const std::string& source, const YAML::Mark& mark,
                              const std::string& text, const FieldDescriptor& field,
                              Message* message) {
  return At(source, mark, PutText(text, field, message));
}

absl::Status SetFieldFromYaml(const std::string& source, const YAML::Node& node,
                              const FieldDescriptor& field, Message* message) {
  return YamlFiller(source).SetField(node, field, 0, message);
}

absl::Status FillFromYaml(const std::string& source, const YAML::Node& map, Message* message) {
  return YamlFiller(source).Fill(map, 0, message);
}

std::string FieldText(const Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  if (!field.is_repeated()) {
    if (field.message_type() != nullptr && !reflection->HasField(message, &field)) return "";
    return ItemText(message, field, 0);
  }
  std::vector<std::string> items;
  for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
    items.push_back(ItemText(message, field, i));
  }
  return absl::StrJoin(items, " ");
}

}  // namespace nave::cli
