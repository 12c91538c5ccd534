// A domain name: its wire form, its presentation form and its order (data-plane.md section 1).
//
// A Name keeps the case it was given and compares without it (RFC 4343). Names up to kInlineSize
// octets need no allocation. A moved-from Name may only be assigned to or destroyed. Values; any
// thread.
#ifndef NAVE_LIB_DNS_NAME_H_
#define NAVE_LIB_DNS_NAME_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/dns/wire_error.h"

namespace nave::dns {

// RFC 1035 section 2.3.4.
inline constexpr size_t kMaxNameSize = 255;
inline constexpr size_t kMaxLabelSize = 63;
inline constexpr size_t kMaxLabels = 127;
// A legal name has at most 127 labels; a name that needs more pointers than this was made to cost
// us time.
inline constexpr int kMaxPointerHops = 127;

// ASCII only, as RFC 4343 wants; independent of the locale.
inline constexpr uint8_t ToLowerOctet(uint8_t c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

// Of eight octets at once: bit 7 of each that is one of the 26 letters from `first` ('A' or 'a')
// on.
inline constexpr uint64_t LettersFrom(char first, uint64_t octets) {
  constexpr uint64_t kEach = 0x0101010101010101;
  const uint64_t low_bits = octets & 0x7f * kEach;
  const uint64_t from_first = low_bits + static_cast<uint64_t>(0x80 - first) * kEach;
  const uint64_t beyond_last = low_bits + static_cast<uint64_t>(0x80 - 26 - first) * kEach;
  return ~octets & (from_first ^ beyond_last) & 0x80 * kEach;
}

// `size` octets in lower case; `from` and `to` may be the same, else they do not overlap.
void ToLowerOctets(const uint8_t* from, size_t size, uint8_t* to);

class Name {
 public:
  static constexpr size_t kInlineSize = 46;

  // The labels of a name, leftmost first, the root label left out. Each is raw octets, valid while
  // the Name lives.
  class LabelIterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = absl::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const absl::string_view*;
    using reference = absl::string_view;

    LabelIterator() = default;
    explicit LabelIterator(const uint8_t* at) : at_(at) {}
    absl::string_view operator*() const {
      return absl::string_view(reinterpret_cast<const char*>(at_ + 1), *at_);
    }
    LabelIterator& operator++() {
      at_ += 1 + *at_;
      return *this;
    }
    LabelIterator operator++(int) {
      LabelIterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(LabelIterator a, LabelIterator b) { return a.at_ == b.at_; }
    friend bool operator!=(LabelIterator a, LabelIterator b) { return a.at_ != b.at_; }

   private:
    const uint8_t* at_ = nullptr;
  };
  struct LabelRange {
    LabelIterator first, last;
    LabelIterator begin() const { return first; }
    LabelIterator end() const { return last; }
  };

  // The root.
  Name() : wire_{0} {}
  Name(const Name&) = default;
  Name(Name&&) = default;
  // By way of a copy, which is made in one piece; an InlinedVector would assign octet by octet.
  Name& operator=(const Name& other) { return *this = Name(other); }
  Name& operator=(Name&&) = default;

  // Presentation form, RFC 1035 section 5.1: escapes \DDD and \X, "." for the root. The final dot
  // may be left out: the name is absolute all the same. INVALID_ARGUMENT: empty text or label,
  // label or name too long, bad escape.
  static absl::StatusOr<Name> FromText(absl::string_view text);
  // As FromText, but text without a final dot is relative to `origin`, and "@" is `origin`.
  static absl::StatusOr<Name> FromText(absl::string_view text, const Name& origin);

  // Reads the name at `*offset` of `message` and sets `*offset` behind it. Follows compression
  // pointers that point strictly backwards, at most kMaxPointerHops. On error `*name` and `*offset`
  // are unspecified.
  static WireError FromWire(absl::Span<const uint8_t> message, size_t* offset, Name* name);
  // Reads an uncompressed name at the start of `wire`; `*size` is how many octets it took (may be
  // null). A pointer is kBadPointer.
  static WireError FromUncompressed(absl::string_view wire, size_t* size, Name* name);

  // Presentation form with the final dot, case as given. Octets that are not printable come as
  // \DDD.
  std::string ToText() const;
  // Lower-case presentation form: equal names have equal keys.
  std::string ToKey() const;

  // Length octets, labels and the root's zero; never compressed.
  absl::Span<const uint8_t> wire() const { return absl::MakeConstSpan(wire_); }
  absl::string_view wire_view() const {
    return absl::string_view(reinterpret_cast<const char*>(wire_.data()), wire_.size());
  }
  size_t wire_size() const { return wire_.size(); }
  // Octets on the heap.
  size_t AllocatedSize() const { return wire_.capacity() > kInlineSize ? wire_.capacity() : 0; }
  bool IsRoot() const { return wire_.size() == 1; }
  // Without the root label: 0 for the root, 2 for "example.com.".
  int label_count() const { return labels_; }
  LabelRange labels() const {
    return {LabelIterator(wire_.data()), LabelIterator(wire_.data() + wire_.size() - 1)};
  }
  // The leftmost label. REQUIRES: not the root.
  absl::string_view first_label() const { return *labels().begin(); }

  // The name without its leftmost label; the root's parent is the root.
  Name Parent() const;
  // The last `count` labels. REQUIRES: 0 <= count <= label_count().
  Name Suffix(int count) const;
  // True if this is `other` or below it.
  bool IsSubdomainOf(const Name& other) const;
  // True if below `other` and not `other` itself.
  bool IsStrictSubdomainOf(const Name& other) const {
    return labels_ > other.labels_ && IsSubdomainOf(other);
  }
  // How many labels both names share, counted from the root.
  int CommonLabels(const Name& other) const;

  // `label` (raw octets, 1 to 63) in front of this name; nothing if it does not fit.
  std::optional<Name> Child(absl::string_view label) const;
  // True if the leftmost label is "*" (RFC 4592 section 2.1.1).
  bool IsWildcard() const { return wire_.size() > 2 && wire_[0] == 1 && wire_[1] == '*'; }
  // "*." in front of this name; nothing if it does not fit.
  std::optional<Name> Wildcard() const { return Child("*"); }
  // `old_suffix` replaced by `new_suffix`, as DNAME does (RFC 6672 section 2.2); nothing if the
  // result is too long (answer YXDOMAIN) or this is not below `old_suffix`.
  std::optional<Name> ReplaceSuffix(const Name& old_suffix, const Name& new_suffix) const;
  // The same name in lower case.
  Name ToLower() const;

  // Canonical order, RFC 4034 section 6.1: <0, 0 or >0.
  int Compare(const Name& other) const;
  bool EqualsWithCase(const Name& other) const { return wire_view() == other.wire_view(); }

  friend bool operator==(const Name& a, const Name& b) {
    return a.wire_.size() == b.wire_.size() &&
           EqualsIgnoreCase(a.wire_.data(), b.wire_.data(), a.wire_.size());
  }
  friend bool operator!=(const Name& a, const Name& b) { return !(a == b); }
  friend bool operator<(const Name& a, const Name& b) { return a.Compare(b) < 0; }
  template <typename H>
  friend H AbslHashValue(H h, const Name& name) {
    uint8_t lower[kMaxNameSize];
    const size_t size = name.LowerInto(lower);
    return H::combine_contiguous(std::move(h), lower, size);
  }
  friend std::ostream& operator<<(std::ostream& os, const Name& name) {
    return os << name.ToText();
  }

 private:
  // Length octets are below 'A', so one pass over the whole wire form is right.
  static bool EqualsIgnoreCase(const uint8_t* a, const uint8_t* b, size_t size);
  static absl::StatusOr<Name> ParseText(absl::string_view text, const Name* origin);
  size_t LowerInto(uint8_t* out) const;
  // `octets` are none of this name's. In one piece, as operator= does it.
  void SetWire(const uint8_t* octets, size_t size);
  // Where the last `count` labels start in the wire form.
  size_t SuffixOffset(int count) const;

  absl::InlinedVector<uint8_t, kInlineSize> wire_;
  uint8_t labels_ = 0;
};

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_NAME_H_
