// Pages over a table in the order of its keys: the page token is the key of the last entry shown,
// in hex. Functions; for the thread of the reader.
#ifndef NAVE_CATALOG_WORKFLOW_PAGING_H_
#define NAVE_CATALOG_WORKFLOW_PAGING_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "store/store.h"

namespace nave::catalog {

struct PageRequest {
  store::Table table;
  std::string prefix;
  int size = 0;  // as in api.v1.ListRequest
  std::string token;
};

// Calls `show` for each entry from the token on until it has taken as many as fit on the page; it
// returns whether it took the entry. A page also ends after kMaxScannedForPage entries. Returns the
// next page's token, empty at the end. INVALID_QUERY for a token or size that is none.
absl::StatusOr<std::string> ReadPage(
    store::Reader& reader, const PageRequest& request,
    absl::FunctionRef<absl::StatusOr<bool>(const store::Entry&)> show);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_WORKFLOW_PAGING_H_
