// What commands print: tables for people, JSON or YAML or bare names for programs, notes and
// progress on standard error, progress on a terminal alone. For one thread.
#ifndef NAVE_CLI_OUTPUT_H_
#define NAVE_CLI_OUTPUT_H_

#include <google/protobuf/message.h>

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace nave::cli {

enum class Form { kTable, kJson, kYaml, kName };

// A message as JSON with the field names of the protos (`resolver_addresses`), defaults left out;
// one line when `pretty` is false.
std::string ToJson(const google::protobuf::Message& message, bool pretty = true);
// The same as YAML.
std::string ToYaml(const google::protobuf::Message& message);

// A table whose columns are as wide as their widest cell.
struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

class Output {
 public:
  // `out` and `err` outlive this. `terminal`: err is one, and progress is shown.
  Output(std::ostream& out, std::ostream& err, Form form, bool terminal)
      : out_(out), err_(err), form_(form), terminal_(terminal) {}

  Form form() const { return form_; }
  // One message: JSON, YAML, its `name`, or for people the table that the caller made of it.
  void Print(const google::protobuf::Message& message, const Table& table);
  // Several messages of a list: a JSON array, YAML documents, names, or the table.
  void PrintAll(const std::vector<const google::protobuf::Message*>& messages, const Table& table);
  // One message of a stream, in one line of JSON or as the cells of a table row; flushed.
  void PrintLine(const google::protobuf::Message& message, const std::vector<std::string>& cells);
  // Text as it is, whatever the form.
  void Text(const std::string& text);
  // A line for people on standard error; nothing when the form is not a table.
  void Note(const std::string& text);
  // Replaces the line of progress on a terminal; nothing elsewhere. Empty ends it.
  void Progress(const std::string& text);

 private:
  void PrintTable(const Table& table);

  std::ostream& out_;
  std::ostream& err_;
  const Form form_;
  const bool terminal_;
  bool progress_shown_ = false;
};

}  // namespace nave::cli

#endif  // NAVE_CLI_OUTPUT_H_
