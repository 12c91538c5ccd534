// Lists: filters, page tokens, and the way through the names of one kind without reading those of
// others. Functions; for the thread of the reader.
#ifndef NAVE_CATALOG_GOVERNANCE_QUERY_H_
#define NAVE_CATALOG_GOVERNANCE_QUERY_H_

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "catalog/resource_name.h"
#include "store/store.h"

namespace nave::catalog {

inline constexpr size_t kMaxConditions = 16;
// A page ends, even when it is not full, after this many entries were looked at.
inline constexpr size_t kMaxScannedForPage = 20000;

// Conditions joined by AND, each `field = "value"`.
class Filter {
 public:
  // INVALID_QUERY when it is malformed or names a field that the kind does not have.
  static absl::StatusOr<Filter> Parse(const std::string& text,
                                      const google::protobuf::Descriptor* descriptor);
  bool Matches(const google::protobuf::Message& message) const;

 private:
  struct Condition {
    std::string path;
    std::string value;
  };
  std::vector<Condition> conditions_;
};

// A place in a list, bound to what is listed. INVALID_QUERY when a token is of another list.
std::string MakePageToken(const std::string& place, const std::string& query);
absl::StatusOr<std::string> ParsePageToken(const std::string& token, const std::string& query);
// Between 1 and kMaxPageSize; INVALID_QUERY for a negative one.
absl::StatusOr<int> PageSize(int requested);

// Calls `visit` for each entry of a kind below `parent` (an id `-` is any) after the name `place`,
// in order, until it returns false. Returns the name to go on after, when kMaxScannedForPage ended
// it; empty otherwise.
absl::StatusOr<std::string> VisitKind(
    store::Reader& reader, const ResourceType& type, const std::string& parent,
    const std::string& place, absl::FunctionRef<absl::StatusOr<bool>(const store::Entry&)> visit);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_GOVERNANCE_QUERY_H_
