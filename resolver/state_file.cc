#include "resolver/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/net/socket.h"
#include "resolver/state_file_format.h"

namespace nave::resolver {
namespace {

constexpr size_t kChunk = 1 << 20;

// A descriptor to read from that is closed on every way out.
class File {
 public:
  explicit File(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::StatusOr<std::string> ReadAll(int fd, uint64_t size, const std::string& path) {
  std::string octets(size, '\0');
  size_t at = 0;
  while (at < octets.size()) {
    const ssize_t got = read(fd, octets.data() + at, std::min(octets.size() - at, kChunk));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return net::SystemError(absl::StrCat("cannot read ", path));
    if (got == 0) break;
    at += static_cast<size_t>(got);
  }
  octets.resize(at);
  return octets;
}

}  // namespace

StateFile::StateFile(const std::string& dir, StateFileDisk* disk)
    : disk_(disk), dir_(dir), path_((std::filesystem::path(dir) / "state").string()) {}

absl::StatusOr<std::optional<State>> StateFile::Load() {
  const File file(path_);
  if (file.fd() < 0 && errno == ENOENT) return std::optional<State>();
  struct stat info;
  if (file.fd() < 0 || fstat(file.fd(), &info) != 0) {
    return net::SystemError(absl::StrCat("cannot open ", path_));
  }
  if (static_cast<uint64_t>(info.st_size) > kMaxFileSize) {
    return SetAside(absl::DataLossError("it is too large to be ours"));
  }
  NAVE_ASSIGN_OR_RETURN(const std::string octets,
                        ReadAll(file.fd(), static_cast<uint64_t>(info.st_size), path_));
  absl::StatusOr<State> state = DecodeState(octets);
  if (!state.ok()) return SetAside(state.status());
  return std::optional<State>(*std::move(state));
}

absl::Status StateFile::SetAside(const absl::Status& reason) const {
  std::string text = absl::StrCat("the last state in ", path_, " is not used: ", reason.message());
  if (disk_->Rename(path_, set_aside_path()).ok()) {
    absl::StrAppend(&text, "; it is kept as ", set_aside_path());
  }
  return absl::Status(reason.code(), text);
}

absl::Status StateFile::Save(const State& state) {
  NAVE_RETURN_IF_ERROR(disk_->MakeDirectory(dir_));
  const std::string next = path_ + ".next";
  absl::Status status = WriteTo(next, state);
  if (status.ok()) status = disk_->Rename(next, path_);
  if (!status.ok()) {
    // A disk that is full needs the room.
    disk_->Remove(next);
    return status;
  }
  // The rename itself must survive a loss of power.
  return disk_->SyncDirectory(dir_);
}

absl::Status StateFile::WriteTo(const std::string& path, const State& state) const {
  NAVE_ASSIGN_OR_RETURN(const int fd, disk_->Create(path));
  absl::Status status =
      EncodeState(state, [&](absl::string_view octets) { return disk_->Write(fd, octets, path); });
  // Before the rename: a name must never stand for octets that a loss of power takes away.
  if (status.ok()) status = disk_->Sync(fd, path);
  disk_->Close(fd);
  return status;
}

}  // namespace nave::resolver
