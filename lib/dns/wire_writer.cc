#include "lib/dns/wire_writer.h"

#include <algorithm>
#include <cstring>

namespace nave::dns {
namespace {

// A pointer has 14 bits (RFC 1035 section 4.1.4).
constexpr size_t kMaxPointer = 0x3FFF;

uint16_t Fold(uint32_t hash) { return static_cast<uint16_t>(hash ^ hash >> 16); }

uint32_t HashLabel(uint32_t hash, const uint8_t* label) {
  for (int i = 0; i <= *label; ++i) hash = (hash ^ ToLowerOctet(label[i])) * 0x01000193u;
  return hash;
}

bool SameLabel(const uint8_t* a, const uint8_t* b) {
  for (int i = 0; i <= *b; ++i) {
    if (a[i] != b[i] && ToLowerOctet(a[i]) != ToLowerOctet(b[i])) return false;
  }
  return true;
}

// Where the suffixes of an uncompressed name begin, and their hashes.
struct HashedSuffixes {
  explicit HashedSuffixes(const uint8_t* wire) {
    for (size_t at = 0; wire[at] != 0; at += 1 + wire[at])
      offsets[count++] = static_cast<uint8_t>(at);
    uint32_t hash = 0x811C9DC5u;
    for (int i = count - 1; i >= 0; --i) {
      hashes[i] = Fold(hash = HashLabel(hash, wire + offsets[i]));
    }
  }
  int count = 0;
  uint8_t offsets[kMaxLabels];
  uint16_t hashes[kMaxLabels];
};

}  // namespace

void WireWriter::WriteBytes(absl::string_view bytes) {
  if (bytes.empty() || !Reserve(bytes.size())) return;
  std::memcpy(buffer_.data() + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
}

void WireWriter::WriteBytes(absl::Span<const uint8_t> bytes) {
  WriteBytes(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

void WireWriter::WriteName(const Name& name) {
  const uint8_t* wire = name.wire().data();
  if (name.IsRoot()) return WriteU8(0);
  if (first_name_ == 0 && target_count_ == 0 && size_ > 0 && size_ <= kMaxPointer) {
    if (!Reserve(name.wire_size())) return;
    first_name_ = size_;
    return WriteBytes(name.wire());
  }
  // Most names are the question's in its case, which is the first one that was written.
  if (first_name_ != 0 && name.wire_size() <= size_ - first_name_ &&
      std::memcmp(buffer_.data() + first_name_, wire, name.wire_size()) == 0) {
    return WriteU16(static_cast<uint16_t>(0xC000 | first_name_));
  }
  if (first_name_ != 0 && target_count_ == 0) AddFirstName();
  const HashedSuffixes suffixes(wire);
  const auto& [count, offsets, hashes] = suffixes;
  size_t pointer = 0;
  int kept = 0;
  while (kept < count && (pointer = FindTarget(wire + offsets[kept], hashes[kept])) == 0) ++kept;
  const size_t prefix = kept < count ? offsets[kept] : name.wire_size();
  if (!Reserve(prefix + (pointer != 0 ? 2 : 0))) return;
  for (int i = 0; i < kept; ++i) AddTarget(size_ + offsets[i], hashes[i]);
  WriteBytes(name.wire().subspan(0, prefix));
  if (pointer != 0) WriteU16(0xC000 | pointer);
}

void WireWriter::AddFirstName() {
  const HashedSuffixes suffixes(buffer_.data() + first_name_);
  for (int i = 0; i < suffixes.count; ++i) {
    AddTarget(first_name_ + suffixes.offsets[i], suffixes.hashes[i]);
  }
}

size_t WireWriter::FindTarget(const uint8_t* suffix, uint16_t hash) const {
  for (size_t i = 0; i < target_count_; ++i) {
    if (targets_[i].hash == hash && MatchesAt(targets_[i].offset, suffix))
      return targets_[i].offset;
  }
  return 0;
}

bool WireWriter::MatchesAt(size_t offset, const uint8_t* suffix) const {
  const uint8_t* at = buffer_.data() + offset;
  while (true) {
    // The pointers are our own: backwards, so this ends.
    while ((*at & 0xC0) == 0xC0) at = buffer_.data() + ((at[0] & 0x3F) << 8 | at[1]);
    if (*at != *suffix || !SameLabel(at, suffix)) return false;
    if (*at == 0) return true;
    suffix += 1 + *suffix;
    at += 1 + *at;
  }
}

void WireWriter::AddTarget(size_t offset, uint16_t hash) {
  if (target_count_ == kMaxTargets || offset > kMaxPointer || offset == 0) return;
  targets_[target_count_++] = {hash, static_cast<uint16_t>(offset)};
}

void WireWriter::RollBack(const Mark& mark) {
  size_ = mark.size;
  target_count_ = mark.targets;
  if (first_name_ >= size_) first_name_ = 0;
  full_ = false;
}

void WireWriter::set_limit(size_t limit) { limit_ = std::clamp(limit, size_, buffer_.size()); }

}  // namespace nave::dns
