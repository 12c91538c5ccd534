// A command that another file has added already, such as the noun `zone`. For one thread.
#ifndef NAVE_CLI_FIND_COMMAND_H_
#define NAVE_CLI_FIND_COMMAND_H_

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.h"

namespace nave::cli {

// The subcommand of `parent` with this name; null when there is none.
inline CLI::App* FindCommand(CLI::App& parent, const std::string& name) {
  const std::vector<CLI::App*> found =
      parent.get_subcommands([&](CLI::App* app) { return app->get_name() == name; });
  return found.empty() ? nullptr : found[0];
}

// The group, added when it is missing.
inline CLI::App* FindOrAddGroup(CLI::App& parent, Chosen& chosen, const std::string& name,
                                const std::string& help) {
  CLI::App* group = FindCommand(parent, name);
  return group != nullptr ? group : AddCommand(parent, chosen, name, help);
}

}  // namespace nave::cli

#endif  // NAVE_CLI_FIND_COMMAND_H_
