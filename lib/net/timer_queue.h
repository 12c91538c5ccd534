// The timers of an event loop by due time. Most timers are cancelled long before they are due, so
// setting and cancelling one costs the same however many there are. On the loop's thread.
#ifndef NAVE_LIB_NET_TIMER_QUEUE_H_
#define NAVE_LIB_NET_TIMER_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/time/time.h"

namespace nave::net {

class TimerQueue {
 public:
  using Id = uint64_t;
  using Task = std::function<void()>;
  static constexpr Id kNone = 0;
  static constexpr size_t kMaxTimers = 1u << 20;

  // kNone, and the task is dropped, above kMaxTimers.
  Id Add(absl::Time due, Task task);
  // Nothing if the timer was taken or never was.
  void Cancel(Id id);

  // Timers that were added and neither taken nor cancelled.
  size_t size() const { return slots_.size() - free_.size(); }
  // When the first one is due; the infinite future if there is none.
  absl::Time NextDue();
  // Timers that were ever added: a mark for Take.
  uint64_t added() const { return added_; }
  // Takes the first timer out if it is due and was added before `mark`; else null. Timers of the
  // same time come in the order in which they were added.
  Task Take(absl::Time now, uint64_t mark);
  // All are due so much later.
  void Shift(absl::Duration by);

 private:
  struct Slot {
    uint64_t serial = 0;  // 0: free.
    Task task;
  };
  struct Entry {
    absl::Time due;
    uint64_t serial;
    uint32_t slot;

    // For a heap with the first one on top.
    friend bool operator<(const Entry& a, const Entry& b) {
      return a.due != b.due ? a.due > b.due : a.serial > b.serial;
    }
  };

  bool IsLive(const Entry& entry) const { return slots_[entry.slot].serial == entry.serial; }
  // Frees the slot.
  Task Empty(uint32_t slot);
  void DropDeadOnTop();
  void DropDead();

  std::vector<Entry> heap_;  // Those of cancelled timers stay until they are half of it.
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  uint64_t added_ = 0;
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_TIMER_QUEUE_H_
