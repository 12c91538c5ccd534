// Reading a zone file into a zone: the difference to what stands there, in batches of bounded size.
// The difference is pure; the rest is for the thread of the session.
#ifndef NAVE_CLI_ZONE_IMPORT_H_
#define NAVE_CLI_ZONE_IMPORT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cli/command.h"
#include "cli/zones.h"
#include "nave/dns/v1/record_set.pb.h"

namespace nave::cli {

// Of one batch: what the API takes.
inline constexpr size_t kMaxChangesPerBatch = 1000;
// Well below the largest request that a server takes.
inline constexpr size_t kMaxBatchBytes = 2u << 20;

// What the zone needs to hold `wanted`: deletions first, since a CNAME may take the place of other
// data. Equal record sets are left out; others that stand there are deleted only with `replace`,
// and SOA and NS of the apex never.
std::vector<dns::v1::RecordChange> ChangesToImport(const ZoneRef& zone,
                                                   const std::vector<dns::RRset>& wanted,
                                                   const std::vector<dns::v1::RecordSet>& present,
                                                   bool replace);

// The changes in order, in batches within both bounds.
std::vector<dns::v1::ApplyChangeBatchRequest> BatchesOf(
    const std::string& zone, const std::vector<dns::v1::RecordChange>& changes);

struct ImportFlags {
  std::string zone;
  std::string account;
  std::string file;  // `-` for standard input
  bool dry_run = false;
  bool replace = false;
  bool with_apex = false;
  bool lenient = false;  // an RRset of several TTLs gets the smallest
};

// Imports, or shows what it would do.
absl::Status RunZoneImport(Session& session, const ImportFlags& flags);

}  // namespace nave::cli

#endif  // NAVE_CLI_ZONE_IMPORT_H_
