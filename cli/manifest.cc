#include "cli/manifest.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "cli/field_values.h"
#include "cli/names.h"
#include "lib/base/status_macros.h"

namespace nave::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const std::vector<std::string>& DocumentKeys() {
  static const auto* const keys =
      new std::vector<std::string>{"kind", "name", "spec", "labels", "depends_on"};
  return *keys;
}

std::vector<std::string> KindTypes() {
  std::vector<std::string> types;
  for (const Kind& kind : Kinds()) {
    // A token's secret is told once, to whoever makes it: no manifest holds it.
    if (kind.type != "Token") types.push_back(kind.type);
  }
  return types;
}

absl::StatusOr<const Kind*> ReadKind(const std::string& source, const YAML::Node& map) {
  const YAML::Node node = map["kind"];
  if (!node) return WrongAt(source, map.Mark(), "the document has no 'kind'");
  const std::string type = node.IsScalar() ? node.Scalar() : "";
  const std::vector<std::string> types = KindTypes();
  if (std::find(types.begin(), types.end(), type) == types.end()) {
    return WrongAt(source, node.Mark(),
                   absl::StrCat("unknown kind '", type, "'", KnownWords(type, types)));
  }
  return KindOfType(type);
}

absl::Status ReadName(const std::string& source, const YAML::Node& map, Document* document) {
  const YAML::Node node = map["name"];
  if (!node || !node.IsScalar()) {
    return WrongAt(
        source, node ? node.Mark() : map.Mark(),
        absl::StrCat("the document has no 'name'; it has the form ", document->kind->pattern));
  }
  const absl::StatusOr<std::string> name = ExpandName(document->kind->pattern, node.Scalar(), {});
  if (!name.ok()) return WrongAt(source, node.Mark(), std::string(name.status().message()));
  SetName(*name, document->resource.get());
  return absl::OkStatus();
}

absl::Status ReadSpec(const std::string& source, const YAML::Node& spec, Document* document) {
  NAVE_RETURN_IF_ERROR(FillFromYaml(source, spec, document->resource.get()));
  if (spec.IsNull()) return absl::OkStatus();
  for (const auto& entry : spec) document->fields.push_back(entry.first.Scalar());
  return absl::OkStatus();
}

absl::Status ReadLabels(const std::string& source, const YAML::Node& labels, Document* document) {
  api::v1::Metadata* metadata = MutableMetadata(document->resource.get());
  document->fields.push_back("metadata.labels");
  return SetFieldFromYaml(source, labels, *metadata->GetDescriptor()->FindFieldByName("labels"),
                          metadata);
}

absl::Status ReadDependsOn(const std::string& source, const YAML::Node& list, Document* document) {
  if (!list.IsSequence()) return WrongAt(source, list.Mark(), "depends_on is a list of names");
  for (const YAML::Node& item : list) {
    if (!item.IsScalar()) return WrongAt(source, item.Mark(), "depends_on is a list of names");
    document->depends_on.push_back(item.Scalar());
  }
  return absl::OkStatus();
}

absl::StatusOr<Document> ReadDocument(const std::string& source, const YAML::Node& map) {
  if (!map.IsMap()) {
    return WrongAt(source, map.Mark(), "a document has kind, name and spec");
  }
  Document document;
  document.source = source;
  document.mark = map.Mark();
  std::set<std::string> seen;
  for (const auto& entry : map) {
    const std::string key = entry.first.Scalar();
    const auto& known = DocumentKeys();
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return WrongAt(source, entry.first.Mark(),
                     absl::StrCat("a document has no '", key, "'", KnownWords(key, known)));
    }
    if (!seen.insert(key).second) {
      return WrongAt(source, entry.first.Mark(), absl::StrCat("'", key, "' stands here twice"));
    }
  }
  NAVE_ASSIGN_OR_RETURN(document.kind, ReadKind(source, map));
  document.resource = NewMessage(document.kind->message);
  NAVE_RETURN_IF_ERROR(ReadName(source, map, &document));
  if (const YAML::Node spec = map["spec"]) {
    NAVE_RETURN_IF_ERROR(ReadSpec(source, spec, &document));
  }
  if (const YAML::Node labels = map["labels"]) {
    NAVE_RETURN_IF_ERROR(ReadLabels(source, labels, &document));
  }
  if (const YAML::Node depends_on = map["depends_on"]) {
    NAVE_RETURN_IF_ERROR(ReadDependsOn(source, depends_on, &document));
  }
  return document;
}

absl::StatusOr<std::string> ReadAll(const std::string& source, std::istream& stream) {
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (stream.bad()) return UsageError(absl::StrCat("cannot read '", source, "'"));
  if (text.size() <= kMaxManifestBytes) return text;
  return UsageError(absl::StrCat("'", source, "' has more than ", kMaxManifestBytes,
                                 " bytes; split it into several files"));
}

// The files of a path: itself, or what a directory holds.
absl::StatusOr<std::vector<std::string>> FilesOf(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().string();
    if (absl::EndsWith(name, ".yaml") || absl::EndsWith(name, ".yml")) files.push_back(name);
  }
  if (error) return UsageError(absl::StrCat("cannot read '", path, "': ", error.message()));
  if (files.empty()) return UsageError(absl::StrCat("'", path, "' holds no *.yaml"));
  std::sort(files.begin(), files.end());
  return files;
}

absl::Status ReadFile(const std::string& path, std::istream& stream,
                      std::vector<Document>* documents) {
  NAVE_ASSIGN_OR_RETURN(const std::string text, ReadAll(path, stream));
  NAVE_ASSIGN_OR_RETURN(std::vector<Document> read, ParseManifest(path, text));
  std::move(read.begin(), read.end(), std::back_inserter(*documents));
  if (documents->size() <= kMaxDocuments) return absl::OkStatus();
  return UsageError(absl::StrCat("more than ", kMaxDocuments, " documents; apply them in parts"));
}

absl::Status CheckDistinct(const std::vector<Document>& documents) {
  std::map<std::string, const Document*> known;
  for (const Document& document : documents) {
    const auto [other, fresh] = known.emplace(NameOf(*document.resource), &document);
    if (!fresh) {
      return WrongAt(document.source, document.mark,
                     absl::StrCat("'", other->first, "' stands at ", other->second->source, ":",
                                  other->second->mark.line + 1, " too"));
    }
  }
  return absl::OkStatus();
}

// Every text anywhere in a message that `use` may know as a name.
template <typename Use>
void ForEachText(const Message& message, const Use& use) {
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
        use(field->is_repeated() ? reflection->GetRepeatedString(message, field, i)
                                 : reflection->GetString(message, field));
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        ForEachText(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                         : reflection->GetMessage(message, field),
                    use);
      }
    }
  }
}

// Sorts by depth-first search: a document comes after all that it needs.
class Sorter {
 public:
  explicit Sorter(std::vector<Document>& documents) : documents_(documents) {
    for (size_t i = 0; i < documents.size(); ++i) by_name_[NameOf(*documents[i].resource)] = i;
    states_.resize(documents.size(), State::kNew);
  }

  absl::Status Sort() {
    std::vector<size_t> order(documents_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [this](size_t a, size_t b) {
      return documents_[a].kind < documents_[b].kind;  // of one vector, in the order of Kinds()
    });
    for (size_t index : order) NAVE_RETURN_IF_ERROR(Visit(index));
    std::vector<Document> sorted;
    for (size_t index : sorted_) sorted.push_back(std::move(documents_[index]));
    documents_ = std::move(sorted);
    return absl::OkStatus();
  }

 private:
  enum class State { kNew, kUnderWay, kDone };

  absl::StatusOr<std::set<size_t>> NeedsOf(size_t index) const {
    const Document& document = documents_[index];
    std::set<size_t> needs;
    const auto add = [&](const std::string& name) {
      const auto found = by_name_.find(name);
      if (found != by_name_.end() && found->second != index) needs.insert(found->second);
    };
    ForEachText(*document.resource, add);
    const std::string name = NameOf(*document.resource);
    for (size_t slash = name.find('/'); slash != std::string::npos;
         slash = name.find('/', slash + 1)) {
      add(name.substr(0, slash));
    }
    for (const std::string& other : document.depends_on) {
      const auto found = by_name_.find(other);
      if (found == by_name_.end()) return UnknownDependency(document, other);
      needs.insert(found->second);
    }
    return needs;
  }

  absl::Status UnknownDependency(const Document& document, const std::string& other) const {
    std::vector<std::string> names;
    for (const auto& [name, index] : by_name_) names.push_back(name);
    const std::string nearest = NearestName(other, names);
    return WrongAt(document.source, document.mark,
                   absl::StrCat("depends_on: no document is named '", other, "'",
                                nearest.empty() ? std::string()
                                                : absl::StrCat("; did you mean '", nearest, "'?")));
  }

  // Its own stack: a long chain of documents must not end in one of calls.
  absl::Status Visit(size_t first) {
    struct Frame {
      size_t index;
      std::vector<size_t> needs;
      size_t next = 0;
    };
    std::vector<Frame> stack;
    const auto push = [&](size_t index) -> absl::Status {
      NAVE_ASSIGN_OR_RETURN(const std::set<size_t> needs, NeedsOf(index));
      states_[index] = State::kUnderWay;
      stack.push_back({index, {needs.begin(), needs.end()}});
      return absl::OkStatus();
    };
    if (states_[first] == State::kNew) NAVE_RETURN_IF_ERROR(push(first));
    while (!stack.empty()) {
      Frame& top = stack.back();
      if (top.next == top.needs.size()) {
        states_[top.index] = State::kDone;
        sorted_.push_back(top.index);
        stack.pop_back();
        continue;
      }
      const size_t need = top.needs[top.next++];
      if (states_[need] == State::kUnderWay) return Circle(top.index, need);
      if (states_[need] == State::kNew) NAVE_RETURN_IF_ERROR(push(need));
    }
    return absl::OkStatus();
  }

  absl::Status Circle(size_t from, size_t to) const {
    return WrongAt(documents_[from].source, documents_[from].mark,
                   absl::StrCat("'", NameOf(*documents_[from].resource), "' and '",
                                NameOf(*documents_[to].resource),
                                "' depend on each other; nothing can be made first"));
  }

  std::vector<Document>& documents_;
  std::map<std::string, size_t> by_name_;
  std::vector<State> states_;
  std::vector<size_t> sorted_;
};

}  // namespace

std::string Document::Where() const {
  return absl::StrCat(source, ":", mark.line + 1, ": ", kind->type, " ", NameOf(*resource));
}

absl::StatusOr<std::vector<Document>> ParseManifest(const std::string& source,
                                                    const std::string& text) {
  NAVE_ASSIGN_OR_RETURN(const std::vector<YAML::Node> nodes, ParseYaml(source, text));
  std::vector<Document> documents;
  for (const YAML::Node& node : nodes) {
    if (node.IsNull()) continue;  // such as after a last `---`
    NAVE_ASSIGN_OR_RETURN(Document document, ReadDocument(source, node));
    documents.push_back(std::move(document));
  }
  return documents;
}

absl::StatusOr<std::vector<Document>> ReadManifests(const std::vector<std::string>& paths,
                                                    std::istream& input) {
  std::vector<Document> documents;
  for (const std::string& path : paths) {
    if (path == "-") {
      NAVE_RETURN_IF_ERROR(ReadFile("standard input", input, &documents));
      continue;
    }
    NAVE_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesOf(path));
    for (const std::string& name : files) {
      std::ifstream file(name, std::ios::binary);
      if (!file.is_open()) return UsageError(absl::StrCat("cannot read '", name, "'"));
      NAVE_RETURN_IF_ERROR(ReadFile(name, file, &documents));
    }
  }
  NAVE_RETURN_IF_ERROR(CheckDistinct(documents));
  return documents;
}

absl::Status SortByDependency(std::vector<Document>* documents) {
  return Sorter(*documents).Sort();
}

}  // namespace nave::cli
