// The user's wish to stop, for those who wait. Once given it stays. Thread-safe.
#ifndef NAVE_CLIENT_STOP_SIGNAL_H_
#define NAVE_CLIENT_STOP_SIGNAL_H_

#include <cstdint>
#include <functional>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"

namespace nave::client {

class StopSignal {
 public:
  // Calls back at the stop, at once when it was given before; not any more after its destruction.
  // The callback must neither wait nor use the signal.
  class Listener {
   public:
    Listener(StopSignal& signal, std::function<void()> on_stop);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

   private:
    StopSignal& signal_;
    int64_t id_ = 0;
  };

  void Stop();
  bool stopped() const;
  // Waits for `pause`, or until the stop; true when it is given.
  bool Pause(const Clock& clock, absl::Duration pause);

 private:
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  std::map<int64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::client

#endif  // NAVE_CLIENT_STOP_SIGNAL_H_
