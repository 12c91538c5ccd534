#include "cli/names.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace nave::cli {
namespace {

using Segments = std::vector<std::string>;

Segments Split(std::string_view text) { return absl::StrSplit(std::string(text), '/'); }

bool IsVariable(const std::string& segment) { return segment.size() > 2 && segment.front() == '{'; }

bool HasForm(const Segments& pattern, const Segments& name) {
  if (pattern.size() != name.size()) return false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (name[i].empty() || (!IsVariable(pattern[i]) && pattern[i] != name[i])) return false;
  }
  return true;
}

size_t Edits(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

absl::StatusOr<std::string> ExpandName(std::string_view pattern, std::string_view id,
                                       const std::map<std::string, std::string>& parents) {
  Segments name = Split(pattern);
  if (HasForm(name, Split(id))) return std::string(id);
  if (id.empty() || id.find('/') != std::string_view::npos || !IsVariable(name.back())) {
    return absl::InvalidArgumentError(absl::StrCat("the name '", std::string(id),
                                                   "' must have the form '", std::string(pattern),
                                                   "', or be its last part alone"));
  }
  name.back() = std::string(id);
  for (size_t i = 0; i + 1 < name.size(); ++i) {
    if (!IsVariable(name[i])) continue;
    const std::string variable = name[i].substr(1, name[i].size() - 2);
    const auto parent = parents.find(variable);
    if (parent == parents.end() || parent->second.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("'", std::string(id), "' needs --", variable,
                                                     ", or the whole name '", std::string(pattern),
                                                     "'"));
    }
    name[i] = Split(parent->second).back();
  }
  return absl::StrJoin(name, "/");
}

std::string NearestName(std::string_view word, const std::vector<std::string>& known) {
  size_t best = std::max<size_t>(2, word.size() / 3) + 1;
  std::string nearest;
  for (const std::string& candidate : known) {
    const size_t edits = Edits(word, candidate);
    if (edits >= best) continue;
    best = edits;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace nave::cli
