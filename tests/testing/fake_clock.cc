#include "tests/testing/fake_clock.h"

namespace nave::testing {
namespace {

// Real time between two looks at the fake one: a waiter sees an Advance that came while it went to
// sleep.
constexpr absl::Duration kLook = absl::Milliseconds(2);

}  // namespace

absl::Time FakeClock::Now() const {
  absl::MutexLock lock(&mutex_);
  return now_;
}

bool FakeClock::WaitUntil(absl::CondVar& condition, absl::Mutex& mutex, absl::Time deadline) const {
  if (Now() >= deadline) return true;
  condition.WaitWithTimeout(&mutex, kLook);
  return Now() >= deadline;
}

void FakeClock::Advance(absl::Duration by) {
  absl::MutexLock lock(&mutex_);
  now_ += by;
}

}  // namespace nave::testing
