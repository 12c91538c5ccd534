// What resolvers serve of some VPCs, as one message: a file that a resolver can serve without a
// control plane. Functions over a reader; any thread.
#ifndef NAVE_CATALOG_PUBLISH_SNAPSHOT_EXPORT_H_
#define NAVE_CATALOG_PUBLISH_SNAPSHOT_EXPORT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nave/resolver/v1/snapshot.pb.h"
#include "store/store.h"

namespace nave::catalog {

// More than this is no message of the API any more.
inline constexpr size_t kMaxExportBytes = size_t{60} << 20;

// The views of the VPCs, with all that they need, at the reader's revision; listeners name no other
// view. NOT_FOUND for a VPC that is not there; LIMIT_REACHED beyond kMaxExportBytes.
absl::StatusOr<resolver::v1::Snapshot> ExportSnapshot(store::Reader& reader,
                                                      const std::vector<std::string>& vpcs);

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_SNAPSHOT_EXPORT_H_
