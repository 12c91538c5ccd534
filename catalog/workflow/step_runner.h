// Takes one step of one operation, as one transaction: the change, the marks in operation, work
// item, intents, history and event (control-plane.md section 3). Whatever is interrupted between
// two calls goes on with the next. Thread-safe; one operation in one call at a time.
#ifndef NAVE_CATALOG_WORKFLOW_STEP_RUNNER_H_
#define NAVE_CATALOG_WORKFLOW_STEP_RUNNER_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "catalog/served.h"
#include "lib/base/clock.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/store/v1/record.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

inline constexpr absl::Duration kDefaultServedTimeout = absl::Minutes(2);
// How long one call waits for resolvers, before others get their turn.
inline constexpr absl::Duration kServedSlice = absl::Milliseconds(100);
inline constexpr absl::Duration kServedPause = absl::Milliseconds(10);
// When not even a failure can be recorded.
inline constexpr absl::Duration kStorePause = absl::Seconds(1);

struct StepResult {
  enum Outcome {
    kNext,   // the next step can be taken at once
    kLater,  // nothing to do before `when`
    kEnded,  // the operation is at its end, or there is none
  };
  Outcome outcome = kEnded;
  absl::Time when;
};

class StepRunner {
 public:
  // All outlive the runner.
  StepRunner(store::Store& store, const Clock& clock, Served& served, absl::Duration served_timeout)
      : store_(store), clock_(clock), served_(served), served_timeout_(served_timeout) {}

  // Takes the next step of an operation (`operations/x`), or records why it failed.
  StepResult TakeStep(const std::string& operation);

 private:
  struct Turn {
    v1::Operation operation;
    store::v1::WorkItem item;
    const store::v1::StepRecord& step() const { return item.steps(item.next_step()); }
  };
  absl::StatusOr<std::optional<Turn>> ReadTurn(store::Reader& reader, const std::string& operation);
  absl::Status CommitChange(const Turn& expected);
  absl::Status MarkChange(store::Transaction& transaction, absl::Time now, Turn turn);
  // Fills `later` when the resolvers lag but may still come.
  absl::Status AwaitServed(const Turn& turn, bool* later);
  absl::StatusOr<StepResult> Take(const std::string& operation);
  absl::StatusOr<StepResult> RecordFailure(const std::string& operation, int step,
                                           const absl::Status& error);

  store::Store& store_;
  const Clock& clock_;
  Served& served_;
  const absl::Duration served_timeout_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_STEP_RUNNER_H_
