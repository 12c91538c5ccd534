// Why a name answers as it does: the same walk as for a query, with every step written down and
// nothing sent (data-plane.md section 5). On the thread of the cache that is given.
#ifndef NAVE_RESOLVER_EXPLAIN_H_
#define NAVE_RESOLVER_EXPLAIN_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nave/resolver/v1/explain.pb.h"
#include "resolver/cache.h"
#include "resolver/forwarder.h"
#include "resolver/snapshot.h"

namespace nave::resolver {

// NOT_FOUND for a view that `snapshot` does not have, INVALID_ARGUMENT for a name or type that
// cannot be read. Where a target would have to be asked, the walk ends with the targets in the
// order of asking, as `upstream` describes them, and is not complete.
absl::StatusOr<v1::Explanation> Explain(const v1::Question& question, const Snapshot& snapshot,
                                        const Upstream& upstream, Cache* cache, absl::Time now);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_EXPLAIN_H_
