#include "cli/output.h"

#include <google/protobuf/util/json_util.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace nave::cli {
namespace {

constexpr size_t kColumnGap = 2;

std::string NameOf(const google::protobuf::Message& message) {
  const auto* field = message.GetDescriptor()->FindFieldByName("name");
  if (field == nullptr || field->cpp_type() != field->CPPTYPE_STRING || field->is_repeated()) {
    return "";
  }
  return message.GetReflection()->GetString(message, field);
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message, bool pretty) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = pretty;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return "{}";  // only for an Any of an unknown type, which no message has
  return json;
}

// JSON is YAML; what is read from it is written in the block style.
std::string ToYaml(const google::protobuf::Message& message) {
  YAML::Node node = YAML::Load(ToJson(message));
  YAML::Emitter emitter;
  emitter.SetMapFormat(YAML::Block);
  emitter.SetSeqFormat(YAML::Block);
  const auto write = [&emitter](const auto& self, const YAML::Node& part) -> void {
    if (part.IsMap()) {
      emitter << YAML::BeginMap;
      for (const auto& entry : part) {
        emitter << YAML::Key << entry.first.Scalar() << YAML::Value;
        self(self, entry.second);
      }
      emitter << YAML::EndMap;
    } else if (part.IsSequence()) {
      emitter << YAML::BeginSeq;
      for (const YAML::Node& item : part) self(self, item);
      emitter << YAML::EndSeq;
    } else if (part.Tag() == "!") {  // a text in quotes stays one: "1" is no number
      emitter << YAML::DoubleQuoted << part.Scalar();
    } else {
      emitter << part.Scalar();
    }
  };
  write(write, node);
  return std::string(emitter.c_str()) + "\n";
}

void Output::PrintTable(const Table& table) {
  std::vector<size_t> widths(table.columns.size(), 0);
  const auto measure = [&widths](const std::vector<std::string>& cells) {
    for (size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], cells[i].size());
    }
  };
  measure(table.columns);
  for (const auto& row : table.rows) measure(row);
  const auto print = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (size_t i = 0; i < cells.size() && i < widths.size(); ++i) {
      line += cells[i];
      if (i + 1 < cells.size()) line.append(widths[i] - cells[i].size() + kColumnGap, ' ');
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out_ << line << "\n";
  };
  print(table.columns);
  for (const auto& row : table.rows) print(row);
}

void Output::Print(const google::protobuf::Message& message, const Table& table) {
  switch (form_) {
    case Form::kTable:
      return PrintTable(table);
    case Form::kJson:
      out_ << ToJson(message);
      return;
    case Form::kYaml:
      out_ << ToYaml(message);
      return;
    case Form::kName:
      out_ << NameOf(message) << "\n";
      return;
  }
}

void Output::PrintAll(const std::vector<const google::protobuf::Message*>& messages,
                      const Table& table) {
  if (form_ == Form::kTable) return PrintTable(table);
  if (form_ == Form::kJson) out_ << "[";
  bool first = true;
  for (const google::protobuf::Message* message : messages) {
    if (form_ == Form::kJson) out_ << (first ? "\n" : ",\n") << ToJson(*message, /*pretty=*/false);
    if (form_ == Form::kYaml) out_ << (first ? "" : "---\n") << ToYaml(*message);
    if (form_ == Form::kName) out_ << NameOf(*message) << "\n";
    first = false;
  }
  if (form_ == Form::kJson) out_ << (first ? "]\n" : "\n]\n");
}

void Output::PrintLine(const google::protobuf::Message& message,
                       const std::vector<std::string>& cells) {
  if (form_ == Form::kTable) {
    std::string line;
    for (const std::string& cell : cells) {
      if (!line.empty()) line.append(kColumnGap, ' ');
      line += cell;
    }
    out_ << line << "\n";
  } else if (form_ == Form::kJson) {
    out_ << ToJson(message, /*pretty=*/false) << "\n";
  } else if (form_ == Form::kYaml) {
    out_ << "---\n" << ToYaml(message);
  } else {
    out_ << NameOf(message) << "\n";
  }
  out_.flush();
}

void Output::Text(const std::string& text) { out_ << text; }

void Output::Note(const std::string& text) {
  if (form_ != Form::kTable) return;
  Progress("");
  err_ << text << "\n";
}

void Output::Progress(const std::string& text) {
  if (!terminal_ || (text.empty() && !progress_shown_)) return;
  err_ << "\r\x1b[K" << text;
  err_.flush();
  progress_shown_ = !text.empty();
}

}  // namespace nave::cli
