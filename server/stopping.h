// Tells calls that last long that the server is about to end. Thread-safe.
#ifndef NAVE_SERVER_STOPPING_H_
#define NAVE_SERVER_STOPPING_H_

#include <atomic>

#include "absl/time/time.h"

namespace nave::server {

// How often a call that waits looks whether its caller went away or the server stops.
inline constexpr absl::Duration kPoll = absl::Milliseconds(500);
// How often a long call proves its credential again: a token that was revoked ends it.
inline constexpr absl::Duration kRecheck = absl::Seconds(5);

class Stopping {
 public:
  void Set() { stopping_.store(true, std::memory_order_release); }
  bool IsSet() const { return stopping_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> stopping_{false};
};

}  // namespace nave::server

#endif  // NAVE_SERVER_STOPPING_H_
