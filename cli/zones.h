// Zones as people name them, and their record sets in the two forms: of the API and of zone files.
// For the thread of the session.
#ifndef NAVE_CLI_ZONES_H_
#define NAVE_CLI_ZONES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/control_plane.h"
#include "lib/dns/name.h"
#include "lib/dns/rrset.h"
#include "nave/dns/v1/record_set.pb.h"

namespace nave::cli {

struct ZoneRef {
  std::string name;  // such as `accounts/spoke1/zones/spoke1`
  dns::Name apex;
};

// The zone of a resource name, of an apex, or, with an account, of an id or apex in it. A usage
// error when none or several fit.
absl::StatusOr<ZoneRef> FindZone(ControlPlane& control_plane, const std::string& zone,
                                 const std::string& account);

// `www` and `@` stand below the apex; a final dot, or the apex at its end, makes it absolute. A
// usage error when it is malformed or outside the zone.
absl::StatusOr<dns::Name> OwnerOf(const ZoneRef& zone, const std::string& text);

// The resource name of an RRset.
std::string RecordSetName(const ZoneRef& zone, const dns::Name& owner, dns::RRType type);

// REQUIRES: the owner is in the zone.
nave::dns::v1::RecordSet ToRecordSet(const ZoneRef& zone, const dns::RRset& rrset);
// INTERNAL when the server sent what is no RRset.
absl::StatusOr<dns::RRset> ToRRset(const nave::dns::v1::RecordSet& record_set);

absl::StatusOr<std::vector<nave::dns::v1::RecordSet>> ListRecordSets(ControlPlane& control_plane,
                                                                     const std::string& zone);

}  // namespace nave::cli

#endif  // NAVE_CLI_ZONES_H_
