// When a step is tried again, and when it gives up (control-plane.md section 3). Pure functions.
#ifndef NAVE_CATALOG_WORKFLOW_RETRY_H_
#define NAVE_CATALOG_WORKFLOW_RETRY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace nave::catalog {

inline constexpr int kMaxStepAttempts = 12;
inline constexpr absl::Duration kStepTimeout = absl::Minutes(5);
inline constexpr absl::Duration kFirstBackoff = absl::Milliseconds(100);
inline constexpr absl::Duration kMaxBackoff = absl::Seconds(30);

// How long to wait after the `attempts`-th try, from 1: full jitter, anything from 0 to an
// exponentially growing bound, so that many that failed together do not come back together.
// `random` is any number.
absl::Duration BackoffAfter(int attempts, uint64_t random);

// Whether another try would fail as this one did: refusals do, troubles of the store do not.
bool IsPermanent(const absl::Status& status);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_RETRY_H_
