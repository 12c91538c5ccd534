#include "resolver/state_file_writer.h"

#include <algorithm>
#include <utility>

namespace nave::resolver {

StateFileWriter::StateFileWriter(StateFile* file, const Clock* clock, Observer observer)
    : file_(file), clock_(clock), observer_(std::move(observer)) {
  thread_ = std::thread([this] { Run(); });
}

StateFileWriter::~StateFileWriter() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

void StateFileWriter::Write(std::shared_ptr<const State> state) {
  absl::MutexLock lock(&mutex_);
  next_ = std::move(state);
  changed_.SignalAll();
}

void StateFileWriter::Flush() {
  absl::MutexLock lock(&mutex_);
  hurry_ = true;
  changed_.SignalAll();
  const uint64_t failures = failures_;
  while ((next_ != nullptr || writing_) && failures_ == failures) changed_.Wait(&mutex_);
  hurry_ = false;
}

void StateFileWriter::Run() {
  absl::Time not_before = absl::InfinitePast();
  absl::MutexLock lock(&mutex_);
  while (true) {
    while (next_ == nullptr && !stopping_) changed_.Wait(&mutex_);
    if (next_ == nullptr) return;
    while (!stopping_ && !hurry_ && clock_->Now() < not_before) {
      clock_->WaitUntil(changed_, mutex_, not_before);
    }
    std::shared_ptr<const State> state = std::exchange(next_, nullptr);
    writing_ = true;
    mutex_.Unlock();
    const absl::Time begin = clock_->Now();
    const absl::Status status = file_->Save(*state);
    if (observer_) observer_(state->revision, status);
    const absl::Time end = clock_->Now();
    not_before =
        end + std::max(status.ok() ? kMinInterval : kRetryInterval, kRestPerWrite * (end - begin));
    mutex_.Lock();
    writing_ = false;
    if (!status.ok()) {
      ++failures_;
      // The one flush that waits has its answer.
      hurry_ = false;
      if (next_ == nullptr && !stopping_) next_ = std::move(state);
    }
    changed_.SignalAll();
  }
}

}  // namespace nave::resolver
