// What a StateFile does to the disk, step by step: the seam at which a test fails a step, or ends
// the process behind it (data-plane.md section 4). One thread at a time.
#ifndef NAVE_RESOLVER_STATE_FILE_DISK_H_
#define NAVE_RESOLVER_STATE_FILE_DISK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nave::resolver {

// Errors are the system's, with the path.
class StateFileDisk {
 public:
  virtual ~StateFileDisk() = default;

  // Makes the directory and its parents, unless they are there.
  virtual absl::Status MakeDirectory(const std::string& path) = 0;
  // Makes the file, or empties it, readable by its owner only. The descriptor is to be closed.
  virtual absl::StatusOr<int> Create(const std::string& path) = 0;
  // Writes all of it behind what was written.
  virtual absl::Status Write(int fd, absl::string_view octets, const std::string& path) = 0;
  // Returns when what was written will survive a loss of power.
  virtual absl::Status Sync(int fd, const std::string& path) = 0;
  virtual void Close(int fd) = 0;
  // Puts a file in the place of another, in one step.
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  // Returns when renames in the directory will survive a loss of power.
  virtual absl::Status SyncDirectory(const std::string& path) = 0;
  // Takes a file away, if it is there.
  virtual void Remove(const std::string& path) = 0;
};

// The system's; lives as long as the process.
StateFileDisk& RealStateFileDisk();

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_STATE_FILE_DISK_H_
