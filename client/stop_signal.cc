#include "client/stop_signal.h"

#include <utility>

namespace nave::client {

StopSignal::Listener::Listener(StopSignal& signal, std::function<void()> on_stop)
    : signal_(signal) {
  absl::MutexLock lock(&signal_.mutex_);
  if (signal_.stopped_) on_stop();
  id_ = signal_.next_id_++;
  signal_.listeners_[id_] = std::move(on_stop);
}

StopSignal::Listener::~Listener() {
  absl::MutexLock lock(&signal_.mutex_);
  signal_.listeners_.erase(id_);
}

void StopSignal::Stop() {
  absl::MutexLock lock(&mutex_);
  if (stopped_) return;
  stopped_ = true;
  for (const auto& [id, on_stop] : listeners_) on_stop();
  changed_.SignalAll();
}

bool StopSignal::stopped() const {
  absl::MutexLock lock(&mutex_);
  return stopped_;
}

bool StopSignal::Pause(const Clock& clock, absl::Duration pause) {
  absl::MutexLock lock(&mutex_);
  const absl::Time end = clock.Now() + pause;
  while (!stopped_) {
    if (clock.WaitUntil(changed_, mutex_, end)) break;
  }
  return stopped_;
}

}  // namespace nave::client
