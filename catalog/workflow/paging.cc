#include "catalog/workflow/paging.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catalog/errors.h"
#include "lib/base/status_macros.h"

namespace nave::catalog {
namespace {

constexpr size_t kScanBatch = 256;

absl::StatusOr<std::string> StartOf(const PageRequest& request) {
  if (request.token.empty()) return request.prefix;
  const bool hex =
      request.token.size() % 2 == 0 && std::all_of(request.token.begin(), request.token.end(),
                                                   [](char c) { return absl::ascii_isxdigit(c); });
  std::string key = hex ? absl::HexStringToBytes(request.token) : "";
  if (!hex || !absl::StartsWith(key, request.prefix)) {
    return Error(api::v1::INVALID_QUERY, "the page token is none of this list; begin without one");
  }
  return key + '\0';
}

}  // namespace

absl::StatusOr<std::string> ReadPage(
    store::Reader& reader, const PageRequest& request,
    absl::FunctionRef<absl::StatusOr<bool>(const store::Entry&)> show) {
  if (request.size < 0 || request.size > kMaxWorkflowPageSize) {
    return Error(api::v1::INVALID_QUERY,
                 absl::StrCat("page_size must be 0 to ", kMaxWorkflowPageSize));
  }
  const int size = request.size == 0 ? kWorkflowPageSize : request.size;
  NAVE_ASSIGN_OR_RETURN(std::string start, StartOf(request));
  const std::string end = store::PrefixEnd(request.prefix);
  std::string last;
  for (int taken = 0; taken < size;) {
    NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> entries,
                          reader.Scan(request.table, start, end, kScanBatch));
    for (const store::Entry& entry : entries) {
      if (taken == size) break;
      NAVE_ASSIGN_OR_RETURN(bool took, show(entry));
      taken += took ? 1 : 0;
      last = entry.key;
    }
    if (taken < size && entries.size() < kScanBatch) return std::string();
    start = last + '\0';
  }
  NAVE_ASSIGN_OR_RETURN(std::vector<store::Entry> more, reader.Scan(request.table, start, end, 1));
  return more.empty() ? std::string() : absl::BytesToHexString(last);
}

}  // namespace nave::catalog
