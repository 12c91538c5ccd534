// Reads at one revision: now, or earlier by the undo records in `history`. For one thread at a
// time.
#ifndef NAVE_STORE_LMDB_LMDB_SNAPSHOT_H_
#define NAVE_STORE_LMDB_LMDB_SNAPSHOT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/lmdb/env.h"
#include "store/store.h"

namespace nave::store {

class LmdbSnapshot final : public Snapshot {
 public:
  // `txn` is a read transaction whose last revision is `newest`; `revision` is what it is read at,
  // not later.
  LmdbSnapshot(std::unique_ptr<Txn> txn, Revision revision, Revision newest);
  // What the write transaction `txn` has written up to `newest`; valid until it writes more.
  LmdbSnapshot(Txn* txn, Revision newest);

  Revision revision() const override { return revision_; }
  absl::StatusOr<std::optional<Entry>> Get(Table table, std::string_view key) override;
  absl::StatusOr<std::vector<Entry>> Scan(Table table, std::string_view start, std::string_view end,
                                          size_t limit) override;

 private:
  // What an encoded key held at `revision_`, when a later commit changed it; nullopt when none did.
  // `existed` is false when it was absent.
  absl::StatusOr<std::optional<Entry>> Undo(Cursor& history, std::string_view encoded,
                                            bool* existed);
  absl::Status ScanNow(std::string_view start, std::string_view end, size_t limit,
                       std::vector<Entry>* out);
  absl::Status ScanEarlier(std::string_view start, std::string_view end, size_t limit,
                           std::vector<Entry>* out);

  const std::unique_ptr<Txn> owned_;
  Txn* const txn_;
  const Revision revision_;
  const bool earlier_;
};

}  // namespace nave::store

#endif  // NAVE_STORE_LMDB_LMDB_SNAPSHOT_H_
