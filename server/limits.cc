#include "server/limits.h"

#include <google/protobuf/descriptor.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "lib/base/status_macros.h"
#include "nave/api/v1/annotations.pb.h"

namespace nave::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status CheckMessage(const Message& message, const std::string& path);

absl::Status CheckText(const std::string& text, const api::v1::FieldRule& rule,
                       const std::string& path) {
  const size_t longest = rule.max_length() > 0 ? rule.max_length() : kDefaultMaxLength;
  if (text.size() <= longest) return absl::OkStatus();
  return catalog::FieldError(
      path, absl::StrCat("has ", text.size(), " bytes, at most ", longest, " are taken"));
}

absl::Status CheckList(const Message& message, const FieldDescriptor* field,
                       const api::v1::FieldRule& rule, const std::string& path) {
  const Reflection& reflection = *message.GetReflection();
  const int size = reflection.FieldSize(message, field);
  const int most = rule.max_items() > 0 ? rule.max_items() : kDefaultMaxItems;
  if (size > most) {
    return catalog::FieldError(path,
                               absl::StrCat("has ", size, " items, at most ", most, " are taken"));
  }
  for (int i = 0; i < size; ++i) {
    const std::string item = absl::StrCat(path, "[", i, "]");
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      NAVE_RETURN_IF_ERROR(CheckMessage(reflection.GetRepeatedMessage(message, field, i), item));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      std::string scratch;
      NAVE_RETURN_IF_ERROR(CheckText(
          reflection.GetRepeatedStringReference(message, field, i, &scratch), rule, item));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMessage(const Message& message, const std::string& path) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const api::v1::FieldRule& rule = field->options().GetExtension(api::v1::field);
    if (rule.output_only()) continue;
    const std::string name = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
    if (field->is_repeated()) {
      NAVE_RETURN_IF_ERROR(CheckList(message, field, rule, name));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      NAVE_RETURN_IF_ERROR(CheckMessage(reflection.GetMessage(message, field), name));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      std::string scratch;
      NAVE_RETURN_IF_ERROR(
          CheckText(reflection.GetStringReference(message, field, &scratch), rule, name));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSizes(const Message& request) { return CheckMessage(request, ""); }

absl::StatusOr<std::unique_ptr<Slots::Hold>> Slots::Take() {
  absl::MutexLock lock(&mutex_);
  if (free_ == 0) {
    return catalog::Error(
        api::v1::LIMIT_REACHED,
        absl::StrCat("too many ", what_, " are open on this server; try again later"));
  }
  --free_;
  gauge_.Add(1);
  return std::make_unique<Hold>(this);
}

void Slots::Release() {
  absl::MutexLock lock(&mutex_);
  ++free_;
  gauge_.Add(-1);
}

}  // namespace nave::server
