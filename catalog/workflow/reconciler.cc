#include "catalog/workflow/reconciler.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "catalog/workflow/dispatcher.h"
#include "catalog/workflow/step_runner.h"
#include "catalog/workflow/work_queue.h"
#include "lib/base/check.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

constexpr size_t kMaxChangesInBatch = 1000;
// Between two tries to read a log that cannot be read.
constexpr absl::Duration kLogPause = absl::Seconds(1);

}  // namespace

class Reconciler::Impl {
 public:
  Impl(store::Store& store, const Clock& clock, Served& served, ReconcilerOptions options)
      : store_(store),
        clock_(clock),
        options_(options),
        dispatcher_(store, clock),
        runner_(store, clock, served, options.served_timeout),
        queue_(clock) {}

  absl::Status Start() {
    NAVE_CHECK(threads_.empty());
    NAVE_RETURN_IF_ERROR(OpenLog());
    NAVE_ASSIGN_OR_RETURN(std::vector<std::string> left, dispatcher_.Admitted());
    Enqueue(left);
    threads_.emplace_back([this] { FollowLog(); });
    const int workers = std::clamp(options_.workers, 1, kMaxWorkers);
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { Work(); });
    return absl::OkStatus();
  }

  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      stopped_.SignalAll();
      if (watcher_ != nullptr) watcher_->Cancel();
    }
    queue_.Close();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  void Enqueue(const std::vector<std::string>& operations) {
    for (const std::string& operation : operations) queue_.Push(operation, clock_.Now());
  }

  // Takes its place in the log, or, when that part of it is gone, lists what there is.
  absl::Status OpenLog() {
    NAVE_ASSIGN_OR_RETURN(store::Revision cursor, dispatcher_.Cursor());
    absl::StatusOr<std::unique_ptr<store::Watcher>> watcher = store_.Watch(cursor);
    if (absl::IsOutOfRange(watcher.status())) {
      NAVE_ASSIGN_OR_RETURN(std::vector<std::string> admitted, dispatcher_.ListAgain());
      Enqueue(admitted);
      NAVE_ASSIGN_OR_RETURN(cursor, dispatcher_.Cursor());
      watcher = store_.Watch(cursor);
    }
    if (!watcher.ok()) return watcher.status();
    absl::MutexLock lock(&mutex_);
    watcher_ = *std::move(watcher);
    if (stopping_) watcher_->Cancel();
    return absl::OkStatus();
  }

  bool Stopping() {
    absl::MutexLock lock(&mutex_);
    return stopping_;
  }

  void Pause(absl::Duration pause) {
    const absl::Time until = clock_.Now() + pause;
    absl::MutexLock lock(&mutex_);
    while (!stopping_ && !clock_.WaitUntil(stopped_, mutex_, until)) {
    }
  }

  // Only this thread replaces the watcher, so that it may use it without the mutex.
  store::Watcher& watcher() ABSL_NO_THREAD_SAFETY_ANALYSIS { return *watcher_; }

  absl::Status FollowOnce() {
    NAVE_ASSIGN_OR_RETURN(std::vector<store::Change> changes,
                          watcher().Next(absl::InfiniteFuture(), kMaxChangesInBatch));
    NAVE_ASSIGN_OR_RETURN(std::vector<std::string> admitted, dispatcher_.Apply(changes));
    Enqueue(admitted);
    return absl::OkStatus();
  }

  void FollowLog() {
    while (!Stopping()) {
      absl::Status followed = FollowOnce();
      if (followed.ok()) continue;
      log::Warning("the workflow cannot follow the log; it tries again",
                   {{"error", followed.ToString()}});
      if (!absl::IsOutOfRange(followed)) Pause(kLogPause);
      // From the cursor again: what was read and not applied must be read again.
      if (absl::Status opened = OpenLog(); !opened.ok()) {
        log::Warning("the workflow cannot open the log", {{"error", opened.ToString()}});
        Pause(kLogPause);
      }
    }
  }

  void Work() {
    while (auto operation = queue_.Pop()) {
      StepResult result;
      do {
        result = runner_.TakeStep(*operation);
      } while (result.outcome == StepResult::kNext && !Stopping());
      std::optional<absl::Time> again;
      if (result.outcome == StepResult::kLater) again = result.when;
      queue_.Done(*operation, again);
    }
  }

  store::Store& store_;
  const Clock& clock_;
  const ReconcilerOptions options_;
  Dispatcher dispatcher_;
  StepRunner runner_;
  WorkQueue queue_;
  absl::Mutex mutex_;
  absl::CondVar stopped_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<store::Watcher> watcher_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

Reconciler::Reconciler(store::Store& store, const Clock& clock, Served& served,
                       ReconcilerOptions options)
    : impl_(std::make_unique<Impl>(store, clock, served, options)) {}

Reconciler::~Reconciler() { impl_->Stop(); }

absl::Status Reconciler::Start() { return impl_->Start(); }

void Reconciler::Stop() { impl_->Stop(); }

}  // namespace nave::catalog
