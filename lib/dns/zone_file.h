// Zone files, read and written (RFC 1035 section 5, RFC 2308 section 4 for $TTL). $INCLUDE and
// $GENERATE are refused: the text that comes over an API has no directory to look in. Functions;
// any thread.
#ifndef NAVE_LIB_DNS_ZONE_FILE_H_
#define NAVE_LIB_DNS_ZONE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/name.h"
#include "lib/dns/rrset.h"

namespace nave::dns {

// Bounds of one file.
inline constexpr size_t kMaxZoneFileSize = 64u << 20;
inline constexpr size_t kMaxZoneFileRecords = 1u << 20;
// Words of one record with its continuation lines: the longest rdata, as empty strings, and what
// stands before it.
inline constexpr size_t kMaxTokensPerEntry = 65536 + 8;
// Of one file; later ones are dropped.
inline constexpr size_t kMaxZoneFileWarnings = 100;

struct ZoneFileOptions {
  // What relative names stand below until $ORIGIN says otherwise.
  Name origin;
  // For records before any TTL; without it, SOA's MINIMUM counts (RFC 1035), and without SOA it is
  // an error.
  std::optional<uint32_t> default_ttl;
  // Refuses an RRset whose records have different TTLs, with both lines (RFC 2181 section 5.2). Not
  // for RRSIG, whose TTLs are those of what they sign (RFC 4034 section 3).
  bool refuse_mixed_ttls = false;
  // Smaller bounds for callers that need them.
  size_t max_size = kMaxZoneFileSize;
  size_t max_records = kMaxZoneFileRecords;
};

struct ZoneFile {
  std::vector<RRset> rrsets;  // In order of first appearance.
  // "line 12: ...": duplicates dropped, TTLs of one RRset made equal to the smallest (RFC 2181
  // section 5.2) where they are not refused.
  std::vector<std::string> warnings;
};

// INVALID_ARGUMENT "line 7: ..." for the first thing wrong; RESOURCE_EXHAUSTED for a bound
// exceeded.
absl::StatusOr<ZoneFile> ReadZoneFile(absl::string_view text, const ZoneFileOptions& options);

// A file that ReadZoneFile takes: $ORIGIN, then SOA and the apex, then the rest in canonical order,
// one record a line, absolute owners, TTL on every line.
std::string WriteZoneFile(const Name& apex, absl::Span<const RRset> rrsets);

// "3600", "1h30m", "2w" (BIND's units w d h m s, any case) in seconds; nothing if malformed or
// above 31 bits.
std::optional<uint32_t> ParseTtl(absl::string_view text);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_ZONE_FILE_H_
