// The door to LMDB: environment, transactions and cursors as owned objects, its errors as statuses.
// The map grows here. LMDB forbids to grow the map while a transaction is open in the process, so
// that every transaction passes a gate. Thread-safe; a transaction belongs to one thread at a time.
#ifndef NAVE_STORE_LMDB_ENV_H_
#define NAVE_STORE_LMDB_ENV_H_

#include <lmdb.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "store/lmdb/lmdb_store.h"

namespace nave::store {

inline constexpr int kMaxReaders = 2000;
inline constexpr absl::Duration kMaxGrowWait = absl::Seconds(30);

enum class Db { kMeta, kCurrent, kHistory, kChanges };
inline constexpr int kDbCount = 4;

class Env;

// An open transaction; aborted unless committed.
class Txn {
 public:
  ~Txn();
  Txn(const Txn&) = delete;
  Txn& operator=(const Txn&) = delete;

  absl::StatusOr<std::optional<std::string_view>> Get(Db db, std::string_view key);
  absl::Status Put(Db db, std::string_view key, std::string_view value);
  absl::Status Delete(Db db, std::string_view key);  // Missing is no error.
  absl::Status Commit();

 private:
  friend class Env;
  friend class Cursor;
  Txn(Env* env, MDB_txn* txn, bool counted) : env_(env), txn_(txn), counted_(counted) {}
  Env* env_;
  MDB_txn* txn_;
  bool counted_;
};

// Walks a database in the order of its keys.
class Cursor {
 public:
  static absl::StatusOr<std::unique_ptr<Cursor>> Open(Txn& txn, Db db);
  ~Cursor();
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  absl::Status Seek(std::string_view key);  // To the first key that is not less.
  absl::Status Next();
  bool valid() const { return valid_; }  // False past the last.
  std::string_view key() const;
  std::string_view value() const;

 private:
  explicit Cursor(MDB_cursor* cursor) : cursor_(cursor) {}
  absl::Status Move(int operation);
  MDB_cursor* cursor_;
  MDB_val key_{}, value_{};
  bool valid_ = false;
};

class Env {
 public:
  static absl::StatusOr<std::unique_ptr<Env>> Open(const LmdbOptions& options);
  ~Env();
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;

  absl::StatusOr<std::unique_ptr<Txn>> BeginRead();
  absl::StatusOr<std::unique_ptr<Txn>> BeginWrite();  // Waits for the other writer.
  // Doubles the map, after the readers have gone. RESOURCE_EXHAUSTED at the largest size.
  absl::Status Grow();
  absl::Status CopyTo(const std::string& path);

 private:
  friend class Txn;
  friend class Cursor;
  explicit Env(const LmdbOptions& options) : options_(options) {}
  absl::Status OpenFile();
  absl::Status OpenDatabases();
  absl::Status LockDirectory();
  void Leave();

  const LmdbOptions options_;
  MDB_env* env_ = nullptr;
  MDB_dbi dbis_[kDbCount] = {};
  int lock_fd_ = -1;
  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
  bool growing_ ABSL_GUARDED_BY(mutex_) = false;
};

// Tells whether a status stands for a full map, which Grow cures.
bool IsMapFull(const absl::Status& status);

}  // namespace nave::store

#endif  // NAVE_STORE_LMDB_ENV_H_
