// Callers that each wait for the answer to one call before the next, over several connections, from
// one thread (control-plane.md section 5). A run is bounded in time and in calls.
#ifndef NAVE_BENCH_LOAD_RUN_H_
#define NAVE_BENCH_LOAD_RUN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/load_requests.h"

namespace nave::bench {

struct LoadOptions {
  std::string server;   // HOST:PORT
  std::string ca_path;  // The CA that signed the server's certificate, PEM.
  std::string token;    // Bearer token; may be empty.
  LoadKind kind;
  uint64_t callers = 1;
  int connections = 1;
  // Calls of the first `warm_up` are not counted.
  absl::Duration warm_up;
  absl::Duration duration;
  // The run ends after so many calls, warm-up included; 0 is no bound but the time.
  uint64_t calls_max = 0;
  // Each call is of another caller's entry, in turn: to make the entries of many callers.
  bool spread = false;
  // The process whose CPU time is read at the beginning and at the end of what is counted; 0: none.
  int server_pid = 0;
};

struct LoadResult {
  uint64_t calls = 0;
  uint64_t errors = 0;
  // The first error, for people.
  std::string first_error;
  absl::Duration elapsed;
  // Sorted; of the calls that went well.
  std::vector<absl::Duration> delays;
  // User and system time of the server's process.
  absl::Duration server_cpu;
};

// UNAVAILABLE when no connection comes up within ten seconds.
absl::StatusOr<LoadResult> RunLoad(const LoadOptions& options);

}  // namespace nave::bench

#endif  // NAVE_BENCH_LOAD_RUN_H_
