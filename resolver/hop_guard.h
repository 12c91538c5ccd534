// How a question that comes back is recognized (data-plane.md section 3, "loops"). Each Nave
// resolver that forwards a question adds to a private EDNS option a mark of itself, its view and
// the question. Whoever finds its own mark has been here before with this very question, and
// answers SERVFAIL at the first return, however the loop is shaped. A chain that passes one process
// in two views, or once with each name of a chain of CNAMEs, leaves different marks and goes on.
//
// The option (RFC 6891 section 9, local use): one octet, how many Nave resolvers the question has
// passed, then the eight octets of each one's mark, the oldest first. A count alone is understood
// too; anything else is ignored. The count ends what marks cannot see, such as a way through
// resolvers that do not leave any.
//
// A mark is made with a secret of the process. Nobody can make one up, and whoever sends back what
// it has seen, or a high count, fails its own question alone: questions that have passed different
// numbers of resolvers do not share an upstream question, and a loop's failure is cached only for a
// question that came from a client.
// Functions; any thread.
#ifndef NAVE_RESOLVER_HOP_GUARD_H_
#define NAVE_RESOLVER_HOP_GUARD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "lib/dns/edns.h"

namespace nave::resolver {

inline constexpr uint16_t kHopOptionCode = 65313;
// Nave resolvers that one question may pass; more is a loop that planning did not see.
inline constexpr uint8_t kMaxHops = 8;
inline constexpr size_t kHopMarkSize = 8;
// The extended error of a loop (RFC 8914 section 5.2, private use).
inline constexpr auto kLoopError = static_cast<dns::ExtendedErrorCode>(49313);

// At most kMaxHops; one without allocation, which is what nearly all have.
using HopMarks = absl::InlinedVector<uint64_t, 1>;

struct HopTrail {
  uint8_t count = 0;
  HopMarks marks;
};

// The option's octets.
std::string WriteHopTrail(uint8_t count, const HopMarks& marks);
// The trail in the option's octets; an empty one when they are malformed.
HopTrail ReadHopTrail(absl::string_view data);

// The mark of this process for a question, by its hash (HashOfQuestion), in a view.
uint64_t HopMark(uint64_t view_id, uint64_t question_hash);

// The questions under way at targets, of all workers: what comes back may come to another worker.
// Counted without a lock in a table of fixed size by hash, so that one may be taken for another;
// whoever asks knows already that a target asks what would go to it.
inline constexpr size_t kUnderWaySlots = 1 << 16;
void AddUnderWay(uint64_t question_hash);
// REQUIRES: added before.
void RemoveUnderWay(uint64_t question_hash);
bool IsUnderWay(uint64_t question_hash);
// Asks for the memory that the three above need.
void PrefetchUnderWay(uint64_t question_hash);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_HOP_GUARD_H_
