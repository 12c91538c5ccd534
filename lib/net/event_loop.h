// One thread's loop over epoll: file descriptors, timers, and tasks that other threads post
// (data-plane.md section 1). All calls on the loop's own thread, except Post and Stop, which any
// thread may call. Before Run, the thread that made the loop counts as its own.
#ifndef NAVE_LIB_NET_EVENT_LOOP_H_
#define NAVE_LIB_NET_EVENT_LOOP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/net/timer_queue.h"

namespace nave::net {

class EventLoop {
 public:
  // Bounds: events taken from the kernel in one turn; tasks that may wait; timers and descriptors
  // that may exist.
  static constexpr int kMaxEventsPerTurn = 64;
  static constexpr int kMaxBulkEventsPerTurn = 4;
  static constexpr int kMaxTimersPerTurn = 16;
  static constexpr size_t kMaxTasks = 65536;
  // Tasks at the end of one turn; those above it run at the end of the next one.
  static constexpr size_t kMaxTurnEndTasks = 4096;
  static constexpr size_t kMaxTimers = TimerQueue::kMaxTimers;
  static constexpr size_t kMaxWatches = 1u << 17;
  // Until a descriptor that the system would not let Resume is tried again.
  static constexpr absl::Duration kStuckPause = absl::Milliseconds(10);

  // Whose turn it is when many are ready. Each turn takes all that is kPrompt and a few that are
  // kBulk: so a thousand busy connections do not stand before one datagram.
  enum class Rank : uint8_t { kPrompt, kBulk };

  using TimerId = TimerQueue::Id;
  static constexpr TimerId kNoTimer = TimerQueue::kNone;
  using Task = std::function<void()>;
  using TurnEndId = uint64_t;
  static constexpr TurnEndId kNoTurnEnd = 0;
  // Gets the epoll events that came (EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP).
  using WatchCallback = std::function<void(uint32_t events)>;

  // `clock` must outlive the loop. An error of the system as INTERNAL or RESOURCE_EXHAUSTED.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create(const Clock* clock);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Calls back, level-triggered, when one of `events` holds for `fd`. The descriptor stays the
  // caller's, who must Unwatch before closing it. ALREADY_EXISTS if `fd` is watched,
  // RESOURCE_EXHAUSTED above kMaxWatches.
  absl::Status Watch(int fd, uint32_t events, WatchCallback callback, Rank rank = Rank::kPrompt);
  // Changes what is waited for; 0 is nothing (but errors). NOT_FOUND if `fd` is not watched.
  absl::Status Rewatch(int fd, uint32_t events);
  // Nobody waits for events of `fd` until Resume, and none is lost. While somebody does, the kernel
  // wakes the waiters for each datagram that has left, which costs more than these two calls from
  // some datagrams on (kPauseWorth). Nothing if `fd` is not watched.
  static constexpr int kPauseWorth = 8;
  void Pause(int fd);
  void Resume(int fd);
  // No callback for `fd` runs after this, even for an event of the same turn. May be called within
  // the callback. Nothing if `fd` is not watched.
  void Unwatch(int fd);

  // Runs `task` once, not before `delay`. kNoTimer, and the task is dropped, above kMaxTimers.
  TimerId RunAfter(absl::Duration delay, Task task);
  // The same, not before `due` by the loop's clock.
  TimerId RunAt(absl::Time due, Task task) { return timers_.Add(due, std::move(task)); }
  // Nothing if the timer has run or never was.
  void Cancel(TimerId id);

  // Any thread: runs `task` on the loop's thread. False if kMaxTasks are waiting; the task is
  // dropped then. A task posted after Run has returned is never run.
  bool Post(Task task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Runs `task` once at the end of the turn under way, or of the next one if none is: the place for
  // a step that many things of one turn go together. What such a task adds runs in the same turn.
  TurnEndId RunAtTurnEnd(Task task);
  // Nothing if the task has run or never was.
  void CancelAtTurnEnd(TurnEndId id);

  // Called at the end of each turn, before the loop sleeps: the place to send what the turn wrote.
  void SetTurnEnd(Task turn_end) { turn_end_ = std::move(turn_end); }

  // Turns until Stop.
  void Run();
  // One turn: waits at most `timeout` (or until the next timer), then runs what is due. Returns how
  // many callbacks, timers and tasks ran.
  int RunOnce(absl::Duration timeout);
  // Any thread: Run returns after the turn under way.
  void Stop();

  // The time of the current turn: cheap, and the same for all that one turn does.
  absl::Time now() const { return now_; }
  const Clock* clock() const { return clock_; }
  size_t timer_count() const { return timers_.size(); }
  size_t watch_count() const { return watches_.size(); }

 private:
  struct WatchEntry {
    uint64_t serial;
    std::shared_ptr<WatchCallback> callback;
    int epoll_fd;
    uint32_t events;
  };

  EventLoop(const Clock* clock, int epoll_fd, int bulk_fd, int wake_fd);
  // Has the epoll `in` report `events` of `fd` as `token`.
  static absl::Status Report(int fd, uint64_t token, int in, uint32_t events);
  static uint64_t TokenOf(int fd, const WatchEntry& entry) {
    return entry.serial << 32 | static_cast<uint32_t>(fd);
  }
  void ResumeStuck();
  int Dispatch(uint64_t token, uint32_t events);
  int RunBulk();
  int WaitMillis(absl::Duration timeout);
  int RunTimers();
  int RunTasks() ABSL_LOCKS_EXCLUDED(mutex_);
  int RunTurnEnd();
  void Wake();
  void UpdateNow();

  const Clock* const clock_;
  const int epoll_fd_;
  // An epoll within the other: ready as one when any of its own is.
  const int bulk_fd_;
  const int wake_fd_;
  absl::Time now_;
  uint64_t next_serial_ = 1;
  absl::flat_hash_map<int, WatchEntry> watches_;
  // What Resume could not resume.
  std::vector<int> stuck_;
  TimerQueue timers_;
  // What waits for the end of the turn; the ids go up one by one, this being the first one's.
  std::vector<Task> turn_end_tasks_;
  TurnEndId first_turn_end_ = kNoTurnEnd + 1;
  Task turn_end_;
  std::atomic<bool> stopped_{false};
  absl::Mutex mutex_;
  std::vector<Task> tasks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::net

#endif  // NAVE_LIB_NET_EVENT_LOOP_H_
