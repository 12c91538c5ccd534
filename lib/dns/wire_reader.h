// A cursor over bytes from the wire whose error sticks: after the first failure every read gives
// zero or nothing, so a caller reads a whole structure and asks once (data-plane.md section 1). Not
// shared between threads.
#ifndef NAVE_LIB_DNS_WIRE_READER_H_
#define NAVE_LIB_DNS_WIRE_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/name.h"
#include "lib/dns/octets.h"
#include "lib/dns/wire_error.h"

namespace nave::dns {

// The octets of a string, as the readers want them.
inline absl::Span<const uint8_t> ToOctets(absl::string_view s) {
  return absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(s.data()), s.size());
}
inline absl::string_view ToStringView(absl::Span<const uint8_t> octets) {
  return absl::string_view(reinterpret_cast<const char*>(octets.data()), octets.size());
}

class WireReader {
 public:
  // `message` must outlive the reader. Compression pointers count from its start.
  explicit WireReader(absl::Span<const uint8_t> message)
      : message_(message), end_(message.size()) {}
  explicit WireReader(absl::string_view message) : WireReader(ToOctets(message)) {}

  // Network order; 0 and kTruncated when the bytes end.
  uint8_t ReadU8() { return Take(1) ? message_[offset_ - 1] : 0; }
  uint16_t ReadU16() { return Take(2) ? LoadU16(message_.data() + offset_ - 2) : 0; }
  uint32_t ReadU32() { return Take(4) ? LoadU32(message_.data() + offset_ - 4) : 0; }
  // `size` octets, valid while the message lives; empty on error.
  absl::string_view ReadBytes(size_t size) {
    if (!Take(size)) return {};
    return ToStringView(message_.subspan(offset_ - size, size));
  }
  // A length octet and that many octets (RFC 1035 section 3.3 <character-string>).
  absl::string_view ReadCharacterString();
  // A name with its compression resolved; the root on error.
  Name ReadName();
  // Moves over a compression pointer to this place of the message, if one is next.
  bool SkipPointerTo(size_t offset);
  // Moves over these octets, if they are next.
  bool SkipBytes(absl::string_view octets);
  // A name in which a pointer is an error.
  Name ReadUncompressedName();
  // All octets up to the end or the limit.
  absl::string_view ReadRest() { return ReadBytes(remaining()); }

  // A reader of the next `size` octets, whose names still resolve in the whole message; this reader
  // moves behind them. kTruncated in both if there are fewer.
  WireReader Sub(size_t size);

  void Fail(WireError error) {
    if (error_ == WireError::kOk) error_ = error;
  }
  bool ok() const { return error_ == WireError::kOk; }
  WireError error() const { return error_; }
  size_t offset() const { return offset_; }
  size_t remaining() const { return ok() ? end_ - offset_ : 0; }
  bool AtEnd() const { return remaining() == 0; }
  absl::Span<const uint8_t> message() const { return message_; }

 private:
  // Moves `size` octets on; false, and kTruncated, if there are fewer.
  bool Take(size_t size) {
    if (!ok()) return false;
    if (size > end_ - offset_) {
      Fail(WireError::kTruncated);
      return false;
    }
    offset_ += size;
    return true;
  }

  absl::Span<const uint8_t> message_;
  size_t offset_ = 0;
  size_t end_;
  WireError error_ = WireError::kOk;
};

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_WIRE_READER_H_
