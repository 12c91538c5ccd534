// Carries operations out: one thread follows the log and admits work, a bounded pool takes the
// steps (control-plane.md section 3). Everything that matters is in the store: a new reconciler
// goes on where the last one stopped, wherever that was. Start and Stop from one thread.
#ifndef NAVE_CATALOG_WORKFLOW_RECONCILER_H_
#define NAVE_CATALOG_WORKFLOW_RECONCILER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "catalog/served.h"
#include "lib/base/clock.h"
#include "store/store.h"

namespace nave::catalog {

inline constexpr int kMaxWorkers = 64;

struct ReconcilerOptions {
  int workers = 8;  // 1 to kMaxWorkers
  // A wait for resolvers that takes longer fails the operation.
  absl::Duration served_timeout = absl::Minutes(2);
};

class Reconciler {
 public:
  // All outlive the reconciler.
  Reconciler(store::Store& store, const Clock& clock, Served& served,
             ReconcilerOptions options = {});
  // Stops.
  ~Reconciler();
  Reconciler(const Reconciler&) = delete;
  Reconciler& operator=(const Reconciler&) = delete;

  // Takes up what was left, and follows the log from the cursor. Errors of the store. REQUIRES: not
  // started.
  absl::Status Start();
  // Ends after the steps in work; waits for resolvers are broken off. May be called again.
  void Stop();

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_RECONCILER_H_
