#include "catalog/workflow/records.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "catalog/governance/fields.h"
#include "catalog/governance/read.h"
#include "catalog/governance/times.h"
#include "catalog/resource_name.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "nave/event/v1/event.pb.h"

namespace nave::catalog {
namespace {

using store::Table;

constexpr char kReferenceSource[] = "ProvisionedProduct";

std::string ReferenceKey(const std::string& target, const std::string& source) {
  return absl::StrCat(target, std::string(1, '\0'), source, std::string(1, '\0'), kReferenceSource);
}

template <typename T>
absl::StatusOr<std::optional<T>> FindIn(store::Reader& reader, Table table,
                                        const std::string& key) {
  NAVE_ASSIGN_OR_RETURN(std::optional<store::Entry> entry, reader.Get(table, key));
  if (!entry.has_value()) return std::optional<T>();
  T message;
  NAVE_RETURN_IF_ERROR(FillFromEntry(*entry, &message));
  return std::optional<T>(std::move(message));
}

void ClearVersion(api::v1::Metadata* metadata) {
  metadata->clear_revision();
  metadata->clear_etag();
}

// Every write of an operation follows the one before it, so that the entry's revision is that of
// its last step.
void FillRevisions(store::Revision revision, v1::Operation* operation) {
  for (v1::Step& step : *operation->mutable_steps()) {
    if (step.state() != v1::Step::DONE || step.revision() != 0 || revision == 0) continue;
    step.set_revision(revision);
    if (!step.resource().empty()) operation->set_committed_revision(revision);
  }
}

}  // namespace

absl::Status PutProduct(store::Transaction& transaction, absl::Time now,
                        v1::ProvisionedProduct product) {
  NAVE_ASSIGN_OR_RETURN(auto before, Find<v1::ProvisionedProduct>(transaction, product.name()));
  if (before.has_value()) {
    for (const Reference& reference : ReferencesOf(*before)) {
      transaction.Delete(Table::kReferences, ReferenceKey(reference.target, product.name()));
    }
  } else {
    SetTime(now, product.mutable_metadata()->mutable_create_time());
  }
  for (const Reference& reference : ReferencesOf(product)) {
    transaction.Put(Table::kReferences, ReferenceKey(reference.target, product.name()), "");
  }
  SetTime(now, product.mutable_metadata()->mutable_update_time());
  ClearVersion(product.mutable_metadata());
  transaction.Put(Table::kResources, product.name(), product.SerializeAsString());
  return absl::OkStatus();
}

absl::Status RemoveProduct(store::Transaction& transaction, const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(auto before, Find<v1::ProvisionedProduct>(transaction, name));
  if (!before.has_value()) return absl::OkStatus();
  for (const Reference& reference : ReferencesOf(*before)) {
    transaction.Delete(Table::kReferences, ReferenceKey(reference.target, name));
  }
  transaction.Delete(Table::kResources, name);
  return absl::OkStatus();
}

absl::StatusOr<v1::Operation> OperationFromEntry(const store::Entry& entry) {
  v1::Operation operation;
  NAVE_RETURN_IF_ERROR(FillFromEntry(entry, &operation));
  FillRevisions(entry.modify_revision, &operation);
  return operation;
}

absl::StatusOr<std::optional<v1::Operation>> FindOperation(store::Reader& reader,
                                                           const std::string& name) {
  NAVE_ASSIGN_OR_RETURN(std::optional<store::Entry> entry, reader.Get(Table::kOperations, name));
  if (!entry.has_value()) return std::optional<v1::Operation>();
  NAVE_ASSIGN_OR_RETURN(v1::Operation operation, OperationFromEntry(*entry));
  return std::optional<v1::Operation>(std::move(operation));
}

void PutOperation(store::Transaction& transaction, absl::Time now, v1::Operation operation) {
  SetTime(now, operation.mutable_metadata()->mutable_update_time());
  ClearVersion(operation.mutable_metadata());
  transaction.Put(Table::kOperations, operation.name(), operation.SerializeAsString());
}

absl::StatusOr<std::optional<store::v1::WorkItem>> FindWork(store::Reader& reader,
                                                            const std::string& operation) {
  return FindIn<store::v1::WorkItem>(reader, Table::kWork, IdOf(operation));
}

void PutWork(store::Transaction& transaction, const store::v1::WorkItem& item) {
  transaction.Put(Table::kWork, IdOf(item.operation()), item.SerializeAsString());
}

void RemoveWork(store::Transaction& transaction, const std::string& operation) {
  transaction.Delete(Table::kWork, IdOf(operation));
}

absl::StatusOr<store::v1::IntentSet> ReadIntents(store::Reader& reader,
                                                 const std::string& product) {
  NAVE_ASSIGN_OR_RETURN(auto found, FindIn<store::v1::IntentSet>(reader, Table::kIntents, product));
  return found.has_value() ? std::move(*found) : store::v1::IntentSet();
}

void PutIntents(store::Transaction& transaction, const std::string& product,
                const store::v1::IntentSet& intents) {
  if (intents.intents().empty()) {
    transaction.Delete(Table::kIntents, product);
  } else {
    transaction.Put(Table::kIntents, product, intents.SerializeAsString());
  }
}

void AddHistory(store::Transaction& transaction, absl::Time now, const v1::Operation& operation,
                const std::string& text, const std::string& resource, int index) {
  v1::HistoryRecord record;
  SetTime(now, record.mutable_time());
  record.set_operation(operation.name());
  record.set_kind(operation.kind());
  record.set_text(text);
  record.set_resource(resource);
  record.set_principal(operation.principal());
  // Who writes the history of a product has read what the last one wrote, hence at a later
  // revision: the keys are in the order of time.
  std::string sequence = absl::StrFormat("%016x%02d", transaction.revision(), index);
  transaction.Put(Table::kHistory,
                  absl::StrCat(operation.provisioned_product(), std::string(1, '\0'), sequence),
                  record.SerializeAsString());
}

void EmitEvent(store::Transaction& transaction, absl::Time now, const v1::Operation& operation,
               const std::string& type) {
  event::v1::Event event;
  event.set_id(NewId(absl::ToUnixMillis(now)));
  event.set_source("/naved");
  event.set_type(type);
  event.set_subject(operation.provisioned_product());
  SetTime(now, event.mutable_time());
  event.set_data(absl::StrCat("{\"operation\":\"", operation.name(), "\"}"));
  event.set_principal(operation.principal());
  transaction.Emit({type, event.SerializeAsString()});
}

}  // namespace nave::catalog
