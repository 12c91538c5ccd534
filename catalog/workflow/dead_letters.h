// Steps that gave up: read, tried again, or dropped. Thread-safe.
#ifndef NAVE_CATALOG_WORKFLOW_DEAD_LETTERS_H_
#define NAVE_CATALOG_WORKFLOW_DEAD_LETTERS_H_

#include "absl/status/statusor.h"
#include "catalog/caller.h"
#include "lib/base/clock.h"
#include "nave/api/v1/common.pb.h"
#include "nave/event/v1/event.pb.h"
#include "store/store.h"

namespace nave::catalog {

class DeadLetters {
 public:
  // Both outlive this.
  DeadLetters(store::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Those of accounts that the caller may read, in the order of their names.
  absl::StatusOr<event::v1::ListDeadLettersResponse> List(const Caller& caller,
                                                          const api::v1::ListRequest& request);
  // The letter is gone, its operation RUNNING again at the step that gave up, with all its tries
  // and time. Needs WRITE_NETWORK over the product's account. UNDER_CHANGE while a later operation
  // works on the product, IN_USE when a later one has changed it since.
  absl::StatusOr<event::v1::DeadLetter> Redrive(const Caller& caller,
                                                const event::v1::RedriveDeadLetterRequest& request);
  // The letter is gone; the operation stays FAILED.
  absl::StatusOr<api::v1::DeleteResponse> Drop(const Caller& caller,
                                               const api::v1::DeleteRequest& request);

 private:
  store::Store& store_;
  const Clock& clock_;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_DEAD_LETTERS_H_
