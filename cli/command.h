// How a command comes into the tree of `nave`: it adds itself to a parent with its flags, help and
// examples, and a body that runs when it was chosen. For one thread.
#ifndef NAVE_CLI_COMMAND_H_
#define NAVE_CLI_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <istream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/control_plane.h"
#include "cli/output.h"

namespace nave::cli {

// What a body works with.
class Session {
 public:
  virtual ~Session() = default;
  // Connects at the first use. UNAVAILABLE or UNAUTHENTICATED, with what to do.
  virtual absl::StatusOr<ControlPlane*> control_plane() = 0;
  virtual Output& output() = 0;
  // Asks a question that is answered with yes or no. Without a terminal: a usage error that names
  // `--yes`.
  virtual absl::StatusOr<bool> Confirm(const std::string& question) = 0;
  virtual std::istream& input() = 0;
  // The path of the contexts' file.
  virtual std::string config_path() const = 0;
};

using Body = std::function<absl::Status(Session&)>;

// The chosen command's body; set by CLI11's callback while the command line is parsed.
struct Chosen {
  Body body;
};

// A command below `parent`. `examples` are whole lines without indentation, shown at the end of its
// help. Without a body it is a group, and needs a subcommand.
CLI::App* AddCommand(CLI::App& parent, Chosen& chosen, const std::string& name,
                     const std::string& help, const std::string& examples = "",
                     Body body = nullptr);

// Each adds its commands to the root; one file each.
void AddNouns(CLI::App& root, Chosen& chosen);     // nouns.cc: list, show, create, update, delete
void AddContexts(CLI::App& root, Chosen& chosen);  // contexts.cc: context, whoami, version
void AddApply(CLI::App& root, Chosen& chosen);     // apply.cc
void AddProducts(CLI::App& root,
                 Chosen& chosen);  // products.cc: launch, provisioned update|terminate|history
void AddOperations(CLI::App& root, Chosen& chosen);   // operations.cc: operation, wait
void AddZoneRecords(CLI::App& root, Chosen& chosen);  // zone_records.cc
void AddLedgers(CLI::App& root, Chosen& chosen);      // ledgers.cc
void AddCache(CLI::App& root, Chosen& chosen);        // cache.cc
void AddExplain(CLI::App& root, Chosen& chosen);      // explain.cc
void AddEvents(CLI::App& root, Chosen& chosen);       // events.cc: events, dead-letters
void AddAdministration(CLI::App& root,
                       Chosen& chosen);  // administration.cc: backup, snapshot, node

}  // namespace nave::cli

#endif  // NAVE_CLI_COMMAND_H_
