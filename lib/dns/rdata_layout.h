// The one table of what is inside the rdata of each type. rdata_text.cc, rdata_format.cc and
// rdata_wire.cc walk it; a new type is a new row. Functions; any thread.
#ifndef NAVE_LIB_DNS_RDATA_LAYOUT_H_
#define NAVE_LIB_DNS_RDATA_LAYOUT_H_

#include <cstddef>
#include <cstdint>

#include "lib/dns/type.h"

namespace nave::dns {

enum class RdataField : uint8_t {
  kEnd = 0,
  kU8,
  kU16,
  kU32,
  kSeconds,  // 32 bits; the text may have units, "1h30m".
  kIpv4,
  kIpv6,
  // A name of an RFC 1035 type: compressed when written, decompressed when read (RFC 3597 section
  // 4).
  kNameCompressible,
  // A name that others may have compressed, and we do not.
  kNameDecompressible,
  // A name that must not be compressed: a pointer is an error (RFC 9460 section 2.2).
  kNamePlain,
  kString,      // <character-string>.
  kStrings,     // One <character-string> or more, to the end.
  kTag,         // CAA's tag: a length octet and letters and digits (RFC 8659 section 4.1).
  kQuotedRest,  // Octets to the end, one quoted string in the text (CAA, URI).
  kHexRest,     // Octets to the end, hexadecimal in the text; spaces allowed.
  kBase64Rest,
  kSvcParams,  // RFC 9460 section 2.1.
};

struct RdataLayout {
  static constexpr size_t kMaxFields = 8;
  RRType type;
  // Up to the first kEnd.
  RdataField fields[kMaxFields];
};

// The layout of a type, or null for one that only has the form of RFC 3597.
const RdataLayout* FindRdataLayout(RRType type);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_RDATA_LAYOUT_H_
