// A file that appears whole or not at all: written beside its place with mode 0600, and put there
// at the end. For one thread.
#ifndef NAVE_CLI_NEW_FILE_H_
#define NAVE_CLI_NEW_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nave::cli {

class NewFile {
 public:
  // A usage error when `path` exists and `replace` is false, or when nothing can be written there.
  static absl::StatusOr<std::unique_ptr<NewFile>> Create(const std::string& path, bool replace);
  // Without Commit, nothing stays.
  ~NewFile();
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  absl::Status Write(absl::string_view data);
  // On disk, at its place. A usage error when a file came there meanwhile.
  absl::Status Commit();

 private:
  NewFile(std::string path, std::string beside, int fd, bool replace)
      : path_(std::move(path)), beside_(std::move(beside)), fd_(fd), replace_(replace) {}

  const std::string path_;
  const std::string beside_;
  int fd_;
  const bool replace_;
};

}  // namespace nave::cli

#endif  // NAVE_CLI_NEW_FILE_H_
