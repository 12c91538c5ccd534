#include "server/limits.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>

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

constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kLastSecond = 253402300799;
constexpr int32_t kLastNano = 999999999;

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
      const std::string& text = reflection.GetRepeatedStringReference(message, field, i, &scratch);
      if (text.empty()) return catalog::FieldError(item, "is empty");
      NAVE_RETURN_IF_ERROR(CheckText(text, rule, item));
    }
  }
  return absl::OkStatus();
}

// google/protobuf/timestamp.proto: from the year 1 to the year 9999.
absl::Status CheckTime(const google::protobuf::Timestamp& time, const std::string& path) {
  if (time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && time.nanos() >= 0 &&
      time.nanos() <= kLastNano) {
    return absl::OkStatus();
  }
  return catalog::FieldError(path, "is no time between the years 1 and 9999");
}

absl::Status CheckMessage(const Message& message, const std::string& path) {
  if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    return CheckTime(static_cast<const google::protobuf::Timestamp&>(message), path);
  }
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

absl::Status CheckRequest(const Message& request) {
  const google::protobuf::Descriptor* descriptor = request.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (!field->options().GetExtension(api::v1::field).required()) continue;
    const Reflection& reflection = *request.GetReflection();
    const bool given = field->is_repeated() ? reflection.FieldSize(request, field) > 0
                                            : reflection.HasField(request, field);
    if (!given) return catalog::FieldError(field->name(), "is required");
  }
  return CheckMessage(request, "");
}

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
