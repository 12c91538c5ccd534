// The file of contexts: which servers the user knows, by which CA and token. YAML:
//   current_context: admin
//   contexts: [{name: admin, server: "127.0.0.1:7443", ca: ca.crt, token: ...}]
// Functions; any thread.
#ifndef NAVE_CLI_CONFIG_H_
#define NAVE_CLI_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/channel.h"

namespace nave::cli {

inline constexpr size_t kMaxConfigBytes = 1u << 20;

struct Context {
  std::string name;
  Target target;
};

struct Config {
  std::string current;
  std::vector<Context> contexts;
};

// What the command line says about the server; empty: not given.
struct ContextFlags {
  std::string config, context, server, ca, token;
};

// `--config`, NAVE_CONFIG, or `.config/nave/config.yaml` at home.
std::string ConfigPath(const ContextFlags& flags);
// A file that is not there is an empty config. Relative paths of a CA are from the file's
// directory. Usage errors name the file and the line.
absl::StatusOr<Config> ReadConfig(const std::string& path);
// Makes another context the current one, keeping the rest of the file. A usage error when the file
// has no such context.
absl::Status UseContext(const std::string& path, const std::string& name);
// The context that is asked for, with what the flags and NAVE_TOKEN put in its place. A usage error
// for a context that is not there.
absl::StatusOr<Target> ChooseTarget(const ContextFlags& flags);

}  // namespace nave::cli

#endif  // NAVE_CLI_CONFIG_H_
