#include "resolver/file_source.h"

#include <google/protobuf/util/json_util.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace nave::resolver {

absl::StatusOr<State> ParseSnapshotJson(absl::string_view json) {
  v1::Snapshot snapshot;
  // Unknown fields are errors: a misspelt "rules" must not quietly mean that there are none.
  const auto parsed = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &snapshot);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("not a snapshot in JSON form: ", parsed.message().ToString()));
  }
  return StateFromSnapshot(std::move(snapshot));
}

absl::StatusOr<State> ReadSnapshotFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    return absl::NotFoundError(
        absl::StrCat("cannot read the snapshot file '", path, "': ", std::strerror(errno)));
  }
  const std::streamoff size = file.tellg();
  if (size < 0 || static_cast<size_t>(size) > kMaxSnapshotFileSize) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the snapshot file '", path, "' is larger than ", kMaxSnapshotFileSize));
  }
  std::string text(static_cast<size_t>(size), '\0');
  file.seekg(0);
  file.read(text.data(), size);
  if (!file) return absl::DataLossError(absl::StrCat("cannot read all of '", path, "'"));
  absl::StatusOr<State> state = ParseSnapshotJson(text);
  if (!state.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", std::string(state.status().message())));
  }
  return state;
}

absl::Status FileSource::Start(SnapshotSink* sink) {
  sink_ = sink;
  return Reload();
}

absl::Status FileSource::Reload() {
  if (sink_ == nullptr) return absl::FailedPreconditionError("the source has stopped");
  NAVE_ASSIGN_OR_RETURN(const State state, ReadSnapshotFile(path_));
  return sink_->Serve(state);
}

}  // namespace nave::resolver
