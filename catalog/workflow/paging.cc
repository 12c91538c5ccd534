#include "catalog/workflow/paging.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "catalog/governance/query.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

constexpr size_t kScanBatch = 256;

// A token holds for one list: of one table, below one prefix.
std::string QueryOf(const PageRequest& request) {
  return absl::StrCat(static_cast<int>(request.table), ":", request.prefix);
}

absl::StatusOr<std::string> StartOf(const PageRequest& request) {
  if (request.token.empty()) return request.prefix;
  NAVE_ASSIGN_OR_RETURN(std::string last, ParsePageToken(request.token, QueryOf(request)));
  return last + '\0';
}

}  // namespace

absl::StatusOr<std::string> ReadPage(
    store::Reader& reader, const PageRequest& request,
    absl::FunctionRef<absl::StatusOr<bool>(const store::Entry&)> show) {
  NAVE_ASSIGN_OR_RETURN(const int size, PageSize(request.size));
  NAVE_ASSIGN_OR_RETURN(std::string start, StartOf(request));
  const std::string end = store::PrefixEnd(request.prefix);
  std::string last;
  size_t scanned = 0;
  for (int taken = 0; taken < size && scanned < kMaxScannedForPage;) {
    NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> entries,
                          reader.Scan(request.table, start, end, kScanBatch));
    for (const store::Entry& entry : entries) {
      if (taken == size) break;
      NAVE_ASSIGN_OR_RETURN(bool took, show(entry));
      taken += took ? 1 : 0;
      last = entry.key;
    }
    if (taken < size && entries.size() < kScanBatch) return std::string();
    scanned += entries.size();
    start = last + '\0';
  }
  NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> more, reader.Scan(request.table, start, end, 1));
  return more.empty() ? std::string() : MakePageToken(last, QueryOf(request));
}

}  // namespace nave::catalog
