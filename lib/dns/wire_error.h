// Why bytes from the wire could not be read: a small value, no text, no allocation (architecture.md
// section 5). The listener turns any of these into FORMERR or drops the packet. Values; any thread.
#ifndef NAVE_LIB_DNS_WIRE_ERROR_H_
#define NAVE_LIB_DNS_WIRE_ERROR_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace nave::dns {

enum class WireError : uint8_t {
  kOk = 0,
  kTruncated,       // The bytes end before the field does.
  kBadLabel,        // A label type that is neither a label nor a pointer (RFC 1035 section 4.1.4).
  kBadPointer,      // A pointer that does not point backwards, or too many of them.
  kNameTooLong,     // More than 255 octets (RFC 1035 section 2.3.4).
  kTooManyRecords,  // More questions or records than the reader's bound.
  kBadRdata,        // RDATA that does not have the form of its type.
  kBadOpt,          // A second OPT, or one that is not at the root (RFC 6891 section 6.1.1).
  kTrailingBytes,   // Bytes after the last record.
};

// The error in words for logs and test output.
absl::string_view WireErrorName(WireError error);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_WIRE_ERROR_H_
