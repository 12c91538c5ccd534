#include "cli/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace nave::cli {
namespace {

constexpr mode_t kOwnerOnly = 0600;

absl::Status Exists(const std::string& path) {
  return UsageError(absl::StrCat("'", path, "' exists already; take another name, or --force"));
}

absl::Status CannotWrite(const std::string& path, int error) {
  return UsageError(absl::StrCat("cannot write '", path, "': ", std::strerror(error)));
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

// So that the file's name survives a crash too.
void SyncFolder(const std::string& path) {
  const int fd = ::open(FolderOf(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

absl::StatusOr<std::unique_ptr<NewFile>> NewFile::Create(const std::string& path, bool replace) {
  struct stat found;
  if (!replace && ::lstat(path.c_str(), &found) == 0) return Exists(path);
  std::string beside =
      absl::StrCat(path, ".", NewId(absl::ToUnixMillis(RealClock().Now())), ".partial");
  const int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly);
  if (fd < 0) return CannotWrite(path, errno);
  return std::unique_ptr<NewFile>(new NewFile(path, std::move(beside), fd, replace));
}

NewFile::~NewFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(beside_.c_str());
}

absl::Status NewFile::Write(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t count = ::write(fd_, data.data(), data.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotWrite(path_, errno);
    data.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status NewFile::Commit() {
  if (::fsync(fd_) != 0) return CannotWrite(path_, errno);
  if (replace_) {
    if (::rename(beside_.c_str(), path_.c_str()) != 0) return CannotWrite(path_, errno);
  } else {
    // Unlike rename, link takes no file's place.
    if (::link(beside_.c_str(), path_.c_str()) != 0) {
      return errno == EEXIST ? Exists(path_) : CannotWrite(path_, errno);
    }
    ::unlink(beside_.c_str());
  }
  ::close(fd_);
  fd_ = -1;
  SyncFolder(path_);
  return absl::OkStatus();
}

}  // namespace nave::cli
