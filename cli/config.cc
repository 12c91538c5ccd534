#include "cli/config.h"

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "cli/field_values.h"
#include "cli/names.h"
#include "cli/new_file.h"
#include "lib/base/status_macros.h"

namespace nave::cli {
namespace {

constexpr char kCurrent[] = "current_context";

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return "";
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad() || !file.is_open()) return UsageError(absl::StrCat("cannot read '", path, "'"));
  if (text.size() <= kMaxConfigBytes) return text;
  return UsageError(absl::StrCat("'", path, "' has more than ", kMaxConfigBytes, " bytes"));
}

absl::StatusOr<YAML::Node> ReadYaml(const std::string& path) {
  NAVE_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  NAVE_ASSIGN_OR_RETURN(const std::vector<YAML::Node> documents, ParseYaml(path, text));
  return documents.empty() ? YAML::Node() : documents[0];
}

absl::StatusOr<Context> ReadContext(const std::string& path, const YAML::Node& node) {
  if (!node.IsMap()) return WrongAt(path, node.Mark(), "a context has name, server, ca and token");
  Context context;
  for (const auto& entry : node) {
    const std::string key = entry.first.as<std::string>("");
    if (!entry.second.IsScalar())
      return WrongAt(path, entry.second.Mark(), key + " must be a text");
    const std::string value = entry.second.as<std::string>("");
    if (key == "name") {
      context.name = value;
    } else if (key == "server") {
      context.target.server = value;
    } else if (key == "ca") {
      // An absolute path stays what it is.
      context.target.ca_path = (std::filesystem::path(path).parent_path() / value).string();
    } else if (key == "token") {
      context.target.token = value;
    } else {
      return WrongAt(
          path, entry.first.Mark(),
          absl::StrCat("a context has no '", key, "'; it has name, server, ca and token"));
    }
  }
  if (context.name.empty()) return WrongAt(path, node.Mark(), "the context has no name");
  return context;
}

absl::Status NoSuchContext(const std::string& path, const Config& config, const std::string& name) {
  std::vector<std::string> known;
  for (const Context& context : config.contexts) known.push_back(context.name);
  const std::string nearest = NearestName(name, known);
  return UsageError(absl::StrCat("'", path, "' has no context '", name, "'",
                                 nearest.empty()
                                     ? "; see `nave context list`"
                                     : absl::StrCat("; did you mean '", nearest, "'?")));
}

const Context* FindContext(const Config& config, const std::string& name) {
  for (const Context& context : config.contexts) {
    if (context.name == name) return &context;
  }
  return nullptr;
}

}  // namespace

std::string ConfigPath(const ContextFlags& flags) {
  if (!flags.config.empty()) return flags.config;
  const std::string given = Environment("NAVE_CONFIG");
  if (!given.empty()) return given;
  return absl::StrCat(Environment("HOME"), "/.config/nave/config.yaml");
}

absl::StatusOr<Config> ReadConfig(const std::string& path) {
  NAVE_ASSIGN_OR_RETURN(const YAML::Node root, ReadYaml(path));
  Config config;
  if (root.IsNull()) return config;
  if (!root.IsMap()) return WrongAt(path, root.Mark(), "current_context and contexts are expected");
  for (const auto& entry : root) {
    const std::string key = entry.first.as<std::string>("");
    if (key == kCurrent) {
      config.current = entry.second.as<std::string>("");
    } else if (key != "contexts" || !entry.second.IsSequence()) {
      return WrongAt(path, entry.first.Mark(),
                     "expected here is current_context, or contexts as a list");
    } else {
      for (const YAML::Node& node : entry.second) {
        NAVE_ASSIGN_OR_RETURN(Context context, ReadContext(path, node));
        config.contexts.push_back(std::move(context));
      }
    }
  }
  return config;
}

absl::Status UseContext(const std::string& path, const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(const Config config, ReadConfig(path));
  if (FindContext(config, name) == nullptr) return NoSuchContext(path, config, name);
  NAVE_ASSIGN_OR_RETURN(YAML::Node root, ReadYaml(path));
  root[kCurrent] = name;
  YAML::Emitter out;
  out << root;
  NAVE_ASSIGN_OR_RETURN(const std::unique_ptr<NewFile> file, NewFile::Create(path, true));
  NAVE_RETURN_IF_ERROR(file->Write(absl::StrCat(out.c_str(), "\n")));
  return file->Commit();
}

absl::StatusOr<Target> ChooseTarget(const ContextFlags& flags) {
  const std::string path = ConfigPath(flags);
  NAVE_ASSIGN_OR_RETURN(const Config config, ReadConfig(path));
  const std::string& name = flags.context.empty() ? config.current : flags.context;
  Target target;
  if (!name.empty()) {
    const Context* context = FindContext(config, name);
    if (context == nullptr) return NoSuchContext(path, config, name);
    target = context->target;
  }
  if (!flags.server.empty()) target.server = flags.server;
  if (!flags.ca.empty()) target.ca_path = flags.ca;
  const std::string token = flags.token.empty() ? Environment("NAVE_TOKEN") : flags.token;
  if (!token.empty()) target.token = token;
  return target;
}

}  // namespace nave::cli
