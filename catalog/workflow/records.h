// The workflow's entries in the store: provisioned products, operations, work items, intents,
// history, events. Functions over a reader or a transaction; any thread.
#ifndef NAVE_CATALOG_WORKFLOW_RECORDS_H_
#define NAVE_CATALOG_WORKFLOW_RECORDS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nave/catalog/v1/operation.pb.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "nave/store/v1/record.pb.h"
#include "store/transaction.h"

namespace nave::catalog {

// Types of the events by which the reconciler is asked for work, and of those that say how it went.
inline constexpr char kLaunchRequested[] = "nave.product.launch_requested";
inline constexpr char kUpdateRequested[] = "nave.product.update_requested";
inline constexpr char kTerminateRequested[] = "nave.product.terminate_requested";
inline constexpr char kRedriveRequested[] = "nave.product.redrive_requested";
inline constexpr char kStepDone[] = "nave.product.step_done";
inline constexpr char kSucceeded[] = "nave.product.succeeded";
inline constexpr char kFailed[] = "nave.product.failed";

// The provisioned product with its index of references.
absl::Status PutProduct(store::Transaction& transaction, absl::Time now,
                        v1::ProvisionedProduct product);
absl::Status RemoveProduct(store::Transaction& transaction, const std::string& name);

// An operation with its revisions filled: a step that was done last, and `committed_revision`, get
// theirs from the commit that wrote the operation, which no transaction can know itself. Nullopt
// when there is none.
absl::StatusOr<std::optional<v1::Operation>> FindOperation(store::Reader& reader,
                                                           const std::string& name);
absl::StatusOr<v1::Operation> OperationFromEntry(const store::Entry& entry);
void PutOperation(store::Transaction& transaction, absl::Time now, v1::Operation operation);

// Work items stand under the operation's id. One without `not_before` was not admitted yet.
absl::StatusOr<std::optional<store::v1::WorkItem>> FindWork(store::Reader& reader,
                                                            const std::string& operation);
void PutWork(store::Transaction& transaction, const store::v1::WorkItem& item);
void RemoveWork(store::Transaction& transaction, const std::string& operation);

// What a provisioned product made; empty when it made nothing.
absl::StatusOr<store::v1::IntentSet> ReadIntents(store::Reader& reader, const std::string& product);
// An empty set takes the entry away.
void PutIntents(store::Transaction& transaction, const std::string& product,
                const store::v1::IntentSet& intents);

// A row of the history. Rows of one transaction are told apart by `index`, from 0 up to 99.
void AddHistory(store::Transaction& transaction, absl::Time now, const v1::Operation& operation,
                const std::string& text, const std::string& resource, int index = 0);
// An event about the operation's provisioned product; its data names the operation.
void EmitEvent(store::Transaction& transaction, absl::Time now, const v1::Operation& operation,
               const std::string& type);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_RECORDS_H_
