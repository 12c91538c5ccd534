// What the commands of a noun take from the command line: the name and what stands above it, and a
// flag for every field of the kind. For one thread.
#ifndef NAVE_CLI_NOUN_FLAGS_H_
#define NAVE_CLI_NOUN_FLAGS_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/command.h"
#include "cli/kinds.h"
#include "cli/operations.h"

namespace nave::cli {

struct NounFlags {
  explicit NounFlags(const Kind& of) : kind(of) {}

  const Kind& kind;
  std::string id;
  std::map<std::string, std::string> parents;              // variable -> id or resource name
  std::map<std::string, std::vector<std::string>> fields;  // as given, by the field's name
  std::vector<std::string> labels;
  std::string etag;
  std::string filter;
  std::string secret_file;
  bool yes = false;
  bool dry_run = false;
  ServedFlags served;
};

// The positional NAME, and `--account` and the like.
void AddNameArguments(CLI::App& command, NounFlags& flags);
// `--account` and the like alone.
void AddParentFlags(CLI::App& command, NounFlags& flags);
// A flag for every field that may be given: all of them, or those that may change later.
void AddFieldFlags(CLI::App& command, NounFlags& flags, bool for_update);

// The resource name that NAME and the parents say.
absl::StatusOr<std::string> ResourceNameOf(const NounFlags& flags);
// Below which resource to list: `-` where a part is not given; empty when none is.
absl::StatusOr<std::string> ListParentOf(const NounFlags& flags);
// Fills the fields whose flags were given on the command line, and their names into `given`;
// `metadata.labels` is one of them.
absl::Status FillFromFlags(const CLI::App& command, const NounFlags& flags,
                           google::protobuf::Message* resource, std::vector<std::string>* given);

}  // namespace nave::cli

#endif  // NAVE_CLI_NOUN_FLAGS_H_
