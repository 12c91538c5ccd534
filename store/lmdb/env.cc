#include "store/lmdb/env.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace nave::store {
namespace {

constexpr char kMapFullPayload[] = "nave/map-full";
constexpr const char* kDbNames[kDbCount] = {"meta", "current", "history", "changes"};

absl::Status FromLmdb(int code, std::string_view what) {
  if (code == MDB_SUCCESS) return absl::OkStatus();
  std::string text = absl::StrCat("store: ", std::string(what), ": ", mdb_strerror(code));
  switch (code) {
    case MDB_MAP_FULL: {
      absl::Status status = absl::ResourceExhaustedError(text);
      status.SetPayload(kMapFullPayload, absl::Cord("1"));
      return status;
    }
    case MDB_READERS_FULL:
      return absl::ResourceExhaustedError(absl::StrCat(text, "; too many reads at once"));
    case ENOSPC:
      return absl::ResourceExhaustedError(absl::StrCat(text, "; free some space on the disk"));
    case MDB_CORRUPTED:
    case MDB_INVALID:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
      return absl::DataLossError(absl::StrCat(text, "; restore the data directory from a backup"));
    case EACCES:
      return absl::PermissionDeniedError(
          absl::StrCat(text, "; check the owner of the data directory"));
    default:
      return absl::InternalError(text);
  }
}

MDB_val ToVal(std::string_view bytes) {
  return MDB_val{bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view FromVal(const MDB_val& val) {
  return {static_cast<const char*>(val.mv_data), val.mv_size};
}

}  // namespace

bool IsMapFull(const absl::Status& status) {
  return status.GetPayload(kMapFullPayload).has_value();
}

Txn::~Txn() {
  if (txn_ != nullptr) mdb_txn_abort(txn_);
  if (counted_) env_->Leave();
}

absl::StatusOr<std::optional<std::string_view>> Txn::Get(Db db, std::string_view key) {
  MDB_val k = ToVal(key), v;
  int code = mdb_get(txn_, env_->dbis_[static_cast<int>(db)], &k, &v);
  if (code == MDB_NOTFOUND) return std::optional<std::string_view>();
  NAVE_RETURN_IF_ERROR(FromLmdb(code, "read"));
  return std::optional<std::string_view>(FromVal(v));
}

absl::Status Txn::Put(Db db, std::string_view key, std::string_view value) {
  MDB_val k = ToVal(key), v = ToVal(value);
  return FromLmdb(mdb_put(txn_, env_->dbis_[static_cast<int>(db)], &k, &v, 0), "write");
}

absl::Status Txn::Delete(Db db, std::string_view key) {
  MDB_val k = ToVal(key);
  int code = mdb_del(txn_, env_->dbis_[static_cast<int>(db)], &k, nullptr);
  return code == MDB_NOTFOUND ? absl::OkStatus() : FromLmdb(code, "delete");
}

absl::Status Txn::Commit() {
  MDB_txn* txn = txn_;
  txn_ = nullptr;  // mdb_txn_commit frees it, whatever it returns
  return FromLmdb(mdb_txn_commit(txn), "commit");
}

absl::StatusOr<std::unique_ptr<Cursor>> Cursor::Open(Txn& txn, Db db) {
  MDB_cursor* cursor = nullptr;
  NAVE_RETURN_IF_ERROR(FromLmdb(
      mdb_cursor_open(txn.txn_, txn.env_->dbis_[static_cast<int>(db)], &cursor), "open a cursor"));
  return std::unique_ptr<Cursor>(new Cursor(cursor));
}

Cursor::~Cursor() { mdb_cursor_close(cursor_); }

absl::Status Cursor::Move(int operation) {
  int code = mdb_cursor_get(cursor_, &key_, &value_, static_cast<MDB_cursor_op>(operation));
  valid_ = code == MDB_SUCCESS;
  return code == MDB_NOTFOUND ? absl::OkStatus() : FromLmdb(code, "move a cursor");
}

absl::Status Cursor::Seek(std::string_view key) {
  key_ = ToVal(key);
  return Move(MDB_SET_RANGE);
}

absl::Status Cursor::Next() { return Move(MDB_NEXT); }

std::string_view Cursor::key() const { return FromVal(key_); }

std::string_view Cursor::value() const { return FromVal(value_); }

absl::StatusOr<std::unique_ptr<Env>> Env::Open(const LmdbOptions& options) {
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (error) {
    return absl::FailedPreconditionError(absl::StrCat("cannot make the data directory '",
                                                      options.directory, "': ", error.message()));
  }
  std::unique_ptr<Env> env(new Env(options));
  NAVE_RETURN_IF_ERROR(env->LockDirectory());
  NAVE_RETURN_IF_ERROR(env->OpenFile());
  NAVE_RETURN_IF_ERROR(env->OpenDatabases());
  return env;
}

Env::~Env() {
  if (env_ != nullptr) mdb_env_close(env_);
  if (lock_fd_ >= 0) close(lock_fd_);
}

absl::Status Env::LockDirectory() {
  std::string path = absl::StrCat(options_.directory, "/store.lock");
  lock_fd_ = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (lock_fd_ < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot open '", path, "': ", std::strerror(errno)));
  }
  if (flock(lock_fd_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data directory '", options_.directory,
                     "' is in use by another process; stop it, or choose another --data-dir"));
  }
  return absl::OkStatus();
}

absl::Status Env::OpenFile() {
  NAVE_RETURN_IF_ERROR(FromLmdb(mdb_env_create(&env_), "create"));
  NAVE_RETURN_IF_ERROR(FromLmdb(mdb_env_set_maxdbs(env_, kDbCount), "set the databases"));
  NAVE_RETURN_IF_ERROR(FromLmdb(mdb_env_set_maxreaders(env_, kMaxReaders), "set the readers"));
  std::string path = absl::StrCat(options_.directory, "/", kStoreFileName);
  size_t size = options_.initial_map_bytes;
  struct stat file;
  if (stat(path.c_str(), &file) == 0) {
    while (size < static_cast<size_t>(file.st_size) * 2) size *= 2;
  }
  NAVE_RETURN_IF_ERROR(FromLmdb(mdb_env_set_mapsize(env_, size), "set the map's size"));
  return FromLmdb(mdb_env_open(env_, path.c_str(), MDB_NOSUBDIR | MDB_NOTLS, 0600),
                  absl::StrCat("open '", path, "'"));
}

absl::Status Env::OpenDatabases() {
  MDB_txn* txn = nullptr;
  NAVE_RETURN_IF_ERROR(FromLmdb(mdb_txn_begin(env_, nullptr, 0, &txn), "begin"));
  for (int i = 0; i < kDbCount; ++i) {
    int code = mdb_dbi_open(txn, kDbNames[i], MDB_CREATE, &dbis_[i]);
    if (code != MDB_SUCCESS) {
      mdb_txn_abort(txn);
      return FromLmdb(code, "open the databases");
    }
  }
  return FromLmdb(mdb_txn_commit(txn), "commit");
}

absl::StatusOr<std::unique_ptr<Txn>> Env::BeginRead() {
  {
    absl::MutexLock lock(&mutex_);
    auto free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !growing_; };
    mutex_.Await(absl::Condition(&free));
    ++open_;
  }
  MDB_txn* txn = nullptr;
  absl::Status status = FromLmdb(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), "begin a read");
  if (!status.ok()) {
    Leave();
    return status;
  }
  return std::unique_ptr<Txn>(new Txn(this, txn, true));
}

absl::StatusOr<std::unique_ptr<Txn>> Env::BeginWrite() {
  MDB_txn* txn = nullptr;
  NAVE_RETURN_IF_ERROR(FromLmdb(mdb_txn_begin(env_, nullptr, 0, &txn), "begin a write"));
  return std::unique_ptr<Txn>(new Txn(this, txn, false));
}

void Env::Leave() {
  absl::MutexLock lock(&mutex_);
  --open_;
}

absl::Status Env::Grow() {
  absl::MutexLock lock(&mutex_);
  MDB_envinfo info;
  mdb_env_info(env_, &info);
  if (info.me_mapsize * 2 > options_.max_map_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the store has reached its largest size of ",
                                                     options_.max_map_bytes, " bytes"));
  }
  growing_ = true;
  auto alone = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return open_ == 0; };
  absl::Status status = absl::OkStatus();
  if (mutex_.AwaitWithTimeout(absl::Condition(&alone), kMaxGrowWait)) {
    status = FromLmdb(mdb_env_set_mapsize(env_, info.me_mapsize * 2), "grow the map");
  } else {
    status =
        absl::ResourceExhaustedError("the store is full and a long read keeps it from growing");
  }
  growing_ = false;
  return status;
}

absl::Status Env::CopyTo(const std::string& path) {
  int fd = open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd < 0) {
    return errno == EEXIST ? absl::AlreadyExistsError(absl::StrCat("'", path, "' exists already"))
                           : absl::InternalError(
                                 absl::StrCat("cannot write '", path, "': ", std::strerror(errno)));
  }
  {
    absl::MutexLock lock(&mutex_);
    auto free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !growing_; };
    mutex_.Await(absl::Condition(&free));
    ++open_;
  }
  absl::Status status = FromLmdb(mdb_env_copyfd2(env_, fd, MDB_CP_COMPACT), "copy");
  Leave();
  if (status.ok() && fsync(fd) != 0) {
    status = absl::InternalError(absl::StrCat("cannot sync '", path, "': ", std::strerror(errno)));
  }
  close(fd);
  if (!status.ok()) unlink(path.c_str());
  return status;
}

}  // namespace nave::store
