#include "server/context_file.h"

#include <yaml-cpp/yaml.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "server/files.h"

namespace nave::server {
namespace {

constexpr char kContextName[] = "admin";

// The token of a file of ours; empty when it holds none or is no such file.
std::string TokenOf(const std::string& text) {
  try {
    const YAML::Node root = YAML::Load(text);
    for (const YAML::Node& context : root["contexts"]) {
      if (context["name"].as<std::string>() == kContextName)
        return context["token"].as<std::string>();
    }
  } catch (const YAML::Exception&) {
    return "";
  }
  return "";
}

}  // namespace

std::string FormatContext(const AdminContext& context) {
  YAML::Emitter out;
  out << YAML::Comment(
      "Made by naved. Whoever reads the token may do everything: keep this file private.");
  out << YAML::BeginMap << YAML::Key << "current_context" << YAML::Value << kContextName;
  out << YAML::Key << "contexts" << YAML::Value << YAML::BeginSeq << YAML::BeginMap;
  out << YAML::Key << "name" << YAML::Value << kContextName;
  out << YAML::Key << "server" << YAML::Value << YAML::DoubleQuoted << context.server;
  out << YAML::Key << "ca" << YAML::Value << YAML::DoubleQuoted << context.ca_path;
  out << YAML::Key << "token" << YAML::Value << YAML::DoubleQuoted << context.token;
  out << YAML::EndMap << YAML::EndSeq << YAML::EndMap;
  return absl::StrCat(out.c_str(), "\n");
}

absl::Status WriteContext(const std::string& path, const AdminContext& context) {
  return WriteSmallFile(path, FormatContext(context), kPrivateMode);
}

absl::Status RefreshContext(const std::string& path, const std::string& server,
                            const std::string& ca_path) {
  if (!FileExists(path)) return absl::OkStatus();
  NAVE_ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path));
  const AdminContext context{server, ca_path, TokenOf(text)};
  if (context.token.empty()) {
    log::Warning("the admin context was changed by hand and is left alone", {{"path", path}});
    return absl::OkStatus();
  }
  return FormatContext(context) == text ? absl::OkStatus() : WriteContext(path, context);
}

}  // namespace nave::server
