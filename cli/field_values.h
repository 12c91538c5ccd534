// Fields of the contracts from what people write, texts and YAML, and back to texts for tables.
// Errors are usage errors that name the place, the field, and the nearest known word. Functions;
// any thread.
#ifndef NAVE_CLI_FIELD_VALUES_H_
#define NAVE_CLI_FIELD_VALUES_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nave::cli {

// Deeper YAML is no value of any field.
inline constexpr int kMaxValueDepth = 16;

// `source:LINE: message`, or `source: message` for a mark that has no line.
absl::Status WrongAt(const std::string& source, const YAML::Mark& mark, const std::string& message);
// The documents of a text; an empty one has none.
absl::StatusOr<std::vector<YAML::Node>> ParseYaml(const std::string& source,
                                                  const std::string& text);
// `; did you mean 'word'?`, or `; known are a, b, c` when none is near.
std::string KnownWords(const std::string& word, const std::vector<std::string>& known);

// Sets a field of one value (not repeated, no message but a Timestamp) from its text: an enum's
// value in any case and with hyphens, a time as 2026-11-24T09:30:00Z.
absl::Status SetFieldFromText(const std::string& source, const YAML::Mark& mark,
                              const std::string& text,
                              const google::protobuf::FieldDescriptor& field,
                              google::protobuf::Message* message);
// Sets any field: a list for a repeated one, a map for a message or a map.
absl::Status SetFieldFromYaml(const std::string& source, const YAML::Node& node,
                              const google::protobuf::FieldDescriptor& field,
                              google::protobuf::Message* message);
// Sets each field that the map names, by its name in the contract. Fields that the server writes,
// `name` and `metadata` are not known here.
absl::Status FillFromYaml(const std::string& source, const YAML::Node& map,
                          google::protobuf::Message* message);

// For a cell of a table: items of a list with spaces between, messages as JSON.
std::string FieldText(const google::protobuf::Message& message,
                      const google::protobuf::FieldDescriptor& field);

}  // namespace nave::cli

#endif  // NAVE_CLI_FIELD_VALUES_H_
