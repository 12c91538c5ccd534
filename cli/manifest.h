// Manifests: YAML documents that say which resources shall be there. Each has kind, name and spec,
// and may have labels and depends_on. Reading and ordering; for one thread.
#ifndef NAVE_CLI_MANIFEST_H_
#define NAVE_CLI_MANIFEST_H_

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <istream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cli/kinds.h"

namespace nave::cli {

inline constexpr size_t kMaxManifestBytes = 16u << 20;  // of one file
inline constexpr size_t kMaxDocuments = 100'000;        // of all files

struct Document {
  std::string source;  // the file
  YAML::Mark mark;     // where it begins
  const Kind* kind = nullptr;
  MessagePtr resource;              // with its name, the fields of spec, and labels
  std::vector<std::string> fields;  // that spec names, and `metadata.labels`
  std::vector<std::string> depends_on;

  // `file:LINE: kind name`, for errors.
  std::string Where() const;
};

// The documents of a text. Usage errors name file, line, and the nearest known word.
absl::StatusOr<std::vector<Document>> ParseManifest(const std::string& source,
                                                    const std::string& text);

// The documents of files, of directories (their *.yaml and *.yml, by name, not those below), and of
// `input` for `-`. A name that stands twice is a usage error.
absl::StatusOr<std::vector<Document>> ReadManifests(const std::vector<std::string>& paths,
                                                    std::istream& input);

// Each after those that it names, that it stands below, and that its depends_on says; else by kind
// and place. A usage error for a circle, or a dependency that no document has.
absl::Status SortByDependency(std::vector<Document>* documents);

}  // namespace nave::cli

#endif  // NAVE_CLI_MANIFEST_H_
