// Rdata in its three forms (A, AAAA, NS, CNAME, DNAME, SOA, PTR, MX, TXT, SRV, CAA, NAPTR, SVCB,
// HTTPS, TLSA, SSHFP, DS and their like; every other type by RFC 3597):
//   text   presentation form, "10 mail.example.com."
//   rdata  uncompressed wire form in a std::string: what the rest of Nave keeps
//   wire   as found in or written to a message, names perhaps compressed
// One table (rdata_layout.h) says which fields each type has; these functions walk it. Functions;
// any thread.
#ifndef NAVE_LIB_DNS_RDATA_H_
#define NAVE_LIB_DNS_RDATA_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/lexer.h"
#include "lib/dns/name.h"
#include "lib/dns/type.h"
#include "lib/dns/wire_error.h"
#include "lib/dns/wire_reader.h"
#include "lib/dns/wire_writer.h"

namespace nave::dns {

inline constexpr size_t kMaxRdataSize = 65535;

// text -> rdata. Names without a final dot are relative to `origin`. Every type also takes the form
// of RFC 3597 section 5, "\# 4 C0000201"; a type without a layout takes only that. INVALID_ARGUMENT
// says which field is wrong.
absl::StatusOr<std::string> RdataFromText(RRType type, absl::string_view text,
                                          const Name& origin = Name());
// The same for tokens that a zone file reader already has.
absl::StatusOr<std::string> RdataFromTokens(RRType type, absl::Span<const Token> tokens,
                                            const Name& origin);

// rdata -> text on one line. Rdata that is malformed for its type comes in the form of RFC 3597.
std::string RdataToText(RRType type, absl::string_view rdata);

// OK if `rdata` has the form of its type; always OK for types without a layout.
WireError CheckRdata(RRType type, absl::string_view rdata);
// The same as a status, for control-plane callers.
absl::Status ValidateRdata(RRType type, absl::string_view rdata);

// wire -> rdata: takes `size` octets at the reader's place, names decompressed where the type is
// one whose names may be compressed on the wire (RFC 3597 section 4), and checked. What is returned
// is in the message, or in `*buffer` for rdata with names. The error is in the reader.
absl::string_view ReadRdata(RRType type, size_t size, WireReader* reader, std::string* buffer);
// rdata -> wire: the rdata's names compressed for the types of RFC 1035 only (RFC 3597 section 4),
// RDLENGTH not included. REQUIRES: CheckRdata is kOk, or the type has no names; otherwise the
// octets are written as they are.
void WriteRdata(RRType type, absl::string_view rdata, WireWriter* writer);

// The rdata with its names in lower case for the types of RFC 4034 section 6.2, to compare and to
// sort by.
std::string CanonicalRdata(RRType type, absl::string_view rdata);

// The first name in the rdata: target of NS, CNAME, DNAME, PTR, MX, SRV, SVCB, HTTPS; MNAME of SOA.
// Nothing if the type has none.
std::optional<Name> RdataTarget(RRType type, absl::string_view rdata);

// SOA's fields that resolvers and publishers need (RFC 1035 section 3.3.13).
struct Soa {
  Name mname;
  Name rname;
  uint32_t serial = 0;
  uint32_t refresh_seconds = 0;
  uint32_t retry_seconds = 0;
  uint32_t expire_seconds = 0;
  uint32_t minimum_seconds = 0;
};
std::optional<Soa> ParseSoa(absl::string_view rdata);
std::string MakeSoa(const Soa& soa);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_RDATA_H_
