// Forgets requests whose id may come again no more: they are kept for a day (api.v1.Mutation), and
// the store would grow with every change without this. Functions and a thread; Start and Stop from
// one thread.
#ifndef NAVE_CATALOG_GOVERNANCE_REQUEST_PRUNER_H_
#define NAVE_CATALOG_GOVERNANCE_REQUEST_PRUNER_H_

#include <cstddef>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "store/store.h"

namespace nave::catalog {

inline constexpr absl::Duration kRequestLife = absl::Hours(24);
inline constexpr absl::Duration kPrunePeriod = absl::Hours(1);
// In one commit, so that others need not wait long.
inline constexpr size_t kMaxPrunedInCommit = 500;

// Deletes the records of requests from before `now` - kRequestLife; returns how many. Errors of the
// store.
absl::StatusOr<size_t> PruneRequests(store::Store& store, absl::Time now);

// Prunes at the start and then once in every period.
class RequestPruner {
 public:
  // Both outlive the pruner.
  RequestPruner(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  // Stops.
  ~RequestPruner() { Stop(); }

  // REQUIRES: not started.
  void Start();
  // May be called again.
  void Stop();

 private:
  void Run();

  store::Store& store_;
  const Clock& clock_;
  absl::Mutex mutex_;
  absl::CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_REQUEST_PRUNER_H_
