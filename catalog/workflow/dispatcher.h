// Reads the log and admits the work that it asks for, exactly once: the consumer's cursor moves in
// the transaction that admits (control-plane.md section 1). For one thread at a time.
#ifndef NAVE_CATALOG_WORKFLOW_DISPATCHER_H_
#define NAVE_CATALOG_WORKFLOW_DISPATCHER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/clock.h"
#include "store/store.h"

namespace nave::catalog {

// The cursor's name in the store.
inline constexpr char kWorkflowConsumer[] = "workflow";
// The cursor follows the log at this distance when there is nothing to admit, so that a restart
// reads no more than this.
inline constexpr store::Revision kMaxCursorLag = 10000;

class Dispatcher {
 public:
  // Both outlive the dispatcher.
  Dispatcher(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Everything up to here had its effect.
  absl::StatusOr<store::Revision> Cursor();
  // Admits what the changes ask for, in their order, and moves the cursor; changes up to the cursor
  // have no effect. The operations admitted.
  absl::StatusOr<std::vector<std::string>> Apply(const std::vector<store::Change>& changes);
  // When the log is compacted past the cursor: admits whatever is there, and moves the cursor to
  // now.
  absl::StatusOr<std::vector<std::string>> ListAgain();
  // The operations that were admitted and have not ended.
  absl::StatusOr<std::vector<std::string>> Admitted();

 private:
  store::Store& store_;
  const Clock& clock_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_DISPATCHER_H_
