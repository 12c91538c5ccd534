#include "catalog/workflow/work_queue.h"

#include <algorithm>

namespace nave::catalog {

void WorkQueue::Insert(const std::string& operation, absl::Time when) {
  auto waiting = places_.find(operation);
  if (waiting != places_.end()) {
    if (waiting->second.first <= when) return;
    due_.erase(waiting->second);
    places_.erase(waiting);
  }
  const Place place(when, next_++);
  due_.emplace(place, operation);
  places_.emplace(operation, place);
  // All: the one that waits for a later time must look again.
  changed_.SignalAll();
}

void WorkQueue::Push(const std::string& operation, absl::Time when) {
  absl::MutexLock lock(&mutex_);
  if (in_work_.count(operation) == 0) return Insert(operation, when);
  auto [pushed, first] = pushed_in_work_.emplace(operation, when);
  if (!first) pushed->second = std::min(pushed->second, when);
}

std::optional<std::string> WorkQueue::Pop() {
  absl::MutexLock lock(&mutex_);
  while (!closed_) {
    if (due_.empty()) {
      changed_.Wait(&mutex_);
      continue;
    }
    auto first = due_.begin();
    if (first->first.first > clock_.Now()) {
      clock_.WaitUntil(changed_, mutex_, first->first.first);
      continue;
    }
    std::string operation = first->second;
    due_.erase(first);
    places_.erase(operation);
    in_work_.insert(operation);
    return operation;
  }
  return std::nullopt;
}

void WorkQueue::Done(const std::string& operation, std::optional<absl::Time> again) {
  absl::MutexLock lock(&mutex_);
  in_work_.erase(operation);
  auto pushed = pushed_in_work_.find(operation);
  if (pushed != pushed_in_work_.end()) {
    again = again.has_value() ? std::min(*again, pushed->second) : pushed->second;
    pushed_in_work_.erase(pushed);
  }
  if (again.has_value()) Insert(operation, *again);
}

void WorkQueue::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  changed_.SignalAll();
}

}  // namespace nave::catalog
