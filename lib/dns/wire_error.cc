#include "lib/dns/wire_error.h"

namespace nave::dns {

absl::string_view WireErrorName(WireError error) {
  switch (error) {
    case WireError::kOk:
      return "ok";
    case WireError::kTruncated:
      return "ends early";
    case WireError::kBadLabel:
      return "unknown label type";
    case WireError::kBadPointer:
      return "compression pointer that is forward, looping or not allowed";
    case WireError::kNameTooLong:
      return "name of more than 255 octets";
    case WireError::kTooManyRecords:
      return "too many questions, records or options";
    case WireError::kBadRdata:
      return "malformed rdata";
    case WireError::kBadOpt:
      return "misplaced OPT record";
    case WireError::kTrailingBytes:
      return "bytes behind the last record";
  }
  return "unknown error";
}

}  // namespace nave::dns
