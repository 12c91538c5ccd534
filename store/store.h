// The durable state behind one interface: typed tables, revisions, compare-and-commit, an event log
// that is part of each commit, watch, reads at an earlier revision. It promises nothing that only
// one engine can keep. Thread-safe, except Snapshot and Watcher, which belong to one thread at a
// time.
#ifndef NAVE_STORE_STORE_H_
#define NAVE_STORE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/tables.h"

namespace nave::store {

// Counts commits, from 1, without gaps. 0 is the empty store.
using Revision = int64_t;

inline constexpr size_t kMaxKeyBytes = 480;
inline constexpr size_t kMaxValueBytes = 4u << 20;
inline constexpr size_t kMaxChangesInCommit = 20000;

struct Entry {
  std::string key;
  std::string value;
  Revision create_revision = 0;
  Revision modify_revision = 0;
};

// What happened, in the words of the layer above: opaque to the store.
struct StoredEvent {
  std::string type;
  std::string bytes;
};

// What can be read from: a snapshot, or a transaction with its own writes.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Revision revision() const = 0;
  // The entry, or nullopt when there is none.
  virtual absl::StatusOr<std::optional<Entry>> Get(Table table, std::string_view key) = 0;
  // Entries with start <= key < end in order, at most `limit` of them. An empty `end` stands for
  // the table's end.
  virtual absl::StatusOr<std::vector<Entry>> Scan(Table table, std::string_view start,
                                                  std::string_view end, size_t limit) = 0;
};

// The state at one revision. Hold it briefly: it keeps old pages from being used again.
class Snapshot : public Reader {};

// The end of the range of keys that begin with `prefix`; empty when there is none.
std::string PrefixEnd(std::string_view prefix);
// Every entry whose key begins so, at most `limit`.
absl::StatusOr<std::vector<Entry>> ScanPrefix(Reader& reader, Table table, std::string_view prefix,
                                              size_t limit);

struct EntryPrecondition {  // The entry has not changed since `revision`: neither put nor deleted.
  Table table;
  std::string key;
  Revision revision = 0;
};
struct RangePrecondition {  // No key in [start, end) was put or deleted since `revision`.
  Table table;
  std::string start, end;
  Revision revision = 0;
};
struct PutChange {
  Table table;
  std::string key, value;
};
struct DeleteChange {
  Table table;
  std::string key;
};

struct CommitRequest {
  std::vector<EntryPrecondition> entries;
  std::vector<RangePrecondition> ranges;
  std::vector<PutChange> puts;
  std::vector<DeleteChange> deletes;  // Deleting what is not there is no error.
  std::vector<StoredEvent> events;
};

struct ChangedKey {
  Table table;
  std::string key;
  bool deleted = false;
};

// One commit, as a watcher sees it.
struct Change {
  Revision revision = 0;
  std::vector<ChangedKey> keys;
  std::vector<StoredEvent> events;
};

// Follows the commits after a revision. It reads the log at its own pace: nothing is queued for it.
class Watcher {
 public:
  virtual ~Watcher() = default;
  // The next commits in order, at least one and at most `max_changes`; none when `deadline` passes
  // or Cancel is called. OUT_OF_RANGE when the log was compacted past the watcher: list again.
  virtual absl::StatusOr<std::vector<Change>> Next(absl::Time deadline, size_t max_changes) = 0;
  // Ends a Next that waits, now or later. From any thread.
  virtual void Cancel() = 0;
};

// Reads the newest state and says what to commit. May be called more than once, on any thread; may
// not call the store.
using Decide = absl::FunctionRef<absl::StatusOr<CommitRequest>(std::unique_ptr<Snapshot>)>;

class Store {
 public:
  virtual ~Store() = default;
  // The last durable revision.
  virtual Revision current_revision() const = 0;
  // The state now, or at an earlier revision. OUT_OF_RANGE when `at` is compacted or in the future.
  virtual absl::StatusOr<std::unique_ptr<Snapshot>> Read(
      std::optional<Revision> at = std::nullopt) = 0;
  // All or nothing; returns when it is durable. ABORTED names the key of a precondition that
  // failed; INVALID_ARGUMENT for a bound; RESOURCE_EXHAUSTED when too many callers wait.
  virtual absl::StatusOr<Revision> Commit(CommitRequest request) = 0;
  // As Commit, of what `decide` makes of the newest state. No other commit comes between its
  // reading and its writing, however many want the same entries, so that it is never ABORTED; it
  // keeps the others waiting meanwhile. Returns the revision that was read when there is nothing to
  // change. An error of `decide` is returned as it is and nothing is committed.
  virtual absl::StatusOr<Revision> CommitDecided(Decide decide) = 0;
  // Commits after `after`. OUT_OF_RANGE when they are compacted.
  virtual absl::StatusOr<std::unique_ptr<Watcher>> Watch(Revision after) = 0;
  // Copies the store, consistently and while it works, into a new file. ALREADY_EXISTS when it is
  // there.
  virtual absl::StatusOr<Revision> Backup(const std::string& path) = 0;
};

}  // namespace nave::store

#endif  // NAVE_STORE_STORE_H_
