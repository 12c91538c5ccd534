#include "resolver/hop_guard.h"

#include <array>
#include <atomic>

#include "absl/hash/hash.h"
#include "lib/base/random.h"

namespace nave::resolver {
namespace {

std::atomic<uint32_t>& SlotOf(uint64_t question_hash) {
  static std::array<std::atomic<uint32_t>, kUnderWaySlots> slots;
  return slots[question_hash % kUnderWaySlots];
}

}  // namespace

std::string WriteHopTrail(uint8_t count, const HopMarks& marks) {
  std::string data(1 + marks.size() * kHopMarkSize, static_cast<char>(count));
  size_t at = 1;
  for (const uint64_t mark : marks) {
    for (int shift = 56; shift >= 0; shift -= 8) data[at++] = static_cast<char>(mark >> shift);
  }
  return data;
}

HopTrail ReadHopTrail(absl::string_view data) {
  HopTrail trail;
  if (data.size() % kHopMarkSize != 1 || data.size() > 1 + kMaxHops * kHopMarkSize) return trail;
  trail.count = static_cast<uint8_t>(data[0]);
  for (size_t at = 1; at < data.size(); at += kHopMarkSize) {
    uint64_t mark = 0;
    for (size_t i = 0; i < kHopMarkSize; ++i) mark = mark << 8 | static_cast<uint8_t>(data[at + i]);
    trail.marks.push_back(mark);
  }
  return trail;
}

uint64_t HopMark(uint64_t view_id, uint64_t question_hash) {
  static const uint64_t secret = RandomUint64();
  return absl::HashOf(secret, view_id, question_hash);
}

// Alone a count: it orders nothing else.
void AddUnderWay(uint64_t question_hash) {
  SlotOf(question_hash).fetch_add(1, std::memory_order_relaxed);
}

void RemoveUnderWay(uint64_t question_hash) {
  SlotOf(question_hash).fetch_sub(1, std::memory_order_relaxed);
}

bool IsUnderWay(uint64_t question_hash) {
  return SlotOf(question_hash).load(std::memory_order_relaxed) > 0;
}

void PrefetchUnderWay(uint64_t question_hash) { __builtin_prefetch(&SlotOf(question_hash)); }

}  // namespace nave::resolver
