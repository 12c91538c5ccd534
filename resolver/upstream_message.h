// What goes to a target and what comes back, as octets (data-plane.md sections 2 and 3, RFC 5452).
// Functions; any thread.
#ifndef NAVE_RESOLVER_UPSTREAM_MESSAGE_H_
#define NAVE_RESOLVER_UPSTREAM_MESSAGE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/message.h"
#include "lib/dns/name.h"
#include "resolver/forwarder.h"

namespace nave::resolver {

// What a question looks like on the wire, beside the question.
struct QueryForm {
  bool recursion_desired = true;
  // OPT is sent, with DO and the hop count.
  bool edns = true;
  // The letters of the qname in random case, so that a forger must guess it too.
  bool mixed_case = true;
};

// A query with id 0.
std::string BuildQuery(const dns::Question& question, const ForwardOptions& options,
                       const QueryForm& form);
// REQUIRES: at least two octets.
void SetId(uint16_t id, std::string* message);
// REQUIRES: at least two octets.
uint16_t GetId(absl::Span<const uint8_t> message);

enum class ReplyMatch : uint8_t {
  // Not a reply to this query: another id or question, not a response, too short.
  kNo,
  // A FORMERR that is a header only: the server did not get as far as the question.
  kHeaderOnly,
  // The question's name came back in other case.
  kCaseDiffers,
  kExact,
};
ReplyMatch MatchReply(absl::Span<const uint8_t> reply, absl::string_view query);

// The least reply to `query`.
std::string EmptyReply(absl::string_view query, dns::Rcode rcode);
// Writes `name` over the question's name, and so over all that is compressed to it: the random case
// of BuildQuery goes no further. REQUIRES: MatchReply said kExact or kCaseDiffers.
void RestoreCase(const dns::Name& name, std::string* reply);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_UPSTREAM_MESSAGE_H_
