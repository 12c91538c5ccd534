#include "lib/base/clock.h"

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

}  // namespace

const Clock& RealClock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace nave
