// Small files with the right mode: keys, certificates, the context of the CLI. Blocking; for
// start-up. Any thread.
#ifndef NAVE_SERVER_FILES_H_
#define NAVE_SERVER_FILES_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nave::server {

inline constexpr size_t kMaxSmallFileBytes = 1u << 20;
inline constexpr mode_t kPrivateMode = 0600;
inline constexpr mode_t kPublicMode = 0644;
inline constexpr mode_t kPrivateDirectoryMode = 0700;

// Makes a directory and those above it; what is there stays as it is. The last one, when it is
// made, gets kPrivateDirectoryMode.
absl::Status MakeDirectory(const std::string& path);
bool FileExists(const std::string& path);
// The whole file. NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED when it is larger than
// kMaxSmallFileBytes.
absl::StatusOr<std::string> ReadSmallFile(const std::string& path);
// Replaces the file as a whole: after a crash it is the old or the new one. It has the mode from
// its first moment on.
absl::Status WriteSmallFile(const std::string& path, const std::string& contents, mode_t mode);
// PERMISSION_DENIED, with the command that helps, when the group or others may do anything with the
// file.
absl::Status CheckPrivate(const std::string& path);

}  // namespace nave::server

#endif  // NAVE_SERVER_FILES_H_
