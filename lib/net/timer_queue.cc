#include "lib/net/timer_queue.h"

#include <algorithm>
#include <utility>

namespace nave::net {
namespace {

// An id is a serial above the number of a slot.
constexpr int kSlotBits = 20;
constexpr uint64_t kSlotMask = (uint64_t{1} << kSlotBits) - 1;
static_assert(TimerQueue::kMaxTimers <= kSlotMask + 1, "slots are numbered in kSlotBits");
// Below it a heap is not worth being cleaned.
constexpr size_t kMinHeap = 64;

}  // namespace

TimerQueue::Id TimerQueue::Add(absl::Time due, Task task) {
  if (size() >= kMaxTimers) return kNone;
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const uint32_t slot = free_.back();
  free_.pop_back();
  const uint64_t serial = ++added_;
  slots_[slot].serial = serial;
  slots_[slot].task = std::move(task);
  heap_.push_back({due, serial, slot});
  std::push_heap(heap_.begin(), heap_.end());
  return serial << kSlotBits | slot;
}

void TimerQueue::Cancel(Id id) {
  const auto slot = static_cast<uint32_t>(id & kSlotMask);
  if (id == kNone || slot >= slots_.size() || slots_[slot].serial != id >> kSlotBits) return;
  // What the task holds goes last: it may cancel or add on its way out.
  const Task task = Empty(slot);
  if (heap_.size() >= kMinHeap && heap_.size() > 2 * size()) DropDead();
}

TimerQueue::Task TimerQueue::Empty(uint32_t slot) {
  slots_[slot].serial = 0;
  free_.push_back(slot);
  return std::exchange(slots_[slot].task, nullptr);
}

absl::Time TimerQueue::NextDue() {
  DropDeadOnTop();
  return heap_.empty() ? absl::InfiniteFuture() : heap_.front().due;
}

TimerQueue::Task TimerQueue::Take(absl::Time now, uint64_t mark) {
  DropDeadOnTop();
  if (heap_.empty() || heap_.front().due > now || heap_.front().serial > mark) return nullptr;
  const uint32_t slot = heap_.front().slot;
  std::pop_heap(heap_.begin(), heap_.end());
  heap_.pop_back();
  return Empty(slot);
}

void TimerQueue::Shift(absl::Duration by) {
  // The order stays.
  for (Entry& entry : heap_) entry.due += by;
}

void TimerQueue::DropDeadOnTop() {
  while (!heap_.empty() && !IsLive(heap_.front())) {
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }
}

void TimerQueue::DropDead() {
  heap_.erase(std::remove_if(heap_.begin(), heap_.end(),
                             [this](const Entry& entry) { return !IsLive(entry); }),
              heap_.end());
  std::make_heap(heap_.begin(), heap_.end());
}

}  // namespace nave::net
