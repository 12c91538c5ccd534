// Who could have decided a name in a view, and why each did or did not (product.md section 6):
// what `explain` shows beside a decision. Function; any thread.
#ifndef NAVE_RESOLVER_CANDIDATES_H_
#define NAVE_RESOLVER_CANDIDATES_H_

#include <vector>

#include "absl/types/span.h"
#include "resolver/trace.h"
#include "resolver/view.h"

namespace nave::resolver {

// Every zone and rule of `view` at or above the name, the longest suffix first and the rule before
// the zone of the same name; then what is built in for the name, then the recursive resolvers.
// `decision` is the outcome, `fallen` the zones that fell back on the way to it. At most one is
// chosen; none if nothing decides.
std::vector<Candidate> ListCandidates(const View& view, const dns::Name& name,
                                      const Decision& decision,
                                      absl::Span<const Zone* const> fallen);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_CANDIDATES_H_
