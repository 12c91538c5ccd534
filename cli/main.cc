// nave: reads the command line, runs the command that it names, and ends with its exit code.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "cli/root.h"
#include "cli/terminal_session.h"

namespace nave::cli {
namespace {

int Fail(const absl::Status& status) {
  std::cout.flush();
  const std::string reason = ReasonOf(status);
  std::cerr << "nave: " << std::string(status.message())
            << (reason.empty() ? "" : absl::StrCat(" [", reason, "]")) << "\n";
  return ExitCodeOf(status);
}

int Main(const std::vector<std::string>& words) {
  Chosen chosen;
  RootFlags flags;
  const std::unique_ptr<CLI::App> root = MakeRoot(chosen, flags);
  const absl::StatusOr<Line> line = ParseLine(*root, words);
  if (!line.ok()) return Fail(line.status());
  if (!line->text.empty()) {
    std::cout << line->text;
    return kExitOk;
  }
  TerminalSession session(flags.context, flags.form);
  const absl::Status status = chosen.body(session);
  if (!status.ok()) return Fail(status);
  std::cout.flush();
  if (std::cout.good()) return kExitOk;
  return Fail(absl::DataLossError("cannot write to standard output"));
}

}  // namespace
}  // namespace nave::cli

int main(int argc, char** argv) {
  return nave::cli::Main(std::vector<std::string>(argv + 1, argv + argc));
}
