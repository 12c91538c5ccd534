// What a name server must not load, and what it loads though it is seldom meant: one place for the
// rules among the RRsets of a zone. The control plane asks for each change, a zone file for all of
// it. Functions over a ZoneData; any thread.
//
// Refused (a Breach):
//   owner outside the zone                       RFC 1034 section 4.2.1
//   SOA off the apex                             RFC 1035 section 5.2
//   two rdatas of SOA, CNAME, DNAME              RFC 2181 section 10.1, RFC 6672 section 2.4
//   CNAME at the apex, or beside other data      RFC 1034 section 3.6.2, RFC 2181 section 10.1
//   DNAME beside NS, but for the apex            RFC 6672 section 2.3
//   data below a DNAME                           RFC 6672 section 2.4
//   data at or below a cut, but for addresses    RFC 1034 section 4.2.1, RFC 2181 section 6.1
//   DS at the apex                               RFC 4035 section 2.4
//   NS or DNAME at a wildcard                    RFC 4592 sections 4.2 and 4.4
//   an RRset larger than any message             RFC 1035 section 4.2.2
// Warned of (a ZoneWarning): glue that is missing or that nobody needs, targets that are an alias
// or have no address, DS without a delegation.
#ifndef NAVE_LIB_DNS_ZONE_RULES_H_
#define NAVE_LIB_DNS_ZONE_RULES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/dns/name.h"
#include "lib/dns/rrset.h"
#include "lib/dns/type.h"

namespace nave::dns {

// Of a message of kMaxMessageSize octets an RRset may not take all: header, question, OPT
// and its options need room too.
inline constexpr size_t kMessageRoom = 12 + kMaxNameSize + 4 + 256;

// A rule that is broken.
struct Breach {
  std::string rule;  // such as `RFC 6672 section 2.4`
  std::string text;  // what is wrong, for people; names the other RRset where there is one
  // "text (rule)".
  std::string ToText() const;
};

// Something that is allowed and seldom meant.
struct RuleWarning {
  std::string rule;  // such as `missing glue (RFC 1034 section 4.2.1)`
  std::string text;
};

// What stands in a zone. Errors are those of where it is kept.
class ZoneData {
 public:
  virtual ~ZoneData() = default;
  // The types of which an owner has an RRset, in any order.
  virtual absl::StatusOr<std::vector<RRType>> TypesAt(const Name& owner) = 0;
  virtual absl::StatusOr<bool> Has(const Name& owner, RRType type) = 0;
  // The RRset, or nothing.
  virtual absl::StatusOr<std::optional<RRset>> Find(const Name& owner, RRType type) = 0;
};

// SOA, CNAME and DNAME have one rdata (RFC 2181 sections 6.1 and 10.1, RFC 6672 section 2.4).
std::optional<Breach> CheckSingle(const RRset& rrset);
// The RRset alone: where it may stand, and its size.
std::optional<Breach> CheckAlone(const Name& apex, const RRset& rrset);
// The types of one owner beside each other.
std::optional<Breach> CheckTogether(const Name& apex, const Name& owner,
                                    absl::Span<const RRType> types);
// Whether an RRset of `type`, at an owner strictly below `above`, is hidden by the RRset `cover`
// (a DNAME or an NS) that stands there; never for other covers.
std::optional<Breach> CheckBelow(const Name& apex, const Name& above, RRType cover,
                                 const Name& owner, RRType type);

// An RRset of `data` against all that stands beside and above it; what stands below it is the
// caller's to look for, by CheckBelow, when Covers is true. Cost: the labels of the owner.
absl::StatusOr<std::optional<Breach>> CheckInZone(const Name& apex, const Name& owner, RRType type,
                                                  ZoneData& data);
// Whether an RRset forbids things below its owner: a DNAME, or the NS of a delegation.
bool Covers(const Name& apex, const Name& owner, RRType type);

// What is odd about an RRset of `data`.
absl::StatusOr<std::vector<RuleWarning>> WarningsOf(const Name& apex, const RRset& rrset,
                                                    ZoneData& data);
// The cut at or above an owner, the highest one; nothing when the zone is authoritative there.
absl::StatusOr<std::optional<Name>> CutAbove(const Name& apex, const Name& owner, ZoneData& data);

// All of it for the RRsets of a whole zone: INVALID_ARGUMENT names the RRset and the rule. Whether
// SOA and NS must exist is the caller's business.
absl::Status ValidateZone(const Name& apex, absl::Span<const RRset> rrsets);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_ZONE_RULES_H_
