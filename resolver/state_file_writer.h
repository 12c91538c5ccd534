// Writes states to a StateFile in a thread of its own, so that nobody waits for the disk: one at a
// time, not more often than once in an interval, and always the newest (data-plane.md section 4).
// What could not be written is tried again until it is, or a newer one takes its place: a disk that
// was full for an hour must not keep an old state for a month.
// Thread-safe.
#ifndef NAVE_RESOLVER_STATE_FILE_WRITER_H_
#define NAVE_RESOLVER_STATE_FILE_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "resolver/state.h"
#include "resolver/state_file.h"

namespace nave::resolver {

class StateFileWriter {
 public:
  // From the end of one write to the begin of the next.
  static constexpr absl::Duration kMinInterval = absl::Seconds(1);
  // The same after a failure.
  static constexpr absl::Duration kRetryInterval = absl::Seconds(10);
  // A large state rests as many times longer than its write took, so that changes that come all
  // the time do not cost a core.
  static constexpr int kRestPerWrite = 9;

  // Called in the writer's thread, after each write.
  using Observer = std::function<void(int64_t revision, const absl::Status& status)>;

  // `file` and `clock` must outlive the writer; nobody else may use the file meanwhile.
  StateFileWriter(StateFile* file, const Clock* clock, Observer observer);
  // Writes what waits; a failure now is the last.
  ~StateFileWriter();

  // Replaces what waits to be written.
  void Write(std::shared_ptr<const State> state) ABSL_LOCKS_EXCLUDED(mutex_);
  // Writes what waits at once, and waits for that; a failure ends the wait too.
  void Flush() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  StateFile* const file_;
  const Clock* const clock_;
  const Observer observer_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::shared_ptr<const State> next_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  bool hurry_ ABSL_GUARDED_BY(mutex_) = false;  // The interval is not waited for.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STATE_FILE_WRITER_H_
