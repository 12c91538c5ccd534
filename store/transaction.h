// A unit of work on the store: reads from one snapshot, sees its own writes, and commits only if
// nothing that it read has changed meanwhile. For one thread.
#ifndef NAVE_STORE_TRANSACTION_H_
#define NAVE_STORE_TRANSACTION_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/store.h"

namespace nave::store {

// How often a transaction takes the chance that nobody changes what it read. It costs the others
// nothing; when it has failed so often, the store lets it decide with nobody in between.
inline constexpr int kMaxHopefulAttempts = 2;

class Transaction final : public Reader {
 public:
  explicit Transaction(std::unique_ptr<Snapshot> snapshot);
  // On what another one reads, which outlives this: to try something out.
  explicit Transaction(Snapshot& snapshot);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // The revision that is read.
  Revision revision() const override;
  // The entry, own writes included (their revisions are 0), or nullopt. Becomes a precondition of
  // the commit.
  absl::StatusOr<std::optional<Entry>> Get(Table table, std::string_view key) override;
  // As Snapshot::Scan, own writes included. The range up to the last key returned becomes a
  // precondition.
  absl::StatusOr<std::vector<Entry>> Scan(Table table, std::string_view start, std::string_view end,
                                          size_t limit) override;
  void Put(Table table, std::string_view key, std::string_view value);
  void Delete(Table table, std::string_view key);
  void Emit(StoredEvent event);

  // What stands beneath the own writes. Reading it makes no precondition.
  Snapshot& snapshot() { return *snapshot_; }
  bool HasWrites() const { return !writes_.empty() || !events_.empty(); }
  // What to commit; the transaction is spent.
  CommitRequest TakeRequest();

 private:
  using Key = std::pair<Table, std::string>;
  std::unique_ptr<Snapshot> owned_;
  Snapshot* snapshot_;
  const Revision revision_;
  std::vector<EntryPrecondition> entries_;
  std::vector<RangePrecondition> ranges_;
  std::map<Key, std::optional<std::string>> writes_;  // nullopt: deleted
  std::vector<StoredEvent> events_;
};

// Runs `work` on a fresh transaction and commits it, again when another commit came between: at
// most kMaxHopefulAttempts times here, then on the store's writer (CommitDecided), where none comes
// between. `work` may not call the store. Returns the revision of the commit, or, when `work` wrote
// nothing, the revision that it read. An error of `work` is returned as it is and nothing is
// committed.
absl::StatusOr<Revision> RunTransaction(Store& store,
                                        absl::FunctionRef<absl::Status(Transaction&)> work);

}  // namespace nave::store

#endif  // NAVE_STORE_TRANSACTION_H_
