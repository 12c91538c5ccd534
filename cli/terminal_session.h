// A session at a shell: standard streams, the server of the context, questions at a terminal. For
// one thread.
#ifndef NAVE_CLI_TERMINAL_SESSION_H_
#define NAVE_CLI_TERMINAL_SESSION_H_

#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/config.h"
#include "cli/output.h"

namespace nave::cli {

class TerminalSession final : public Session {
 public:
  TerminalSession(ContextFlags flags, Form form);

  absl::StatusOr<ControlPlane*> control_plane() override;
  Output& output() override { return output_; }
  absl::StatusOr<bool> Confirm(const std::string& question) override;
  std::istream& input() override;
  std::string config_path() const override { return ConfigPath(flags_); }

 private:
  const ContextFlags flags_;
  Output output_;
  std::unique_ptr<ControlPlane> control_plane_;
};

}  // namespace nave::cli

#endif  // NAVE_CLI_TERMINAL_SESSION_H_
