#include "lib/base/clock.h"

#include <time.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "absl/time/clock.h"

namespace nave {
namespace {

class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
  bool WaitUntil(absl::CondVar& condition, absl::Mutex& mutex, absl::Time deadline) const override {
    return condition.WaitWithDeadline(&mutex, deadline);
  }
};

absl::Duration SinceBoot() {
  timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return absl::DurationFromTimespec(now);
}

// Wakes who waits on a condition when a time has passed. Abseil's waits end at a time of day: a
// step back would make them longer by as much.
class Waker {
 public:
  Waker() : thread_([this] { Run(); }) {}

  // Waits on `condition` until it is signalled, or woken after `timeout`.
  void Wait(absl::CondVar* condition, absl::Mutex* mutex, absl::Duration timeout)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    std::multimap<Time, absl::CondVar*>::iterator entry;
    {
      std::lock_guard lock(mutex_);
      entry = waiting_.emplace(Steady::now() + absl::ToChronoNanoseconds(timeout), condition);
      if (entry == waiting_.begin()) changed_.notify_one();
    }
    condition->Wait(mutex);
    std::lock_guard lock(mutex_);
    waiting_.erase(entry);
  }

 private:
  using Steady = std::chrono::steady_clock;
  using Time = Steady::time_point;
  // Who is not yet in Wait misses a signal; it comes again after this.
  static constexpr std::chrono::milliseconds kAgain{5};

  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      if (waiting_.empty()) {
        changed_.wait(lock);
      } else if (const Time next = waiting_.begin()->first; next > Steady::now()) {
        changed_.wait_until(lock, next);
      } else {
        const auto end = waiting_.upper_bound(Steady::now());
        for (auto due = waiting_.begin(); due != end; ++due) due->second->SignalAll();
        changed_.wait_for(lock, kAgain);
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Time, absl::CondVar*> waiting_;
  std::thread thread_;
};

class BootClock final : public Clock {
 public:
  absl::Time Now() const override { return start_ + SinceBoot(); }
  bool WaitUntil(absl::CondVar& condition, absl::Mutex& mutex, absl::Time deadline) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) override {
    // Its thread is none of a process that never waits.
    static Waker& waker = *new Waker;
    const absl::Duration timeout = std::clamp(deadline - Now(), absl::ZeroDuration(), kMaxTimeout);
    waker.Wait(&condition, &mutex, timeout);
    return Now() >= deadline;
  }

 private:
  // The caller waits again.
  static constexpr absl::Duration kMaxTimeout = absl::Hours(1);
  const absl::Time start_ = absl::Now() - SinceBoot();
};

}  // namespace

const Clock& RealClock() {
  static const SystemClock clock;
  return clock;
}

const Clock& SteadyClock() {
  static const BootClock clock;
  return clock;
}

}  // namespace nave
