// naved: reads the flags, starts the server, and waits for a signal to stop it.
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "absl/strings/str_join.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "server/flags.h"
#include "server/notify.h"
#include "server/server.h"

namespace nave::server {
namespace {

constexpr int kUsageExit = 2;

int Fail(const absl::Status& status, int code) {
  std::fprintf(stderr, "naved: %s\n", std::string(status.message()).c_str());
  return code;
}

int Say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  return EXIT_SUCCESS;
}

// The signals that end the process, kept from all threads that come later and waited for by this
// one.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

int Serve(const Flags& flags) {
  const sigset_t signals = BlockStopSignals();
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(flags, RealClock());
  if (!server.ok()) return Fail(server.status(), EXIT_FAILURE);
  Say("naved: serving on " + absl::StrJoin((*server)->addresses(), ", ") + "\n");
  Notify("READY=1");
  int received = 0;
  sigwait(&signals, &received);
  log::Info("stopping", {{"signal", received == SIGTERM ? "SIGTERM" : "SIGINT"}});
  Notify("STOPPING=1");
  (*server)->Stop();
  return EXIT_SUCCESS;
}

int Main(int argc, char** argv) {
  // Debian's Abseil looks for cycles of locks, in a table that all threads share; tests keep that.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const absl::StatusOr<ParsedFlags> parsed = ParseFlags(argc, argv);
  if (!parsed.ok()) return Fail(parsed.status(), kUsageExit);
  if (parsed->text.has_value()) return Say(*parsed->text);
  log::Configure(parsed->flags.log_level, parsed->flags.log_form);
  if (!parsed->flags.check) return Serve(parsed->flags);
  const absl::Status status = Check(parsed->flags, RealClock());
  return status.ok() ? Say("naved: the flags and the data directory are good\n")
                     : Fail(status, EXIT_FAILURE);
}

}  // namespace
}  // namespace nave::server

int main(int argc, char** argv) { return nave::server::Main(argc, argv); }
