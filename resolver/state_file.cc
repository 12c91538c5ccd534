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

// A descriptor that is closed on every way out.
class File {
 public:
  File(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

absl::Status WriteAll(int fd, absl::string_view octets, const std::string& path) {
  while (!octets.empty()) {
    const ssize_t wrote = write(fd, octets.data(), std::min(octets.size(), kChunk));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return net::SystemError(absl::StrCat("cannot write ", path));
    octets.remove_prefix(static_cast<size_t>(wrote));
  }
  return absl::OkStatus();
}

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

absl::Status Sync(int fd, const std::string& path) {
  if (fd >= 0 && fsync(fd) == 0) return absl::OkStatus();
  return net::SystemError(absl::StrCat("cannot flush ", path));
}

}  // namespace

StateFile::StateFile(const std::string& dir)
    : dir_(dir), path_((std::filesystem::path(dir) / "state").string()) {}

absl::StatusOr<std::optional<State>> StateFile::Load() {
  const File file(path_, O_RDONLY);
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

absl::Status StateFile::SetAside(absl::Status reason) const {
  std::string text = absl::StrCat("the last state in ", path_, " is not used: ", reason.message());
  if (rename(path_.c_str(), set_aside_path().c_str()) == 0) {
    absl::StrAppend(&text, "; it is kept as ", set_aside_path());
  }
  return absl::Status(reason.code(), text);
}

absl::Status StateFile::Save(const State& state) {
  std::error_code error;
  std::filesystem::create_directories(dir_, error);
  if (error)
    return absl::UnavailableError(absl::StrCat("cannot make ", dir_, ": ", error.message()));
  const std::string next = path_ + ".next";
  {
    const File file(next, O_WRONLY | O_CREAT | O_TRUNC);
    if (file.fd() < 0) return net::SystemError(absl::StrCat("cannot make ", next));
    NAVE_RETURN_IF_ERROR(EncodeState(
        state, [&](absl::string_view octets) { return WriteAll(file.fd(), octets, next); }));
    NAVE_RETURN_IF_ERROR(Sync(file.fd(), next));
  }
  if (rename(next.c_str(), path_.c_str()) != 0) {
    return net::SystemError(absl::StrCat("cannot put ", path_, " in place"));
  }
  // The rename itself must survive a loss of power.
  const File dir(dir_, O_RDONLY | O_DIRECTORY);
  return Sync(dir.fd(), dir_);
}

}  // namespace nave::resolver
