// Loads a gRPC server over TLS with callers that each make one call after the other, and prints
// what it saw as one line of JSON. README.md says how runs use it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/load_requests.h"
#include "bench/load_run.h"

namespace nave::bench {
namespace {

struct Texts {
  std::string kind;
  double warm_up = 0, seconds = 1;
};

void Declare(CLI::App* app, LoadOptions* options, Texts* texts) {
  app->add_option("--server", options->server, "HOST:PORT")->required();
  app->add_option("--ca", options->ca_path, "The CA of the server's certificate, PEM")->required();
  app->add_option("--token", options->token, "Bearer token");
  app->add_option("--kind", texts->kind, "What is called, such as update-vpc")->required();
  app->add_option("--callers", options->callers)->check(CLI::Range(1, 10000));
  app->add_option("--connections", options->connections)->check(CLI::Range(1, 64));
  app->add_option("--warm-up", texts->warm_up, "Seconds that are not counted")
      ->check(CLI::Range(0.0, 60.0));
  app->add_option("--seconds", texts->seconds, "Seconds that are counted")
      ->check(CLI::Range(0.0, 600.0));
  app->add_option("--calls-max", options->calls_max, "End after so many calls");
  app->add_flag("--spread", options->spread, "Each call is of another caller's entry");
  app->add_option("--server-pid", options->server_pid, "The process whose CPU time is read");
}

double MillisAt(const std::vector<absl::Duration>& delays, double share) {
  if (delays.empty()) return 0;
  const auto at = static_cast<size_t>(share * static_cast<double>(delays.size()));
  return absl::ToDoubleMilliseconds(delays[std::min(at, delays.size() - 1)]);
}

void Print(const LoadResult& result) {
  if (!result.first_error.empty()) std::fprintf(stderr, "%s\n", result.first_error.c_str());
  std::printf(
      "{\"calls\": %llu, \"errors\": %llu, \"seconds\": %.6f, \"server_cpu_seconds\": %.6f, "
      "\"p50_ms\": %.4f, \"p99_ms\": %.4f}\n",
      static_cast<unsigned long long>(result.calls), static_cast<unsigned long long>(result.errors),
      absl::ToDoubleSeconds(result.elapsed), absl::ToDoubleSeconds(result.server_cpu),
      MillisAt(result.delays, 0.5), MillisAt(result.delays, 0.99));
}

absl::StatusOr<LoadResult> Load(LoadOptions* options, const std::string& name) {
  absl::StatusOr<LoadKind> kind = FindLoadKind(name);
  if (!kind.ok()) return kind.status();
  options->kind = *std::move(kind);
  return RunLoad(*options);
}

int Main(int argc, char** argv) {
  CLI::App app("Loads a gRPC server", "grpc_load");
  LoadOptions options;
  Texts texts;
  Declare(&app, &options, &texts);
  CLI11_PARSE(app, argc, argv);
  options.warm_up = absl::Seconds(texts.warm_up);
  options.duration = absl::Seconds(texts.seconds);
  const absl::StatusOr<LoadResult> result = Load(&options, texts.kind);
  if (!result.ok()) {
    std::fprintf(stderr, "grpc_load: %s\n", std::string(result.status().message()).c_str());
    return 1;
  }
  Print(*result);
  return 0;
}

}  // namespace
}  // namespace nave::bench

int main(int argc, char** argv) { return nave::bench::Main(argc, argv); }
