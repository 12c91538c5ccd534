// The embedded engine: one LMDB file, one writer thread with group commit (docs/store_format.md).
// Thread-safe.
#ifndef NAVE_STORE_LMDB_LMDB_STORE_H_
#define NAVE_STORE_LMDB_LMDB_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "store/store.h"

namespace nave::store {

struct LmdbOptions {
  // Made when it is missing. One process at a time: FAILED_PRECONDITION for the second.
  std::string directory;
  // The map's first size; it doubles when it is full, up to max_map_bytes (RESOURCE_EXHAUSTED
  // then).
  size_t initial_map_bytes = 256u << 20;
  size_t max_map_bytes = size_t{1} << 40;
  // How long earlier revisions can be read and watched.
  absl::Duration retention = absl::Hours(24 * 30);
  const Clock* clock = &RealClock();
};

// The file's name within the directory; a backup put in its place is a restore.
inline constexpr char kStoreFileName[] = "store.mdb";
inline constexpr int kFormatVersion = 1;

// Opens or makes a store. FAILED_PRECONDITION when another process has it or when its format is
// newer than this program; DATA_LOSS when it is no store.
absl::StatusOr<std::unique_ptr<Store>> OpenLmdbStore(LmdbOptions options);

}  // namespace nave::store

#endif  // NAVE_STORE_LMDB_LMDB_STORE_H_
