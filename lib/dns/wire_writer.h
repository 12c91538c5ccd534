// Writes a message into a caller's buffer, with name compression, up to a limit (data-plane.md
// section 1).
//
// The first write that does not fit makes the writer full: it and all later writes change nothing,
// until RollBack. That is how truncation works: mark, write an RRset, and roll back if full(). Not
// shared between threads.
#ifndef NAVE_LIB_DNS_WIRE_WRITER_H_
#define NAVE_LIB_DNS_WIRE_WRITER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/name.h"
#include "lib/dns/octets.h"

namespace nave::dns {

class WireWriter {
 public:
  // How many places in the message a name may be compressed to; later names still compress against
  // these.
  static constexpr size_t kMaxTargets = 96;

  struct Mark {
    size_t size = 0;
    size_t targets = 0;
  };

  // The message starts at the first octet of `buffer`, which must outlive the writer.
  explicit WireWriter(absl::Span<uint8_t> buffer) : buffer_(buffer), limit_(buffer.size()) {}

  void WriteU8(uint8_t value) {
    if (Reserve(1)) buffer_[size_++] = value;
  }
  void WriteU16(uint16_t value) {
    if (!Reserve(2)) return;
    StoreU16(value, buffer_.data() + size_);
    size_ += 2;
  }
  void WriteU32(uint32_t value) {
    if (!Reserve(4)) return;
    StoreU32(value, buffer_.data() + size_);
    size_ += 4;
  }
  void WriteBytes(absl::string_view bytes);
  void WriteBytes(absl::Span<const uint8_t> bytes);
  // The name, its longest known suffix as a pointer (RFC 1035 section 4.1.4); its own suffixes
  // become targets.
  void WriteName(const Name& name);
  // Overwrites two octets written before. REQUIRES: offset + 2 <= size().
  void PatchU16(size_t offset, uint16_t value) { StoreU16(value, buffer_.data() + offset); }

  Mark mark() const { return {size_, target_count_}; }
  // Forgets all that was written since `mark`, and that the writer was full.
  void RollBack(const Mark& mark);
  // Lowers or raises the limit, never above the buffer or below size(). To keep room for OPT:
  // lower, write, raise.
  void set_limit(size_t limit);

  size_t size() const { return size_; }
  size_t limit() const { return limit_; }
  size_t room() const { return limit_ - size_; }
  bool full() const { return full_; }
  absl::Span<const uint8_t> written() const { return buffer_.subspan(0, size_); }

 private:
  struct Target {
    uint16_t hash;
    uint16_t offset;
  };

  bool Reserve(size_t size) {
    if (!full_ && size <= limit_ - size_) return true;
    full_ = true;
    return false;
  }
  // Offset of a suffix equal to `suffix` (uncompressed wire form), or 0 if there is none.
  size_t FindTarget(const uint8_t* suffix, uint16_t hash) const;
  // Makes targets of the first name, which waited for a second one.
  void AddFirstName();
  bool MatchesAt(size_t offset, const uint8_t* suffix) const;
  void AddTarget(size_t offset, uint16_t hash);

  absl::Span<uint8_t> buffer_;
  size_t limit_;
  size_t size_ = 0;
  size_t target_count_ = 0;
  // Where the first name stands that was written, uncompressed; 0: none yet.
  size_t first_name_ = 0;
  bool full_ = false;
  Target targets_[kMaxTargets];
};

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_WIRE_WRITER_H_
