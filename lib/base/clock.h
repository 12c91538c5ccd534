// Time as a seam: code that needs the time takes a Clock, tests give it a FakeClock. Thread-safe.
#ifndef NAVE_LIB_BASE_CLOCK_H_
#define NAVE_LIB_BASE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace nave {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual absl::Time Now() const = 0;
  // Waits on `condition` until it is signalled or this clock reaches `deadline`; true when the
  // deadline passed. As with every condition variable, the caller checks what it waits for again.
  virtual bool WaitUntil(absl::CondVar& condition, absl::Mutex& mutex, absl::Time deadline) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) = 0;
};

// The system's clock, which follows the time of day and steps with it; lives as long as the
// process.
const Clock& RealClock();
// The time of day at the process's start, and from then on the time that passed: nobody can step
// it, and it counts while the machine sleeps. For what lasts: TTLs, timeouts, pauses. Lives as long
// as the process.
const Clock& SteadyClock();

}  // namespace nave

#endif  // NAVE_LIB_BASE_CLOCK_H_
