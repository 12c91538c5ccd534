#include "catalog/governance/query.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "catalog/errors.h"
#include "catalog/governance/engine.h"
#include "catalog/governance/read.h"
#include "catalog/governance/sha256.h"

namespace nave::catalog {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kTokenHashBytes = 8;
constexpr size_t kScanChunk = 64;
constexpr char kLabels[] = "metadata.labels.";

absl::Status QueryError(const std::string& message) {
  return Error(api::v1::INVALID_QUERY, message);
}

// Reads `field = "value"` off the front of a filter.
class FilterReader {
 public:
  explicit FilterReader(std::string_view text) : rest_(text) {}

  bool AtEnd() {
    SkipSpace();
    return rest_.empty();
  }
  std::string Path() {
    SkipSpace();
    size_t size = 0;
    while (size < rest_.size() && rest_[size] != '=' && !absl::ascii_isspace(rest_[size])) ++size;
    return Take(size);
  }
  bool Symbol(std::string_view symbol) {
    SkipSpace();
    if (rest_.substr(0, symbol.size()) != symbol) return false;
    rest_.remove_prefix(symbol.size());
    return true;
  }
  // False when the quotes are missing.
  bool Quoted(std::string* value) {
    if (!Symbol("\"")) return false;
    value->clear();
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      value->push_back(rest_[0]);
      rest_.remove_prefix(1);
    }
    return Symbol("\"");
  }

 private:
  void SkipSpace() {
    while (!rest_.empty() && absl::ascii_isspace(rest_[0])) rest_.remove_prefix(1);
  }
  std::string Take(size_t size) {
    std::string taken(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest_;
};

bool IsComparable(const FieldDescriptor* field) {
  return !field->is_map() && field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE;
}

absl::Status CheckPath(const std::string& path, const google::protobuf::Descriptor* descriptor) {
  if (absl::StartsWith(path, kLabels) && path.size() > sizeof(kLabels) - 1) return absl::OkStatus();
  std::vector<std::string> parts = absl::StrSplit(path, '.');
  for (size_t i = 0; i < parts.size() && descriptor != nullptr; ++i) {
    const FieldDescriptor* field = descriptor->FindFieldByName(parts[i]);
    if (field == nullptr) break;
    if (i + 1 == parts.size() && IsComparable(field)) return absl::OkStatus();
    descriptor = field->is_repeated() ? nullptr : field->message_type();
  }
  return QueryError(absl::StrCat("filter: '", path, "' is no field that can be compared"));
}

std::string ValueText(const Message& message, const FieldDescriptor* field, int index) {
  const auto* reflection = message.GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? reflection->GetRepeatedString(message, field, index)
                  : reflection->GetString(message, field);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = many ? reflection->GetRepeatedEnum(message, field, index)
                               : reflection->GetEnum(message, field);
      return value->name();
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      return !many && reflection->GetBool(message, field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(many ? reflection->GetRepeatedInt32(message, field, index)
                               : reflection->GetInt32(message, field));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(many ? reflection->GetRepeatedInt64(message, field, index)
                               : reflection->GetInt64(message, field));
    default:
      return "";
  }
}

bool FieldMatches(const Message& message, const std::string& path, const std::string& value) {
  const Message* at = &message;
  std::vector<std::string> parts = absl::StrSplit(path, '.');
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    at = &at->GetReflection()->GetMessage(*at, at->GetDescriptor()->FindFieldByName(parts[i]));
  }
  const FieldDescriptor* field = at->GetDescriptor()->FindFieldByName(parts.back());
  const int size = field->is_repeated() ? at->GetReflection()->FieldSize(*at, field) : 1;
  for (int i = 0; i < size; ++i) {
    if (ValueText(*at, field, i) == value) return true;
  }
  return false;
}

std::string QueryHash(const std::string& query) { return Sha256(query).substr(0, kTokenHashBytes); }

// The first name that can be of the kind after one that is not: over the other kinds' names in one
// step.
std::string SeekAfter(const ResourceType& type, const std::string& key) {
  std::vector<std::string> parts = absl::StrSplit(key, '/');
  std::string base;
  for (size_t i = 0; i < parts.size() && i < type.segments.size(); ++i) {
    const std::string& literal = type.segments[i];
    if (literal.front() != '{' && parts[i] != literal) {
      if (parts[i] < literal) return absl::StrCat(base, literal);
      // Past everything that begins so: '0' follows '/'.
      return base.empty() ? absl::StrCat(literal, "0")
                          : absl::StrCat(base.substr(0, base.size() - 1), "0");
    }
    absl::StrAppend(&base, parts[i], "/");
  }
  if (parts.size() > type.segments.size())
    return absl::StrCat(base.substr(0, base.size() - 1), "0");
  return key + '\0';
}

bool BelowParent(const std::vector<std::string>& parent, const std::string& key) {
  std::vector<std::string> parts = absl::StrSplit(key, '/');
  for (size_t i = 0; i < parent.size(); ++i) {
    if (i >= parts.size() || (parent[i] != "-" && parent[i] != parts[i])) return false;
  }
  return parts.size() > parent.size();
}

}  // namespace

absl::StatusOr<Filter> Filter::Parse(const std::string& text,
                                     const google::protobuf::Descriptor* descriptor) {
  Filter filter;
  FilterReader reader(text);
  while (!reader.AtEnd()) {
    if (filter.conditions_.size() == kMaxConditions) {
      return QueryError(absl::StrCat("filter: more than ", kMaxConditions, " conditions"));
    }
    if (!filter.conditions_.empty() && !reader.Symbol("AND")) {
      return QueryError("filter: conditions are joined by AND");
    }
    Condition condition;
    condition.path = reader.Path();
    if (condition.path.empty() || !reader.Symbol("=") || !reader.Quoted(&condition.value)) {
      return QueryError(absl::StrCat("filter: '", text, "' is not of the form field = \"value\""));
    }
    NAVE_RETURN_IF_ERROR(CheckPath(condition.path, descriptor));
    filter.conditions_.push_back(std::move(condition));
  }
  return filter;
}

bool Filter::Matches(const Message& message) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    if (!absl::StartsWith(condition.path, kLabels)) {
      return FieldMatches(message, condition.path, condition.value);
    }
    const auto& labels = MetadataOf(message).labels();
    auto found = labels.find(condition.path.substr(sizeof(kLabels) - 1));
    return found != labels.end() && found->second == condition.value;
  });
}

std::string MakePageToken(const std::string& place, const std::string& query) {
  return absl::WebSafeBase64Escape(QueryHash(query) + place);
}

absl::StatusOr<std::string> ParsePageToken(const std::string& token, const std::string& query) {
  if (token.empty()) return std::string();
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < kTokenHashBytes ||
      bytes.substr(0, kTokenHashBytes) != QueryHash(query)) {
    return QueryError("page_token: is not of this list; begin again without it");
  }
  return bytes.substr(kTokenHashBytes);
}

absl::StatusOr<int> PageSize(int requested) {
  if (requested < 0) return QueryError("page_size: is negative");
  return requested == 0 ? kDefaultPageSize : std::min(requested, kMaxPageSize);
}

absl::StatusOr<std::string> VisitKind(
    store::Reader& reader, const ResourceType& type, const std::string& parent,
    const std::string& place, absl::FunctionRef<absl::StatusOr<bool>(const store::Entry&)> visit) {
  std::vector<std::string> parts;
  if (!parent.empty()) parts = absl::StrSplit(parent, '/');
  std::vector<std::string> fixed(parts.begin(), std::find(parts.begin(), parts.end(), "-"));
  std::string prefix =
      fixed.empty() ? type.segments[0] : absl::StrCat(absl::StrJoin(fixed, "/"), "/");
  const std::string end = store::PrefixEnd(prefix);
  std::string start = place.empty() ? prefix : std::max(prefix, place + '\0');
  size_t scanned = 0;
  std::string last;
  while (start < end) {
    NAVE_ASSIGN_OR_RETURN(auto entries,
                          reader.Scan(store::Table::kResources, start, end, kScanChunk));
    if (entries.empty()) return std::string();
    for (const store::Entry& entry : entries) {
      if (++scanned > kMaxScannedForPage) return last;
      last = entry.key;
      if (TypeOfName(entry.key) != &type) {
        start = std::max(SeekAfter(type, entry.key), entry.key + '\0');
        break;
      }
      start = entry.key + '\0';
      if (!BelowParent(parts, entry.key)) continue;
      NAVE_ASSIGN_OR_RETURN(bool more, visit(entry));
      if (!more) return std::string();
    }
  }
  return std::string();
}

}  // namespace nave::catalog
