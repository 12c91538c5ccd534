#include "cli/noun_flags.h"

#include <google/protobuf/timestamp.pb.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "cli/calls.h"
#include "cli/errors.h"
#include "cli/field_values.h"
#include "cli/provisioned.h"
#include "lib/base/clock.h"
#include "lib/base/status_macros.h"

namespace nave::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool IsVariable(const std::string& segment) { return segment.front() == '{'; }
std::string VariableName(const std::string& segment) {
  return segment.substr(1, segment.size() - 2);
}

std::vector<std::string> SegmentsOf(const Kind& kind) { return absl::StrSplit(kind.pattern, '/'); }

// `--organizational-unit` of `organizational_unit`.
std::string FlagOf(const std::string& name) {
  return absl::StrCat("--", absl::StrReplaceAll(name, {{"_", "-"}}));
}

std::string FormText(const FieldDescriptor& field) {
  const api::v1::FieldRule& rule = RuleOf(field);
  if (!rule.refers_to().empty()) {
    return absl::StrCat("the name of one: ", absl::StrReplaceAll(rule.refers_to(), {{",", ", "}}));
  }
  switch (rule.format()) {
    case api::v1::DOMAIN_NAME:
      return "a domain name";
    case api::v1::IP_ADDRESS:
      return "an address";
    case api::v1::SOCKET_ADDRESS:
      return "address:port";
    case api::v1::CIDR:
      return "a prefix such as 10.0.0.0/16";
    default:
      return "text";
  }
}

std::string FieldsText(const google::protobuf::Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  return absl::StrCat("YAML, '{FIELD: VALUE, ...}', of the fields ", absl::StrJoin(names, ", "));
}

std::string ValueText(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      std::vector<std::string> values;
      for (int i = 1; i < field.enum_type()->value_count(); ++i) {
        values.push_back(field.enum_type()->value(i)->name());
      }
      return absl::StrCat("one of ", absl::StrJoin(values, ", "));
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_STRING:
      return FormText(field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field.message_type() == api::v1::Parameter::descriptor()) return "KEY=VALUE";
      if (field.message_type() == google::protobuf::Timestamp::descriptor()) {
        return "a time such as 2026-11-24T09:30:00Z, or how long from now, such as 720h";
      }
      return FieldsText(*field.message_type());
    default:
      return "a number";
  }
}

// The values of the variables: `--zone accounts/a/zones/z` says the account too.
absl::StatusOr<std::map<std::string, std::string>> ParentsOf(const NounFlags& flags) {
  std::map<std::string, std::string> parents = flags.parents;
  const std::vector<std::string> segments = SegmentsOf(flags.kind);
  for (const auto& [variable, text] : flags.parents) {
    if (!absl::StrContains(text, "/")) continue;
    const auto end = std::find(segments.begin(), segments.end(), absl::StrCat("{", variable, "}"));
    const std::vector<std::string> form(segments.begin(), end + 1);
    const std::vector<std::string> parts = absl::StrSplit(text, '/');
    for (size_t i = 0; i < form.size(); ++i) {
      if (parts.size() != form.size() || (!IsVariable(form[i]) && parts[i] != form[i])) {
        return UsageError(absl::StrCat(FlagOf(variable), " '", text,
                                       "' must be an id, or a name of the form ",
                                       absl::StrJoin(form, "/")));
      }
      if (IsVariable(form[i])) parents[VariableName(form[i])] = parts[i];
    }
  }
  return parents;
}

// A bare id stands for the resource of the same account.
absl::StatusOr<std::string> Referred(const FieldDescriptor& field, const std::string& text,
                                     const NounFlags& flags) {
  const Kind* kind = KindOfType(RuleOf(field).refers_to());
  if (kind == nullptr || text.empty() || absl::StrContains(text, "/")) return text;
  NAVE_ASSIGN_OR_RETURN(const auto parents, ParentsOf(flags));
  return NameArgument(kind->pattern, text, parents);
}

absl::Status AddMessages(const std::string& flag, const std::vector<std::string>& texts,
                         const FieldDescriptor& field, Message* resource) {
  if (field.message_type() == api::v1::Parameter::descriptor()) {
    Parameters parameters;
    NAVE_RETURN_IF_ERROR(SetParameters(texts, {}, &parameters, flag));
    for (const api::v1::Parameter& parameter : parameters) {
      resource->GetReflection()->AddMessage(resource, &field)->CopyFrom(parameter);
    }
    return absl::OkStatus();
  }
  YAML::Node list(YAML::NodeType::Sequence);
  for (const std::string& text : texts) {
    NAVE_ASSIGN_OR_RETURN(const std::vector<YAML::Node> nodes, ParseYaml(flag, text));
    if (!nodes.empty()) list.push_back(nodes[0]);
  }
  if (!field.is_repeated() && list.size() > 0) {
    return SetFieldFromYaml(flag, list[list.size() - 1], field, resource);
  }
  return SetFieldFromYaml(flag, list, field, resource);
}

// A time may be said as one from now on.
std::string AbsoluteTime(const std::string& text) {
  absl::Duration duration;
  if (!absl::ParseDuration(text, &duration)) return text;
  return absl::FormatTime(absl::RFC3339_sec, RealClock().Now() + duration, absl::UTCTimeZone());
}

absl::Status SetField(const NounFlags& flags, const FieldDescriptor& field,
                      const std::vector<std::string>& texts, Message* resource) {
  const std::string flag = FlagOf(field.name());
  // An empty text takes away what was there.
  if (texts.size() == 1 && texts[0].empty()) return absl::OkStatus();
  const bool is_time = field.message_type() == google::protobuf::Timestamp::descriptor();
  if (field.message_type() != nullptr && !is_time) {
    return AddMessages(flag, texts, field, resource);
  }
  std::vector<std::string> values = texts;
  if (field.is_repeated()) values = absl::StrSplit(absl::StrJoin(texts, ","), ',');
  for (const std::string& value : values) {
    NAVE_ASSIGN_OR_RETURN(std::string text, Referred(field, value, flags));
    if (is_time) text = AbsoluteTime(text);
    NAVE_RETURN_IF_ERROR(SetFieldFromText(flag, YAML::Mark::null_mark(), text, field, resource));
  }
  return absl::OkStatus();
}

absl::Status SetLabels(const std::vector<std::string>& labels, Message* resource) {
  auto* map = MutableMetadata(resource)->mutable_labels();
  for (const std::string& label : labels) {
    const size_t equals = label.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(absl::StrCat("--label '", label, "' must be KEY=VALUE, such as team=web"));
    }
    (*map)[label.substr(0, equals)] = label.substr(equals + 1);
  }
  return absl::OkStatus();
}

bool IsGiven(const CLI::App& command, const std::string& flag) {
  const CLI::Option* option = command.get_option_no_throw(flag);
  return option != nullptr && option->count() > 0;
}

}  // namespace

void AddParentFlags(CLI::App& command, NounFlags& flags) {
  const std::vector<std::string> segments = SegmentsOf(flags.kind);
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    if (!IsVariable(segments[i])) continue;
    const std::string variable = VariableName(segments[i]);
    command.add_option(FlagOf(variable), flags.parents[variable],
                       absl::StrCat("The ", variable, " in which it stands"));
  }
}

void AddNameArguments(CLI::App& command, NounFlags& flags) {
  const bool only_one = !IsVariable(SegmentsOf(flags.kind).back());
  if (only_one) flags.id = flags.kind.pattern;
  command.add_option("NAME", flags.id, "Its id, or its whole name")->required(!only_one);
  AddParentFlags(command, flags);
}

void AddFieldFlags(CLI::App& command, NounFlags& flags, bool for_update) {
  for (const FieldDescriptor* field : SettableFields(flags.kind)) {
    if (for_update && RuleOf(*field).immutable()) continue;
    std::string help = ValueText(*field);
    if (field->is_repeated()) absl::StrAppend(&help, "; may be repeated");
    CLI::Option* option =
        command.add_option(FlagOf(field->name()), flags.fields[field->name()], help);
    option->allow_extra_args(false);
    if (!field->is_repeated()) option->expected(1);
    if (!for_update && RuleOf(*field).required()) option->required();
  }
  command
      .add_option("--label", flags.labels,
                  for_update ? "KEY=VALUE; in the place of all labels; may be repeated"
                             : "KEY=VALUE; may be repeated")
      ->allow_extra_args(false);
}

absl::StatusOr<std::string> ResourceNameOf(const NounFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(const auto parents, ParentsOf(flags));
  return NameArgument(flags.kind.pattern, flags.id, parents);
}

absl::StatusOr<std::string> ListParentOf(const NounFlags& flags) {
  NAVE_ASSIGN_OR_RETURN(const auto parents, ParentsOf(flags));
  std::vector<std::string> segments = SegmentsOf(flags.kind);
  // The parent ends with its last variable.
  while (!segments.empty() && !IsVariable(segments.back())) segments.pop_back();
  if (!segments.empty()) segments.pop_back();
  while (!segments.empty() && !IsVariable(segments.back())) segments.pop_back();
  bool any = false;
  for (std::string& segment : segments) {
    if (!IsVariable(segment)) continue;
    const auto found = parents.find(VariableName(segment));
    const bool given = found != parents.end() && !found->second.empty();
    any = any || given;
    segment = given ? found->second : "-";
  }
  return any ? absl::StrJoin(segments, "/") : "";
}

absl::Status FillFromFlags(const CLI::App& command, const NounFlags& flags, Message* resource,
                           std::vector<std::string>* given) {
  for (const FieldDescriptor* field : SettableFields(flags.kind)) {
    if (!IsGiven(command, FlagOf(field->name()))) continue;
    given->push_back(field->name());
    NAVE_RETURN_IF_ERROR(SetField(flags, *field, flags.fields.at(field->name()), resource));
  }
  if (!IsGiven(command, "--label")) return absl::OkStatus();
  given->push_back("metadata.labels");
  return SetLabels(flags.labels, resource);
}

}  // namespace nave::cli
