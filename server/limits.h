// The bounds of what a client may send and hold open. Pure but for Slots; thread-safe.
#ifndef NAVE_SERVER_LIMITS_H_
#define NAVE_SERVER_LIMITS_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/metrics.h"

namespace nave::server {

inline constexpr int kMaxRequestBytes = 4 << 20;
inline constexpr int kMaxResponseBytes = 64 << 20;
inline constexpr int kDefaultMaxItems = 1000;
inline constexpr int kDefaultMaxLength = 1024;
// Calls at work at once; a stream or a wait holds a thread for as long as it lasts.
inline constexpr int kMaxThreads = 1024;
inline constexpr size_t kMaxServerBytes = size_t{1} << 30;
inline constexpr int kMaxConcurrentStreamsPerConnection = 256;
inline constexpr int kMaxEventWatches = 128;
inline constexpr int kMaxWaits = 256;
inline constexpr int kMaxNodeStreams = 256;
inline constexpr int kMaxBackups = 1;

// OK, or INVALID_FIELD with the path of what breaks the contract of every request: a text that is
// longer, or a list that has more items, than the field says (FieldRule; the defaults above), an
// empty item, a time that is none, a part of the request itself that is required and missing. What
// the control plane writes itself is not looked at.
absl::Status CheckRequest(const google::protobuf::Message& request);

// A bounded number of things that are open at once.
class Slots {
 public:
  // `gauge` outlives this. `what`, such as `event watches`, is for the message.
  Slots(std::string what, int count, metrics::Gauge& gauge)
      : what_(std::move(what)), free_(count), gauge_(gauge) {}

  // Holds a slot for as long as it lives.
  class Hold {
   public:
    explicit Hold(Slots* slots) : slots_(slots) {}
    ~Hold() { slots_->Release(); }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;

   private:
    Slots* slots_;
  };
  // LIMIT_REACHED when all are taken.
  absl::StatusOr<std::unique_ptr<Hold>> Take();

 private:
  void Release();

  const std::string what_;
  absl::Mutex mutex_;
  int free_ ABSL_GUARDED_BY(mutex_);
  metrics::Gauge& gauge_;
};

}  // namespace nave::server

#endif  // NAVE_SERVER_LIMITS_H_
