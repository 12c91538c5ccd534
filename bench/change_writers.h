// Callers that change the control plane's state at a steady pace, each its own subject.
#ifndef NAVE_BENCH_CHANGE_WRITERS_H_
#define NAVE_BENCH_CHANGE_WRITERS_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "bench/change_subjects.h"

namespace nave::bench {

struct WriterOptions {
  std::string server;   // HOST:PORT
  std::string ca_path;  // The CA that signed the server's certificate, PEM.
  std::string token;
  // Changes a second, of all callers.
  double rate = 200;
  // Of the two servers behind the rules.
  uint16_t ports[2] = {0, 0};
};

struct WriteResult {
  uint64_t changes = 0, errors = 0;
  // Changes that no answer showed within ten seconds.
  uint64_t unseen = 0;
  std::string first_error;
};

// Makes what each subject has at version 0, then changes all of them until `*stop`, a caller for
// each. A zone or a rule is changed again when an answer has shown the change before; a record at
// once.
class Writers {
 public:
  Writers(WriterOptions options, const Subjects& subjects);
  // Zones, rules, records and associations at version 0.
  absl::Status Prepare();
  WriteResult Run(const std::atomic<bool>* stop) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void ChangeOne(Subject* subject, const std::atomic<bool>* stop);
  absl::Status Write(const Subject& subject, uint64_t version);
  bool WaitUntilSeen(const Subject& subject, uint64_t version, const std::atomic<bool>* stop);
  void Count(const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  class Calls;
  const WriterOptions options_;
  const Subjects& subjects_;
  const std::shared_ptr<Calls> calls_;
  absl::Mutex mutex_;
  WriteResult result_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::bench

#endif  // NAVE_BENCH_CHANGE_WRITERS_H_
