// The command line as a whole: every command, the flags that hold for all, and how a line is read.
// For one thread.
#ifndef NAVE_CLI_ROOT_H_
#define NAVE_CLI_ROOT_H_

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/output.h"

namespace nave::cli {

struct RootFlags {
  ContextFlags context;
  Form form = Form::kTable;
};

// All commands below one root. `chosen` and `flags` outlive it; `flags` is filled by the parse.
std::unique_ptr<CLI::App> MakeRoot(Chosen& chosen, RootFlags& flags);

// What a line asks for: `text` to print, or the body that was chosen.
struct Line {
  std::string text;
};
// Reads the words behind the program's name. A usage error says what is wrong, which command is
// near, and where help is.
absl::StatusOr<Line> ParseLine(CLI::App& root, const std::vector<std::string>& words);

}  // namespace nave::cli

#endif  // NAVE_CLI_ROOT_H_
