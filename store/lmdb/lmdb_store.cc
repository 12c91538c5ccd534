// One writer thread takes all waiting commits as a group into one LMDB transaction, checks and
// applies them one after the other, each with a revision of its own, makes the group durable, and
// answers each caller.
#include "store/lmdb/lmdb_store.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "lib/base/check.h"
#include "lib/base/status_macros.h"
#include "store/lmdb/codec.h"
#include "store/lmdb/env.h"
#include "store/lmdb/lmdb_snapshot.h"
#include "store/lmdb/recent_changes.h"

namespace nave::store {
namespace {

constexpr size_t kMaxWaitingCommits = 4096;
constexpr size_t kMaxGroup = 512;
constexpr int kMaxGrowths = 40;           // of one group: doublings from a page to an exabyte
constexpr int kMaxCompactedInGroup = 64;  // commits that fall out of the retention with each group

constexpr char kFormatKey[] = "format";
constexpr char kRevisionKey[] = "revision";
constexpr char kCompactedKey[] = "compacted";

std::string RevisionKey(Revision revision) {
  std::string key;
  AppendUint64(static_cast<uint64_t>(revision), &key);
  return key;
}

absl::StatusOr<Revision> ReadNumber(Txn& txn, std::string_view key) {
  NAVE_ASSIGN_OR_RETURN(std::optional<std::string_view> value, txn.Get(Db::kMeta, key));
  if (!value.has_value()) return 0;
  if (value->size() != 8) return absl::DataLossError("store: malformed meta entry");
  return static_cast<Revision>(ReadUint64(*value));
}

absl::Status CheckBounds(const CommitRequest& request) {
  if (request.puts.size() + request.deletes.size() + request.events.size() > kMaxChangesInCommit) {
    return absl::InvalidArgumentError(
        absl::StrCat("a commit holds at most ", kMaxChangesInCommit, " changes; split it"));
  }
  for (const PutChange& put : request.puts) {
    if (EncodeKey(put.table, put.key).size() > kMaxKeyBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("a key is longer than ", kMaxKeyBytes, " bytes; shorten the name"));
    }
    if (put.value.size() > kMaxValueBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("a value is larger than ", kMaxValueBytes, " bytes; split it"));
    }
  }
  return absl::OkStatus();
}

// A decision to change nothing. A plain commit without changes takes a revision all the same.
bool IsEmpty(const CommitRequest& request) {
  return request.puts.empty() && request.deletes.empty() && request.events.empty();
}

struct Waiting {
  CommitRequest request;
  // When set, the request is what this makes of the state that the commits before it leave.
  const Decide* decide = nullptr;
  absl::StatusOr<Revision> result = absl::InternalError("store: not decided");
  absl::Notification done;
};

class LmdbStore;

class LmdbWatcher final : public Watcher {
 public:
  LmdbWatcher(LmdbStore& store, Revision after) : store_(store), position_(after) {}
  absl::StatusOr<std::vector<Change>> Next(absl::Time deadline, size_t max_changes) override;
  void Cancel() override;

 private:
  LmdbStore& store_;
  Revision position_;
  bool cancelled_ = false;  // guarded by the store's mutex
};

class LmdbStore final : public Store {
 public:
  LmdbStore(std::unique_ptr<Env> env, LmdbOptions options, Revision current, Revision compacted)
      : env_(std::move(env)),
        options_(std::move(options)),
        recent_(current),
        current_(current),
        compacted_(compacted),
        writer_([this] { Run(); }) {}

  ~LmdbStore() override {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
      work_.SignalAll();
      moved_.SignalAll();
    }
    writer_.join();
  }

  Revision current_revision() const override {
    absl::MutexLock lock(&mutex_);
    return current_;
  }

  absl::StatusOr<std::unique_ptr<Snapshot>> Read(std::optional<Revision> at) override {
    NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Txn> txn, env_->BeginRead());
    NAVE_ASSIGN_OR_RETURN(Revision newest, ReadNumber(*txn, kRevisionKey));
    NAVE_ASSIGN_OR_RETURN(Revision compacted, ReadNumber(*txn, kCompactedKey));
    Revision revision = at.value_or(newest);
    if (revision > newest) {
      return absl::OutOfRangeError(
          absl::StrCat("revision ", revision, " is in the future; the last is ", newest));
    }
    if (revision < compacted) {
      return absl::OutOfRangeError(
          absl::StrCat("revision ", revision, " is no longer kept; the oldest is ", compacted));
    }
    return std::make_unique<LmdbSnapshot>(std::move(txn), revision, newest);
  }

  absl::StatusOr<Revision> Commit(CommitRequest request) override {
    NAVE_RETURN_IF_ERROR(CheckBounds(request));
    Waiting waiting;
    waiting.request = std::move(request);
    return Queue(waiting);
  }

  absl::StatusOr<Revision> CommitDecided(Decide decide) override {
    Waiting waiting;
    waiting.decide = &decide;
    return Queue(waiting);
  }

  absl::StatusOr<std::unique_ptr<Watcher>> Watch(Revision after) override {
    absl::MutexLock lock(&mutex_);
    if (after < compacted_) return Compacted(after);
    return std::make_unique<LmdbWatcher>(*this, after);
  }

  absl::StatusOr<Revision> Backup(const std::string& path) override {
    Revision revision = current_revision();
    NAVE_RETURN_IF_ERROR(env_->CopyTo(path));
    return revision;
  }

 private:
  friend class LmdbWatcher;

  // Returns when the writer thread has decided and what it decided is durable.
  absl::StatusOr<Revision> Queue(Waiting& waiting) {
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return absl::UnavailableError("the store is closing");
      if (queue_.size() >= kMaxWaitingCommits) {
        return absl::ResourceExhaustedError("too many changes wait for the store; try again");
      }
      queue_.push_back(&waiting);
      work_.Signal();
    }
    waiting.done.WaitForNotification();
    return waiting.result;
  }

  absl::Status Compacted(Revision after) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return absl::OutOfRangeError(absl::StrCat("changes after revision ", after,
                                              " are no longer kept; the oldest is ", compacted_,
                                              ": list again"));
  }

  void Run() {
    while (true) {
      std::vector<Waiting*> group;
      {
        absl::MutexLock lock(&mutex_);
        while (queue_.empty() && !stopping_) work_.Wait(&mutex_);
        if (queue_.empty()) return;
        while (!queue_.empty() && group.size() < kMaxGroup) {
          group.push_back(queue_.front());
          queue_.pop_front();
        }
      }
      CommitGroup(group);
      for (Waiting* waiting : group) waiting->done.Notify();
    }
  }

  // Decides every member of the group. When the map is full, the whole group is done again in a
  // larger one.
  void CommitGroup(const std::vector<Waiting*>& group) {
    const Revision before = current_revision();
    absl::Status status;
    for (int growth = 0; growth <= kMaxGrowths; ++growth) {
      Revision after = before, compacted = 0;
      status = TryGroup(group, &after, &compacted);
      if (status.ok()) {
        absl::MutexLock lock(&mutex_);
        current_ = after;
        compacted_ = std::max(compacted_, compacted);
        moved_.SignalAll();
        return;
      }
      recent_.RollBackTo(before);
      if (!IsMapFull(status)) break;
      status = env_->Grow();
      if (!status.ok()) break;
    }
    for (Waiting* waiting : group) waiting->result = status;
  }

  absl::Status TryGroup(const std::vector<Waiting*>& group, Revision* after, Revision* compacted) {
    NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Txn> txn, env_->BeginWrite());
    const int64_t now_ms = absl::ToUnixMillis(options_.clock->Now());
    for (Waiting* waiting : group) {
      const absl::Status allowed = waiting->decide == nullptr
                                       ? recent_.Check(waiting->request)
                                       : TakeDecision(txn.get(), *after, waiting);
      if (!allowed.ok()) {
        waiting->result = allowed;
        continue;
      }
      if (waiting->decide == nullptr || !IsEmpty(waiting->request)) {
        NAVE_RETURN_IF_ERROR(Apply(*txn, waiting->request, ++*after, now_ms));
      }
      waiting->result = *after;
    }
    NAVE_RETURN_IF_ERROR(txn->Put(Db::kMeta, kRevisionKey, RevisionKey(*after)));
    NAVE_RETURN_IF_ERROR(Compact(*txn, now_ms, *after, compacted));
    return txn->Commit();
  }

  // Has the waiting one decide on what `txn` holds, `newest` being its last revision.
  static absl::Status TakeDecision(Txn* txn, Revision newest, Waiting* waiting) {
    NAVE_ASSIGN_OR_RETURN(waiting->request,
                          (*waiting->decide)(std::make_unique<LmdbSnapshot>(txn, newest)));
    return CheckBounds(waiting->request);
  }

  absl::Status Apply(Txn& txn, const CommitRequest& request, Revision revision, int64_t now_ms) {
    Change change;
    change.revision = revision;
    change.events = request.events;
    for (const PutChange& put : request.puts) {
      NAVE_RETURN_IF_ERROR(ApplyOne(txn, put.table, put.key, &put.value, revision));
      change.keys.push_back({put.table, put.key, false});
    }
    for (const DeleteChange& gone : request.deletes) {
      NAVE_RETURN_IF_ERROR(ApplyOne(txn, gone.table, gone.key, nullptr, revision));
      change.keys.push_back({gone.table, gone.key, true});
    }
    NAVE_RETURN_IF_ERROR(
        txn.Put(Db::kChanges, RevisionKey(revision), EncodeChange(change, now_ms)));
    recent_.Add(change);
    return absl::OkStatus();
  }

  // Puts (or, without a value, deletes) an entry, and keeps what was there.
  absl::Status ApplyOne(Txn& txn, Table table, std::string_view key, const std::string* value,
                        Revision revision) {
    std::string encoded = EncodeKey(table, key);
    NAVE_ASSIGN_OR_RETURN(std::optional<std::string_view> old, txn.Get(Db::kCurrent, encoded));
    if (!old.has_value() && value == nullptr) return absl::OkStatus();
    Revision create = revision;
    std::string undo;
    if (old.has_value()) {
      if (old->size() < 16) return absl::DataLossError("store: an entry is malformed");
      create = static_cast<Revision>(ReadUint64(*old));
      undo = std::string(*old);
    }
    NAVE_RETURN_IF_ERROR(txn.Put(Db::kHistory, encoded + RevisionKey(revision), undo));
    if (value == nullptr) return txn.Delete(Db::kCurrent, encoded);
    return txn.Put(Db::kCurrent, encoded, EncodeVersion(create, revision, *value));
  }

  // Drops the oldest commits that are past the retention, a bounded number at a time.
  absl::Status Compact(Txn& txn, int64_t now_ms, Revision newest, Revision* compacted) {
    NAVE_ASSIGN_OR_RETURN(Revision oldest, ReadNumber(txn, kCompactedKey));
    const int64_t keep_ms = absl::ToInt64Milliseconds(options_.retention);
    Revision done = oldest;
    for (int i = 0; i < kMaxCompactedInGroup && done + 1 < newest; ++i) {
      NAVE_ASSIGN_OR_RETURN(std::optional<std::string_view> bytes,
                            txn.Get(Db::kChanges, RevisionKey(done + 1)));
      Change change;
      int64_t made_ms = 0;
      if (!bytes.has_value() || !DecodeChange(*bytes, &change, &made_ms)) {
        return absl::DataLossError(absl::StrCat("store: the log lacks revision ", done + 1));
      }
      if (made_ms + keep_ms > now_ms) break;
      ++done;
      for (const ChangedKey& changed : change.keys) {
        NAVE_RETURN_IF_ERROR(
            txn.Delete(Db::kHistory, EncodeKey(changed.table, changed.key) + RevisionKey(done)));
      }
      NAVE_RETURN_IF_ERROR(txn.Delete(Db::kChanges, RevisionKey(done)));
    }
    *compacted = done;
    return done == oldest ? absl::OkStatus() : txn.Put(Db::kMeta, kCompactedKey, RevisionKey(done));
  }

  const std::unique_ptr<Env> env_;
  const LmdbOptions options_;
  RecentChanges recent_;  // the writer thread's
  mutable absl::Mutex mutex_;
  absl::CondVar work_, moved_;
  std::deque<Waiting*> queue_ ABSL_GUARDED_BY(mutex_);
  Revision current_ ABSL_GUARDED_BY(mutex_);
  Revision compacted_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread writer_;  // last: it uses the others
};

absl::StatusOr<std::vector<Change>> LmdbWatcher::Next(absl::Time deadline, size_t max_changes) {
  Revision newest = 0;
  {
    absl::MutexLock lock(&store_.mutex_);
    while (store_.current_ <= position_ && !cancelled_ && !store_.stopping_) {
      if (store_.options_.clock->WaitUntil(store_.moved_, store_.mutex_, deadline)) break;
    }
    if (cancelled_ || store_.stopping_ || store_.current_ <= position_)
      return std::vector<Change>();
    if (position_ < store_.compacted_) return store_.Compacted(position_);
    newest = store_.current_;
  }
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Txn> txn, store_.env_->BeginRead());
  std::vector<Change> changes;
  while (position_ < newest && changes.size() < std::max<size_t>(max_changes, 1)) {
    NAVE_ASSIGN_OR_RETURN(std::optional<std::string_view> bytes,
                          txn->Get(Db::kChanges, RevisionKey(position_ + 1)));
    Change change;
    int64_t made_ms = 0;
    if (!bytes.has_value()) {  // compacted between the two looks
      if (!changes.empty()) break;
      absl::MutexLock lock(&store_.mutex_);
      return store_.Compacted(position_);
    }
    if (!DecodeChange(*bytes, &change, &made_ms))
      return absl::DataLossError("store: malformed log");
    change.revision = ++position_;
    changes.push_back(std::move(change));
  }
  return changes;
}

void LmdbWatcher::Cancel() {
  absl::MutexLock lock(&store_.mutex_);
  cancelled_ = true;
  store_.moved_.SignalAll();
}

// Refuses a newer format; marks a new store with ours. There is one format so far, hence no
// migration.
absl::Status CheckFormat(Env& env, Revision* current, Revision* compacted) {
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Txn> txn, env.BeginWrite());
  NAVE_ASSIGN_OR_RETURN(std::optional<std::string_view> found, txn->Get(Db::kMeta, kFormatKey));
  int format = 0;
  if (!found.has_value()) {
    NAVE_RETURN_IF_ERROR(txn->Put(Db::kMeta, kFormatKey, absl::StrCat(kFormatVersion)));
  } else if (!absl::SimpleAtoi(std::string(*found), &format) || format != kFormatVersion) {
    return absl::FailedPreconditionError(absl::StrCat("the store has format '", std::string(*found),
                                                      "', this program knows ", kFormatVersion,
                                                      "; use a newer program"));
  }
  NAVE_ASSIGN_OR_RETURN(*current, ReadNumber(*txn, kRevisionKey));
  NAVE_ASSIGN_OR_RETURN(*compacted, ReadNumber(*txn, kCompactedKey));
  return txn->Commit();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenLmdbStore(LmdbOptions options) {
  NAVE_ASSIGN_OR_RETURN(std::unique_ptr<Env> env, Env::Open(options));
  Revision current = 0, compacted = 0;
  NAVE_RETURN_IF_ERROR(CheckFormat(*env, &current, &compacted));
  return std::make_unique<LmdbStore>(std::move(env), std::move(options), current, compacted);
}

}  // namespace nave::store
