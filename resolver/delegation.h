// The name servers of a cut in one of our zones as targets (data-plane.md section 3: RD=1 follows
// delegations inside the view). Function; any thread.
#ifndef NAVE_RESOLVER_DELEGATION_H_
#define NAVE_RESOLVER_DELEGATION_H_

#include <memory>

#include "lib/dns/rrset.h"
#include "resolver/target_group.h"
#include "resolver/view.h"
#include "resolver/zone.h"

namespace nave::resolver {

// Addresses of the NS targets: glue of `zone`, else what the view's own zones say. At most
// kMaxTargetsPerGroup; none if nothing here knows an address. Groups with the same addresses have
// the same id, and none that a rule's group has.
std::shared_ptr<const TargetGroup> MakeDelegationGroup(const View& view, const Zone& zone,
                                                       const dns::RRset& ns);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_DELEGATION_H_
