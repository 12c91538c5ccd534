#include "cli/command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nave::cli {

CLI::App* AddCommand(CLI::App& parent, Chosen& chosen, const std::string& name,
                     const std::string& help, const std::string& examples, Body body) {
  CLI::App* command = parent.add_subcommand(name, help);
  if (!examples.empty()) {
    std::string footer = "Examples:";
    for (const auto line : absl::StrSplit(examples, '\n', absl::SkipEmpty())) {
      absl::StrAppend(&footer, "\n  ", line);
    }
    command->footer(footer);
  }
  if (body == nullptr) {
    command->require_subcommand(1);
  } else {
    command->callback([&chosen, body = std::move(body)] { chosen.body = body; });
  }
  return command;
}

}  // namespace nave::cli
