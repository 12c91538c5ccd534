// Asks the targets of a group one question and calls back with the reply: the seam between the
// query's road and the outside network (architecture.md section 3, data-plane.md section 2).
//
// One Upstream for each worker, used on that worker's thread only. Tests put a fake in its place.
#ifndef NAVE_RESOLVER_FORWARDER_H_
#define NAVE_RESOLVER_FORWARDER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/dns/message.h"
#include "lib/net/endpoint.h"
#include "lib/net/event_loop.h"
#include "resolver/hop_guard.h"
#include "resolver/reply.h"
#include "resolver/target_group.h"

namespace nave::resolver {

// What the client's question adds to the one that goes out; it changes the answer, so it is part of
// the cache's key. No other EDNS option of the client is passed on.
struct ForwardOptions {
  bool dnssec_ok = false;
  bool checking_disabled = false;
  // Sent in kHopOptionCode: the Nave resolvers passed, this one included, and their marks.
  uint8_t hop_count = 1;
  HopMarks hop_marks;
  // The whole of it: all targets, all attempts, TCP after truncation included.
  absl::Duration deadline = absl::Seconds(4);
  // For no client: it does not count as use of the target.
  bool is_probe = false;
  // For Upstream::SetPrefetch; may be null.
  const void* subject = nullptr;
};

// One target that was asked, for `explain`, extended errors and the query log.
struct ForwardAttempt {
  net::Endpoint endpoint;
  Transport transport = Transport::kUdp;
  absl::Duration elapsed;
  // "timeout", "connection refused", "SERVFAIL", "NOERROR": for people.
  std::string outcome;
};

// Nearly always one.
using ForwardAttempts = absl::InlinedVector<ForwardAttempt, 1>;

// The end of one Forward.
struct ForwardResult {
  // OK: `reply` is of a message whose id, question and source were checked; its RCODE may be any
  // that the policy let through (a SERVFAIL of the last target is a reply). DEADLINE_EXCEEDED: no
  // target answered in time. RESOURCE_EXHAUSTED: too much outstanding. UNAVAILABLE: no target could
  // be asked. CANCELLED: the Upstream is going away.
  absl::Status status;
  // Not null if `status` is OK, and whole (never TC: TCP was tried). Whose it is and when it came,
  // the caller says.
  std::shared_ptr<Reply> reply;
  // In the order in which they were asked; the last one answered if status is OK.
  ForwardAttempts attempts;
};

// What experience says of one target, for `explain`.
struct TargetStatus {
  enum class Health : uint8_t { kUnknown, kUp, kDown };
  Target target;
  Health health = Health::kUnknown;
  // Smoothed; zero: never measured.
  absl::Duration round_trip;
  // In a row.
  int failures = 0;
  // Of a target that is down: until a probe tries it.
  absl::Duration retry_in;
  // After it another one is asked as well; infinite: never.
  absl::Duration hedge_after = absl::InfiniteDuration();
};

// In what a message differed from a reply to the question under way.
enum class Mismatch : uint8_t { kId, kPort, kQuestion, kCase };
inline constexpr size_t kMismatchCount = 4;

// Counts of one worker.
struct UpstreamStats {
  // By Mismatch: forgeries, or servers that are careless.
  std::array<uint64_t, kMismatchCount> mismatches{};
  // Replies to questions that nobody waited for any more.
  uint64_t late = 0;
  // Times that many mismatches came from one target, so that TCP was taken.
  uint64_t bursts = 0;
  // Replies that were taken, and how long they took together.
  uint64_t replies = 0;
  absl::Duration round_trips;
  // Questions asked of a second target while the first had time left, and those that the second
  // answered first.
  uint64_t hedges = 0;
  uint64_t hedges_won = 0;
  // Questions to targets that were down, and those that found one back.
  uint64_t probes = 0;
  uint64_t probes_answered = 0;
  // Targets of which something is known, now; of these the ones that are down.
  uint64_t targets = 0;
  uint64_t targets_down = 0;
};

using ForwardCallback = std::function<void(ForwardResult&& result)>;

class Upstream {
 public:
  virtual ~Upstream() = default;

  // Asks the targets of `group` until one gives a usable reply or the deadline passes. `callback`
  // is called exactly once, on the worker's thread, never within Forward itself; the destructor
  // calls what is outstanding with CANCELLED. `question.name`'s case is free for 0x20; the reply's
  // question equals it ignoring case. `group` is kept as long as it is needed.
  virtual void Forward(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
                       const ForwardOptions& options, ForwardCallback callback) = 0;

  // Before the callbacks of some questions, `prefetch` is called with the subject of each and step
  // 0, then with that of each and step 1, and so on: it may ask for the memory that the callback
  // will look at, which comes nearer to the processor meanwhile. Only an Upstream for which it pays
  // calls it; it must be there as long as the Upstream.
  using Prefetch = std::function<void(const void* subject, int step)>;
  static constexpr int kPrefetchSteps = 2;
  virtual void SetPrefetch(Prefetch) {}

  // Questions under way.
  virtual size_t outstanding() const = 0;
  virtual UpstreamStats stats() const { return UpstreamStats(); }

  // The targets of `group` in the order in which they would be asked now; of those that chance
  // would choose from, the heaviest first. One that knows nothing of targets gives the group's.
  virtual std::vector<TargetStatus> Describe(const TargetGroup& group) const {
    std::vector<TargetStatus> targets;
    for (const Target& target : group.targets) targets.push_back({target});
    return targets;
  }
};

// Makes the Upstream of one worker. Called on any thread, before the loop runs.
using UpstreamFactory =
    std::function<absl::StatusOr<std::unique_ptr<Upstream>>(net::EventLoop* loop)>;

// The Upstream that asks over the network, through c-ares. `loop` must outlive it.
absl::StatusOr<std::unique_ptr<Upstream>> NewForwarder(net::EventLoop* loop);

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_FORWARDER_H_
