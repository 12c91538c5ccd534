// The last state that was served, on disk, so that a resolver starts without its control plane
// (data-plane.md section 4). One file, written as a whole and put in place by a rename: either the
// old state or the new one is there. One thread at a time.
//
// The file: a magic and a format number; the revision; one record for each object (its kind, its
// size, its protobuf encoding); an end record with the number of objects; SHA-256 of all before it.
#ifndef NAVE_RESOLVER_STATE_FILE_H_
#define NAVE_RESOLVER_STATE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "resolver/state.h"
#include "resolver/state_file_disk.h"

namespace nave::resolver {

class StateFile {
 public:
  static constexpr uint32_t kFormat = 1;
  // A larger file is not read: it is not ours.
  static constexpr uint64_t kMaxFileSize = uint64_t{16} << 30;
  static constexpr size_t kMaxObjectSize = size_t{1} << 30;

  // The file is `state` in `dir`, which is made, with its parents, when it is written to. `disk`
  // must outlive it.
  explicit StateFile(const std::string& dir, StateFileDisk* disk = &RealStateFileDisk());

  // Nothing when there is no file. A file that is corrupt, incomplete or of another format is
  // renamed to set_aside_path() and is DATA_LOSS or FAILED_PRECONDITION: what is wrong with it.
  // Other errors are the system's, and leave the file.
  absl::StatusOr<std::optional<State>> Load();
  // Renames a file whose state turned out to be of no use, and says so: `reason` with more words.
  absl::Status SetAside(const absl::Status& reason) const;
  // Returns when the state is on disk. An error leaves the file that was there, or, when it comes
  // behind the rename, the new one: a whole one in either case.
  absl::Status Save(const State& state);

  const std::string& path() const { return path_; }
  std::string set_aside_path() const { return path_ + ".set-aside"; }

 private:
  // Writes it as a whole to `path`.
  absl::Status WriteTo(const std::string& path, const State& state) const;

  StateFileDisk* const disk_;
  const std::string dir_;
  const std::string path_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STATE_FILE_H_
