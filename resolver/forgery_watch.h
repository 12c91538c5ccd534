// Tells late replies from forged ones, and notices when somebody is guessing (RFC 5452
// section 9.3). One for each channel, on its thread.
#ifndef NAVE_RESOLVER_FORGERY_WATCH_H_
#define NAVE_RESOLVER_FORGERY_WATCH_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "resolver/forwarder.h"

namespace nave::resolver {

class ForgeryWatch {
 public:
  // So many messages within so long that nobody asked for are a forger's: honest networks repeat
  // few, and what comes late is not counted.
  static constexpr int kBurst = 100;
  static constexpr absl::Duration kWindow = absl::Seconds(1);
  // Queries given up whose replies may still come; above it they are forgotten.
  static constexpr size_t kMaxLate = 4096;

  // `stats` must outlive the watch.
  explicit ForgeryWatch(UpstreamStats* stats) : stats_(stats) {}

  // Nobody waits for a reply to `query` any more.
  void OnGivenUp(absl::string_view query);
  // A message that is no reply to anything under way. True when it completes a burst.
  bool OnMismatch(Mismatch what, absl::Span<const uint8_t> message, absl::Time now);

 private:
  // Id and question with its case; 0 for a message without one.
  static uint64_t HashOf(absl::Span<const uint8_t> message);

  UpstreamStats* const stats_;
  absl::flat_hash_set<uint64_t> given_up_;
  absl::Time window_end_ = absl::InfinitePast();
  int in_window_ = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_FORGERY_WATCH_H_
