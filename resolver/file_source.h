// The state from a snapshot file: the JSON form of `resolver/v1` Snapshot (data-plane.md, before
// section 1). Read once, and again on Reload. One thread at a time.
#ifndef NAVE_RESOLVER_FILE_SOURCE_H_
#define NAVE_RESOLVER_FILE_SOURCE_H_

#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "resolver/snapshot_source.h"

namespace nave::resolver {

inline constexpr size_t kMaxSnapshotFileSize = size_t{1} << 30;

// Reads the JSON form. INVALID_ARGUMENT for anything else, unknown fields included.
absl::StatusOr<State> ParseSnapshotJson(absl::string_view json);
// NOT_FOUND without the file, RESOURCE_EXHAUSTED above kMaxSnapshotFileSize, else as above; the
// path is in the message.
absl::StatusOr<State> ReadSnapshotFile(const std::string& path);

class FileSource : public SnapshotSource {
 public:
  explicit FileSource(std::string path) : path_(std::move(path)) {}

  absl::Status Start(SnapshotSink* sink) override;
  absl::Status Reload() override;
  void Stop() override { sink_ = nullptr; }

 private:
  const std::string path_;
  SnapshotSink* sink_ = nullptr;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_FILE_SOURCE_H_
