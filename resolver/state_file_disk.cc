#include "resolver/state_file_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "lib/net/socket.h"

namespace nave::resolver {
namespace {

constexpr size_t kChunk = 1 << 20;

class SystemDisk final : public StateFileDisk {
 public:
  absl::Status MakeDirectory(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat("cannot make ", path, ": ", error.message()));
  }
  absl::StatusOr<int> Create(const std::string& path) override {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) return net::SystemError(absl::StrCat("cannot make ", path));
    return fd;
  }
  absl::Status Write(int fd, absl::string_view octets, const std::string& path) override {
    while (!octets.empty()) {
      const ssize_t wrote = write(fd, octets.data(), std::min(octets.size(), kChunk));
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) return net::SystemError(absl::StrCat("cannot write ", path));
      octets.remove_prefix(static_cast<size_t>(wrote));
    }
    return absl::OkStatus();
  }
  absl::Status Sync(int fd, const std::string& path) override {
    if (fsync(fd) == 0) return absl::OkStatus();
    return net::SystemError(absl::StrCat("cannot flush ", path));
  }
  void Close(int fd) override { close(fd); }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (rename(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
    return net::SystemError(absl::StrCat("cannot put ", to, " in place"));
  }
  absl::Status SyncDirectory(const std::string& path) override {
    const int fd = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return net::SystemError(absl::StrCat("cannot open ", path));
    const absl::Status status = Sync(fd, path);
    close(fd);
    return status;
  }
  void Remove(const std::string& path) override { unlink(path.c_str()); }
};

}  // namespace

StateFileDisk& RealStateFileDisk() {
  static SystemDisk disk;
  return disk;
}

}  // namespace nave::resolver
