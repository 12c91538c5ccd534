// Operations waiting for a worker, in the order of the time at which they may be taken. What is in
// it is in the store too: it bounds itself by what was admitted. Thread-safe.
#ifndef NAVE_CATALOG_WORKFLOW_WORK_QUEUE_H_
#define NAVE_CATALOG_WORKFLOW_WORK_QUEUE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"

namespace nave::catalog {

class WorkQueue {
 public:
  explicit WorkQueue(const Clock& clock) : clock_(clock) {}

  // Not before `when`. One that waits already keeps the earlier time; one in work comes again after
  // Done.
  void Push(const std::string& operation, absl::Time when);
  // Waits for the next that is due; it is in work until Done. Nullopt after Close.
  std::optional<std::string> Pop();
  // The worker has let go of it; `again` puts it back.
  void Done(const std::string& operation, std::optional<absl::Time> again);
  // Pop returns nothing any more.
  void Close();

 private:
  using Place = std::pair<absl::Time, uint64_t>;  // of one time, first come first served
  void Insert(const std::string& operation, absl::Time when) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::map<Place, std::string> due_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Place> places_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> in_work_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Time> pushed_in_work_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_WORK_QUEUE_H_
