// A clock that moves when the test says so. Thread-safe.
#ifndef NAVE_TESTS_TESTING_FAKE_CLOCK_H_
#define NAVE_TESTS_TESTING_FAKE_CLOCK_H_

#include <vector>

#include "lib/base/clock.h"

namespace nave::testing {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1700000000)) : now_(start) {}

  absl::Time Now() const override;
  bool WaitUntil(absl::CondVar& condition, absl::Mutex& mutex, absl::Time deadline) const override;
  // Moves on, and wakes whoever waits.
  void Advance(absl::Duration by);

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

// A clock that jumps to whatever is waited for.
class JumpingClock final : public Clock {
 public:
  absl::Time Now() const override { return clock_.Now(); }
  bool WaitUntil(absl::CondVar&, absl::Mutex&, absl::Time deadline) const override {
    clock_.Advance(deadline - clock_.Now());
    return true;
  }
  void Advance(absl::Duration by) { clock_.Advance(by); }

 private:
  mutable FakeClock clock_;
};

}  // namespace nave::testing

#endif  // NAVE_TESTS_TESTING_FAKE_CLOCK_H_
