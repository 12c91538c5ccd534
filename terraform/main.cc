// terraform-provider-nave: shakes hands with Terraform or OpenTofu, serves until it is told to end.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "terraform/client/channel.h"
#include "terraform/protocol/handshake.h"
#include "terraform/protocol/plugin_server.h"
#include "terraform/provider.h"
#include "terraform/provider_service.h"

namespace nave::terraform {
namespace {

constexpr int kUsageExit = 2;
// How often a process looks whether the one that launched it is still there.
constexpr timespec kParentCheck = {1, 0};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

int Fail(const absl::Status& status, int code) {
  std::fprintf(stderr, "terraform-provider-nave: %s\n", std::string(status.message()).c_str());
  return code;
}

void Say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// The signals that end the process, kept from all threads that come later. An interrupt of the
// terminal reaches the whole process group; the one that launched this then says what to do.
sigset_t BlockStopSignals(bool by_hand) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  if (by_hand) sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (!by_hand) signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Returns at a signal, or when the launching process is gone and nobody could ask for the end.
void AwaitEnd(const sigset_t& signals, bool by_hand, pid_t parent) {
  while (by_hand || getppid() == parent) {
    if (sigtimedwait(&signals, nullptr, &kParentCheck) > 0) return;
  }
}

int Serve(const Launch& launch, bool by_hand) {
  // Before anyone knows that this runs: it may be killed right after the handshake.
  const pid_t parent = getppid();
  const sigset_t signals = BlockStopSignals(by_hand);
  Provider provider(RealClock(), Environment,
                    [](const Target& target) { return OpenChannel(target, RealClock()); });
  ProviderService service(provider);
  const auto server =
      PluginServer::Start(launch, service, RealClock().Now(), [] { kill(getpid(), SIGTERM); });
  if (!server.ok()) return Fail(server.status(), EXIT_FAILURE);
  Say(by_hand ? ReattachLine(kProviderAddress, getpid(), (*server)->socket())
              : (*server)->handshake());
  AwaitEnd(signals, by_hand, parent);
  provider.Stop();
  (*server)->Stop(RealClock().Now());
  return EXIT_SUCCESS;
}

int Main(int argc, char** argv) {
  const std::string argument = argc == 2 ? argv[1] : "";
  if (argument == "--version") {
    Say("terraform-provider-nave " NAVE_VERSION "\n");
    return EXIT_SUCCESS;
  }
  if (argument == "--debug") return Serve(Launch(), /*by_hand=*/true);
  if (argc > 1) {
    return Fail(absl::InvalidArgumentError(
                    "usage: terraform-provider-nave [--debug | --version]; terraform and tofu "
                    "start it without arguments"),
                kUsageExit);
  }
  const absl::StatusOr<Launch> launch = ReadLaunch(Environment);
  if (!launch.ok()) return Fail(launch.status(), EXIT_FAILURE);
  return Serve(*launch, /*by_hand=*/false);
}

}  // namespace
}  // namespace nave::terraform

int main(int argc, char** argv) { return nave::terraform::Main(argc, argv); }
