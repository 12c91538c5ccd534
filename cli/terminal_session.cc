#include "cli/terminal_session.h"

#include <unistd.h>

#include <iostream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "lib/base/status_macros.h"

namespace nave::cli {

TerminalSession::TerminalSession(ContextFlags flags, Form form)
    : flags_(std::move(flags)), output_(std::cout, std::cerr, form, ::isatty(STDERR_FILENO) == 1) {}

absl::StatusOr<ControlPlane*> TerminalSession::control_plane() {
  if (control_plane_ == nullptr) {
    NAVE_ASSIGN_OR_RETURN(const Target target, ChooseTarget(flags_));
    NAVE_ASSIGN_OR_RETURN(control_plane_, OpenChannel(target));
  }
  return control_plane_.get();
}

absl::StatusOr<bool> TerminalSession::Confirm(const std::string& question) {
  if (::isatty(STDIN_FILENO) != 1) {
    return UsageError(absl::StrCat("there is no terminal to ask at: ", question, " Say --yes"));
  }
  std::cout.flush();
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  absl::AsciiStrToLower(&answer);
  return answer == "y" || answer == "yes";
}

std::istream& TerminalSession::input() { return std::cin; }

}  // namespace nave::cli
