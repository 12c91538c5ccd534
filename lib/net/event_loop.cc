#include "lib/net/event_loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "absl/memory/memory.h"
#include "lib/base/status_macros.h"
#include "lib/net/socket.h"

namespace nave::net {
namespace {

// In epoll's user data: descriptors are below 2^32, so this is none.
constexpr uint64_t kWakeToken = ~uint64_t{0};
constexpr uint64_t kBulkToken = kWakeToken - 1;

}  // namespace

absl::StatusOr<std::unique_ptr<EventLoop>> EventLoop::Create(const Clock* clock) {
  const int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) return SystemError("epoll_create1");
  const int bulk_fd = epoll_create1(EPOLL_CLOEXEC);
  const int wake_fd = bulk_fd < 0 ? -1 : eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake_fd < 0) {
    const absl::Status status = SystemError("descriptors of an event loop");
    if (bulk_fd >= 0) close(bulk_fd);
    close(epoll_fd);
    return status;
  }
  auto loop = absl::WrapUnique(new EventLoop(clock, epoll_fd, bulk_fd, wake_fd));
  NAVE_RETURN_IF_ERROR(Report(wake_fd, kWakeToken, epoll_fd, EPOLLIN));
  NAVE_RETURN_IF_ERROR(Report(bulk_fd, kBulkToken, epoll_fd, EPOLLIN));
  return loop;
}

EventLoop::EventLoop(const Clock* clock, int epoll_fd, int bulk_fd, int wake_fd)
    : clock_(clock), epoll_fd_(epoll_fd), bulk_fd_(bulk_fd), wake_fd_(wake_fd) {
  UpdateNow();
}

EventLoop::~EventLoop() {
  close(wake_fd_);
  close(bulk_fd_);
  close(epoll_fd_);
}

absl::Status EventLoop::Report(int fd, uint64_t token, int in, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (epoll_ctl(in, EPOLL_CTL_ADD, fd, &event) != 0) return SystemError("epoll_ctl");
  return absl::OkStatus();
}

absl::Status EventLoop::Watch(int fd, uint32_t events, WatchCallback callback, Rank rank) {
  if (watches_.size() >= kMaxWatches) {
    return absl::ResourceExhaustedError("too many descriptors in one event loop");
  }
  if (watches_.contains(fd)) {
    return absl::AlreadyExistsError("the descriptor is already watched");
  }
  // The serial tells an event of a closed descriptor from one of a new one with the same number.
  const uint64_t serial = next_serial_++ & 0x7fffffff;
  const int in = rank == Rank::kBulk ? bulk_fd_ : epoll_fd_;
  WatchEntry entry = {serial, std::make_shared<WatchCallback>(std::move(callback)), in, events};
  NAVE_RETURN_IF_ERROR(Report(fd, TokenOf(fd, entry), in, events));
  watches_[fd] = std::move(entry);
  return absl::OkStatus();
}

absl::Status EventLoop::Rewatch(int fd, uint32_t events) {
  auto found = watches_.find(fd);
  if (found == watches_.end()) return absl::NotFoundError("the descriptor is not watched");
  epoll_event event{};
  event.events = events;
  event.data.u64 = TokenOf(fd, found->second);
  found->second.events = events;
  if (epoll_ctl(found->second.epoll_fd, EPOLL_CTL_MOD, fd, &event) != 0)
    return SystemError("epoll_ctl");
  return absl::OkStatus();
}

void EventLoop::Pause(int fd) {
  auto found = watches_.find(fd);
  if (found != watches_.end()) epoll_ctl(found->second.epoll_fd, EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::Resume(int fd) {
  auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  const WatchEntry& entry = found->second;
  // Others may have taken the system's memory for it meanwhile.
  if (!Report(fd, TokenOf(fd, entry), entry.epoll_fd, entry.events).ok()) stuck_.push_back(fd);
}

void EventLoop::ResumeStuck() {
  for (const int fd : std::exchange(stuck_, {})) Resume(fd);
}

void EventLoop::Unwatch(int fd) {
  auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  epoll_ctl(found->second.epoll_fd, EPOLL_CTL_DEL, fd, nullptr);
  watches_.erase(found);
}

EventLoop::TimerId EventLoop::RunAfter(absl::Duration delay, Task task) {
  return RunAt(now_ + std::max(delay, absl::ZeroDuration()), std::move(task));
}

void EventLoop::Cancel(TimerId id) { timers_.Cancel(id); }

EventLoop::TurnEndId EventLoop::RunAtTurnEnd(Task task) {
  turn_end_tasks_.push_back(std::move(task));
  return first_turn_end_ + turn_end_tasks_.size() - 1;
}

void EventLoop::CancelAtTurnEnd(TurnEndId id) {
  const uint64_t place = id - first_turn_end_;
  if (id >= first_turn_end_ && place < turn_end_tasks_.size()) turn_end_tasks_[place] = nullptr;
}

bool EventLoop::Post(Task task) {
  bool wake;
  {
    absl::MutexLock lock(&mutex_);
    if (tasks_.size() >= kMaxTasks) return false;
    wake = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (wake) Wake();
  return true;
}

void EventLoop::Stop() {
  stopped_.store(true, std::memory_order_release);
  Wake();
}

void EventLoop::Wake() {
  const uint64_t one = 1;
  // A full counter still wakes, so a failed write is of no consequence.
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof(one));
}

void EventLoop::Run() {
  while (!stopped_.load(std::memory_order_acquire)) RunOnce(absl::InfiniteDuration());
}

int EventLoop::RunOnce(absl::Duration timeout) {
  epoll_event events[kMaxEventsPerTurn];
  if (!stuck_.empty()) {
    ResumeStuck();
    timeout = std::min(timeout, kStuckPause);
  }
  const int count = epoll_wait(epoll_fd_, events, kMaxEventsPerTurn, WaitMillis(timeout));
  UpdateNow();
  int ran = 0;
  bool woken = false, bulk = false;
  for (int i = 0; i < count; ++i) {
    const uint64_t token = events[i].data.u64;
    if (token == kWakeToken) {
      woken = true;
      uint64_t ignored;
      [[maybe_unused]] const ssize_t got = read(wake_fd_, &ignored, sizeof(ignored));
      continue;
    }
    if (token == kBulkToken) {
      bulk = true;
      continue;
    }
    ran += Dispatch(token, events[i].events);
  }
  if (bulk) ran += RunBulk();
  // The first task of those that wait wakes the loop, so that without a wake-up there is none.
  if (woken) ran += RunTasks();
  ran += RunTimers();
  ran += RunTurnEnd();
  if (turn_end_) turn_end_();
  return ran;
}

int EventLoop::Dispatch(uint64_t token, uint32_t events) {
  auto found = watches_.find(static_cast<int>(token & 0xffffffff));
  if (found == watches_.end() || found->second.serial != token >> 32) return 0;
  // Held here: the callback may unwatch itself.
  const std::shared_ptr<WatchCallback> callback = found->second.callback;
  (*callback)(events);
  return 1;
}

int EventLoop::RunBulk() {
  // Those that stay ready go to the end of the kernel's list: each gets its turn.
  epoll_event events[kMaxBulkEventsPerTurn];
  const int count = epoll_wait(bulk_fd_, events, kMaxBulkEventsPerTurn, 0);
  int ran = 0;
  for (int i = 0; i < count; ++i) ran += Dispatch(events[i].data.u64, events[i].events);
  return ran;
}

int EventLoop::RunTasks() {
  std::vector<Task> tasks;
  {
    absl::MutexLock lock(&mutex_);
    tasks.swap(tasks_);
  }
  for (Task& task : tasks) task();
  return static_cast<int>(tasks.size());
}

int EventLoop::RunTurnEnd() {
  int ran = 0;
  size_t next = 0;
  for (; next < turn_end_tasks_.size() && next < kMaxTurnEndTasks; ++next) {
    // Taken out: it may add others, and the vector grow.
    const Task task = std::exchange(turn_end_tasks_[next], nullptr);
    if (!task) continue;
    task();
    ++ran;
  }
  turn_end_tasks_.erase(turn_end_tasks_.begin(), turn_end_tasks_.begin() + next);
  first_turn_end_ += next;
  return ran;
}

int EventLoop::RunTimers() {
  UpdateNow();
  // Only timers that existed when the turn came to them: one that sets itself again with no delay
  // must not hold the loop.
  const uint64_t last = timers_.added();
  int ran = 0;
  while (ran < kMaxTimersPerTurn) {
    const Task task = timers_.Take(now_, last);
    if (!task) break;
    task();
    ++ran;
  }
  return ran;
}

int EventLoop::WaitMillis(absl::Duration timeout) {
  if (!turn_end_tasks_.empty()) return 0;
  if (timers_.size() > 0) timeout = std::min(timeout, timers_.NextDue() - clock_->Now());
  if (timeout <= absl::ZeroDuration()) return 0;
  if (timeout == absl::InfiniteDuration()) return -1;
  // Rounded up, or the last millisecond would be spent in a busy loop.
  const int64_t ms = absl::ToInt64Milliseconds(timeout + absl::Nanoseconds(999999));
  return static_cast<int>(std::min<int64_t>(ms, 3600 * 1000));
}

void EventLoop::UpdateNow() {
  const absl::Time before = now_;
  now_ = clock_->Now();
  // The clock was set back: what was due in a second still is.
  if (now_ < before) timers_.Shift(now_ - before);
}

}  // namespace nave::net
