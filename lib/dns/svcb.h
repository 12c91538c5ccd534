// The parameters of SVCB and HTTPS (RFC 9460 section 2): key=value in the text, key, length and
// value on the wire, in ascending order of keys. Functions; any thread.
#ifndef NAVE_LIB_DNS_SVCB_H_
#define NAVE_LIB_DNS_SVCB_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/lexer.h"

namespace nave::dns {

// Of one record: more do not fit into 65535 octets.
inline constexpr size_t kMaxSvcParams = 16384;

// Tokens -> wire. INVALID_ARGUMENT: unknown or repeated key, a value that is not of its key's form,
// a mandatory key that is missing.
absl::StatusOr<std::string> SvcParamsFromTokens(absl::Span<const Token> tokens);
// Wire -> text, each parameter with a space in front. False if a parameter does not have the form
// of its key; then the caller uses RFC 3597 form.
bool AppendSvcParamsText(absl::string_view wire, std::string* text);
// True if keys ascend strictly and lengths fit. Values are not looked at: a forwarder passes on
// what it does not know.
bool CheckSvcParams(absl::string_view wire);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_SVCB_H_
