// Internationalized names (RFC 5890 to 5893, UTS 46): letters of every script in a name become the
// ASCII that the DNS carries, `bücher.example` -> `xn--bcher-kva.example`. Nave converts where
// people's texts come in: the API's fields and names, the command line, Terraform. Everything
// behind that, Name::FromText included, knows octets alone. The door of libidn2. Functions; any
// thread.
//
// - Non-transitional: `ß` stays a letter of its own.
// - A label of ASCII is left as it is: underscores, `*`, escapes, and an `xn--` label that no
//   letters stand for, which is a legal name all the same.
// - Labels of mixed scripts are taken: which scripts may meet is a matter of who gives names away.
#ifndef NAVE_LIB_DNS_IDNA_H_
#define NAVE_LIB_DNS_IDNA_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/dns/name.h"
#include "lib/dns/type.h"

namespace nave::dns {

// Of a text before conversion; a longer one is no name.
inline constexpr size_t kMaxUnicodeNameSize = 1024;

// The text with each label that is not ASCII in its A-label. INVALID_ARGUMENT with the label and
// the reason: no UTF-8, a character that names may not have (emoji among them), the rules of
// right-to-left labels, a label too long.
absl::StatusOr<std::string> ToAsciiName(absl::string_view text);

// Name::FromText of it.
absl::StatusOr<Name> NameFromUnicode(absl::string_view text);
absl::StatusOr<Name> NameFromUnicode(absl::string_view text, const Name& origin);

// Rdata in presentation form, the names in it in ASCII, for the types whose rdata is names and
// numbers: NS, CNAME, DNAME, PTR, MX, SRV and their like. Other rdata comes back as it is.
absl::StatusOr<std::string> ToAsciiRdata(RRType type, absl::string_view text);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_IDNA_H_
