// Names that mean nothing outside of a machine or a site, and that the recursive resolvers of a
// view are therefore never asked for: localhost and the special-use names (RFC 6761, RFC 6762, RFC
// 7686, RFC 8375, RFC 9476), the reverse zones of private addresses (RFC 6303, RFC 7793). Each is a
// zone that all views share, as RFC 6303 section 3 has it.
//
// A view's own zone, FORWARD rule or RECURSIVE rule for such a name comes first (view.h). Functions
// over a table that is made once; any thread.
#ifndef NAVE_RESOLVER_SPECIAL_NAMES_H_
#define NAVE_RESOLVER_SPECIAL_NAMES_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "resolver/suffixes.h"
#include "resolver/zone.h"

namespace nave::resolver {

struct SpecialName {
  std::shared_ptr<const Zone> zone;
  // Which RFC and section says so; for people.
  absl::string_view authority;
  // The apex is delegated in the public tree, without a signature: its DS, or the proof that there
  // is none, is asked for as any name is, or a validating client calls our answers bogus (RFC 8375
  // section 4, item 4).
  bool is_delegated = false;
};

// The special name that the last `labels` labels of `qname` are at or below; null if there is none.
const SpecialName* FindSpecialName(const Suffixes& qname, int labels);

// All of them, in no order.
absl::Span<const SpecialName> AllSpecialNames();

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_SPECIAL_NAMES_H_
