// One question on its way to the targets of a group: who is asked when, what a reply means, and
// when it is over (data-plane.md sections 2 and 3). On the worker's thread.
//
// A target that does not answer within its patience is not given up: the next one is asked, and
// whichever answers first is believed. With hedging the next one is asked before that, though the
// first is not late yet. Truncation leads to TCP at the same target; FORMERR to a
// question without EDNS; a name in other case to TCP, where it cannot be forged from aside.
#ifndef NAVE_RESOLVER_FORWARDER_QUESTION_H_
#define NAVE_RESOLVER_FORWARDER_QUESTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/time/time.h"
#include "lib/net/event_loop.h"
#include "resolver/forwarder.h"
#include "resolver/forwarder_order.h"
#include "resolver/target_prober.h"
#include "resolver/upstream_health.h"
#include "resolver/upstream_table.h"

namespace nave::resolver {

// What the questions of a worker share. All of it outlives them.
struct ForwardContext {
  net::EventLoop* loop;
  UpstreamTable* channels;
  HealthTable* health;
  TargetProber* prober;
  UpstreamStats* stats;
};

class ForwardQuestion {
 public:
  // How often all targets are asked, and what is sent in all for one question.
  static constexpr int kMaxRounds = 3;
  static constexpr size_t kMaxAttempts = 64;

  using Done = std::function<void(ForwardQuestion* question)>;

  // `done` is called once when the question is over, within any call but Cancel: then CallBack is
  // to follow, when nothing of the question runs any more.
  ForwardQuestion(const ForwardContext& context, const dns::Question& question,
                  std::shared_ptr<const TargetGroup> group, const ForwardOptions& options,
                  ForwardCallback callback, Done done);
  ~ForwardQuestion();

  // Asks. REQUIRES: called once, instead of Fail.
  void Start();
  // Ends with `status`.
  void Fail(absl::Status status);
  // Calls back, with CANCELLED if it is not over. Nothing if that has happened.
  void Cancel();
  // Tells how it ended. REQUIRES: `done` was called, and this was not.
  void CallBack();
  const void* subject() const { return options_.subject; }
  // Where whoever keeps it has it.
  size_t place() const { return place_; }
  void set_place(size_t place) { place_ = place; }

 private:
  struct Attempt {
    size_t target;
    Transport transport;
    bool edns;
    UpstreamChannel* channel;  // Valid while in flight.
    UpstreamChannel::Ticket ticket;
    absl::Time sent;
    absl::Time patient_until;
    bool in_flight;
    bool late;  // Its patience is over.
  };

  // Asks the next target that may still answer; ends the question if there is none and nobody is
  // waited for.
  void Continue();
  // Asks the target in the way that is best now, with `patience` times its own.
  bool AskTarget(size_t target, int64_t patience);
  // Waits so long for a reply, then goes on. False if nothing could be sent; the record says why.
  bool Ask(size_t target, TargetHealth* health, Transport transport, bool edns,
           absl::Duration patience);
  // The same target once more, in another way; else the next one.
  void AskAgain(size_t target, Transport transport, bool edns);
  absl::StatusOr<UpstreamChannel*> FindChannel(const Target& target, Transport transport);
  void OnReply(size_t index, UpstreamReply reply);
  void OnMessage(size_t index, std::string message);
  void OnUsable(size_t index, std::shared_ptr<Reply> reply);
  // An attempt failed: the next one, unless another one is awaited.
  void GoOn(size_t index);
  void Settle(size_t target) { settled_ |= uint64_t{1} << target; }
  bool IsSettled(size_t target) const { return (settled_ >> target & 1) != 0; }
  bool is_hedge(size_t index) const { return index > 0 && index == hedge_index_; }
  TargetHealth* HealthOf(size_t index);
  void OnFailure(size_t target);
  bool AreAllDown() const;
  // Whether this error of a target leads to the next one.
  bool IsForOthers(dns::Rcode rcode) const;
  // Until `time`, or the deadline.
  void Arm(absl::Time time);
  // After the first target was asked: until it has had its patience, or a hedge is due.
  void ArmFirst();
  // Asks the next target that is up, if the share of hedges allows.
  void Hedge();
  void OnTimer();
  void MarkLate(Attempt* attempt, size_t index);
  absl::Status FailureStatus() const;
  // With the last error that a target replied, if one did.
  void FinishUnanswered();
  void Finish(absl::Status status, std::shared_ptr<Reply> reply, std::optional<size_t> answered);

  const ForwardContext context_;
  const dns::Question question_;
  const std::shared_ptr<const TargetGroup> group_;
  const ForwardOptions options_;
  ForwardCallback callback_;
  Done done_;
  absl::Time deadline_;
  net::EventLoop::TimerId timer_ = net::EventLoop::kNoTimer;
  TargetOrder order_;
  size_t next_ = 0;         // Place in the order, rounds counted on.
  size_t source_turn_ = 0;  // Which of the sources is next.
  absl::InlinedVector<Attempt, 1> attempts_;
  ForwardAttempts records_;  // One for each attempt.
  size_t in_flight_ = 0;
  uint64_t settled_ = 0;  // Targets that need not be asked again, by bit.
  uint64_t closed_ = 0;   // Targets whose connection ended once, by bit.
  bool finished_ = false;
  bool overloaded_ = false;
  bool timed_out_ = false;
  bool hedge_due_ = false;
  // The attempt that is one; 0: none, as the first attempt never is.
  size_t hedge_index_ = 0;
  // The last reply that was an error; an NXDOMAIN before any other.
  std::shared_ptr<Reply> error_reply_;
  size_t error_index_ = 0;
  // Once finished.
  ForwardResult result_;
  size_t place_ = 0;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_FORWARDER_QUESTION_H_
