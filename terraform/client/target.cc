#include "terraform/client/target.h"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace nave::terraform {
namespace {

// The text of a field; empty when it is not there.
std::string Field(const YAML::Node& node, const char* name) {
  const YAML::Node field = node[name];
  return field.IsDefined() ? field.as<std::string>("") : "";
}

// A CA's path is from the file's directory.
std::string FromDirectoryOf(const std::string& file, const std::string& path) {
  if (path.empty()) return path;
  return (std::filesystem::path(file).parent_path() / path).string();
}

absl::StatusOr<Target> FindContext(const std::string& path, const YAML::Node& root,
                                   const std::string& wanted) {
  if (root.IsNull()) return Target();
  if (!root.IsMap()) return absl::InvalidArgumentError("current_context and contexts are expected");
  const std::string name = wanted.empty() ? Field(root, "current_context") : wanted;
  if (name.empty()) return Target();
  const YAML::Node contexts = root["contexts"];
  const size_t count = contexts.IsDefined() && contexts.IsSequence() ? contexts.size() : 0;
  for (size_t i = 0; i < count; ++i) {
    const YAML::Node context = contexts[i];
    if (!context.IsMap() || Field(context, "name") != name) continue;
    return Target{Field(context, "server"), FromDirectoryOf(path, Field(context, "ca")),
                  Field(context, "token")};
  }
  return absl::InvalidArgumentError(absl::StrCat("there is no context '", name, "' in it"));
}

// yaml-cpp throws; nothing of it leaves this function.
absl::StatusOr<Target> ParseContexts(const std::string& path, const std::string& text,
                                     const std::string& wanted) {
  try {
    return FindContext(path, YAML::Load(text), wanted);
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("line ", error.mark.line + 1, ": ", error.msg));
  }
}

absl::StatusOr<Target> ReadContext(const std::string& path, bool must_exist,
                                   const std::string& wanted) {
  std::error_code error;
  if (!must_exist && !std::filesystem::exists(path, error)) return Target();
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.is_open() || file.bad()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read '", path, "'"));
  }
  if (text.size() > kMaxContextFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' has more than ", kMaxContextFileBytes, " bytes"));
  }
  absl::StatusOr<Target> target = ParseContexts(path, text, wanted);
  if (target.ok()) return target;
  return absl::InvalidArgumentError(absl::StrCat("'", path, "': ", target.status().message()));
}

}  // namespace

absl::StatusOr<Target> ChooseTarget(const TargetSettings& settings,
                                    const std::function<std::string(const char*)>& get) {
  const std::string named = settings.config.empty() ? get("NAVE_CONFIG") : settings.config;
  const std::string home = absl::StrCat(get("HOME"), "/.config/nave/config.yaml");
  const bool must_exist = !named.empty() || !settings.context.empty();
  NAVE_ASSIGN_OR_RETURN(Target target,
                        ReadContext(named.empty() ? home : named, must_exist, settings.context));
  if (!settings.server.empty()) target.server = settings.server;
  if (!settings.ca.empty()) target.ca_path = settings.ca;
  const std::string token = settings.token.empty() ? get("NAVE_TOKEN") : settings.token;
  if (!token.empty()) target.token = token;
  return target;
}

}  // namespace nave::terraform
