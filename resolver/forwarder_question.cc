#include "resolver/forwarder_question.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/random.h"
#include "resolver/forwarder_order.h"
#include "resolver/upstream_message.h"

namespace nave::resolver {
namespace {

constexpr size_t kFlagsOctet = 2;
constexpr uint8_t kTruncationBit = 0x02;
static_assert(kMaxTargetsPerGroup <= 64, "targets are kept in 64 bits");

bool IsTruncated(const std::string& message) {
  return (static_cast<uint8_t>(message[kFlagsOctet]) & kTruncationBit) != 0;
}

}  // namespace

ForwardQuestion::ForwardQuestion(const ForwardContext& context, const dns::Question& question,
                                 std::shared_ptr<const TargetGroup> group,
                                 const ForwardOptions& options, ForwardCallback callback, Done done)
    : context_(context),
      question_(question),
      group_(std::move(group)),
      options_(options),
      callback_(std::move(callback)),
      done_(std::move(done)) {}

ForwardQuestion::~ForwardQuestion() { context_.loop->Cancel(timer_); }

void ForwardQuestion::Start() {
  const absl::Time now = context_.loop->now();
  deadline_ = now + options_.deadline;
  order_ = OrderTargets(*group_, context_.health, now);
  if (group_->policy.on_all_down == ForwardingPolicy::OnAllDown::kFail && !order_.empty() &&
      AreAllDown()) {
    return Fail(absl::UnavailableError("every target is down, and the rule's policy is to fail"));
  }
  source_turn_ = group_->sources.size() > 1 ? RandomUint64() % group_->sources.size() : 0;
  Continue();
}

void ForwardQuestion::Fail(absl::Status status) {
  Finish(std::move(status), nullptr, std::nullopt);
}

void ForwardQuestion::Cancel() {
  if (!callback_) return;
  done_ = nullptr;
  Finish(absl::CancelledError("the resolver is stopping"), nullptr, std::nullopt);
  CallBack();
}

void ForwardQuestion::Continue() {
  while (next_ < order_.size() * kMaxRounds && attempts_.size() < kMaxAttempts &&
         context_.loop->now() < deadline_) {
    const size_t target = order_[next_ % order_.size()];
    const int round = static_cast<int>(next_ / order_.size());
    ++next_;
    if (IsSettled(target)) continue;
    if (!AskTarget(target, int64_t{1} << round)) continue;
    return attempts_.size() == 1 ? ArmFirst() : Arm(attempts_.back().patient_until);
  }
  if (in_flight_ > 0) return Arm(absl::InfiniteFuture());
  FinishUnanswered();
}

bool ForwardQuestion::AskTarget(size_t target, int64_t patience) {
  const Target& asked = group_->targets[target];
  TargetHealth* const health = context_.health->Get(asked.endpoint);
  const absl::Time now = context_.loop->now();
  const Transport transport = health->PreferTcp(now) ? Transport::kTcp : asked.transport;
  return Ask(target, health, transport, health->UseEdns(now), health->Patience() * patience);
}

void ForwardQuestion::ArmFirst() {
  const Attempt& first = attempts_.front();
  const uint8_t percentile = group_->policy.hedge_percentile;
  if (percentile == 0 || order_.size() == 1) return Arm(first.patient_until);
  const absl::Time due = first.sent + HealthOf(0)->HedgeDelay(percentile);
  Arm(std::min(due, first.patient_until));
  hedge_due_ = due < first.patient_until;
}

void ForwardQuestion::Hedge() {
  const size_t target = order_[next_ % order_.size()];
  const TargetHealth* other =
      std::as_const(*context_.health).Find(group_->targets[target].endpoint);
  const bool is_down = other != nullptr && other->is_down();
  if (!is_down && !IsSettled(target) && HealthOf(0)->TakeHedge()) {
    ++next_;
    const size_t index = attempts_.size();
    if (AskTarget(target, 1)) {
      hedge_index_ = index;
      ++context_.stats->hedges;
    }
  }
  Arm(attempts_.front().patient_until);
}

bool ForwardQuestion::Ask(size_t target, TargetHealth* health, Transport transport, bool edns,
                          absl::Duration patience) {
  const Target& asked = group_->targets[target];
  const absl::Time now = context_.loop->now();
  const size_t index = attempts_.size();
  attempts_.push_back({target, transport, edns, nullptr, 0, now, now + patience, false, false});
  records_.push_back({asked.endpoint, transport, absl::ZeroDuration(), "no reply"});
  absl::StatusOr<UpstreamChannel*> channel = FindChannel(asked, transport);
  absl::StatusOr<UpstreamChannel::Ticket> ticket = UpstreamChannel::Ticket{0};
  if (!channel.ok()) {
    ticket = channel.status();
  } else {
    health->OnAsk(now);
    if (!options_.is_probe) health->OnWanted(now);
    QueryForm form;
    form.recursion_desired = group_->recursion_desired;
    form.edns = edns;
    form.mixed_case = transport == Transport::kUdp;
    // Finish abandons what is in flight, so nothing calls back a question that is gone.
    ticket =
        (*channel)->Ask(BuildQuery(question_, options_, form),
                        [this, index](UpstreamReply reply) { OnReply(index, std::move(reply)); });
  }
  if (!ticket.ok()) {
    records_[index].outcome = std::string(ticket.status().message());
    Settle(target);
    if (absl::IsResourceExhausted(ticket.status())) {
      overloaded_ = true;
    } else {
      OnFailure(target);
    }
    return false;
  }
  attempts_[index].channel = *channel;
  attempts_[index].ticket = *ticket;
  attempts_[index].in_flight = true;
  ++in_flight_;
  return true;
}

void ForwardQuestion::AskAgain(size_t target, Transport transport, bool edns) {
  TargetHealth* const health = context_.health->Get(group_->targets[target].endpoint);
  // A connection has to be made first, which takes a round trip of its own.
  const absl::Duration patience = health->Patience() * (transport == Transport::kTcp ? 2 : 1);
  if (attempts_.size() < kMaxAttempts && Ask(target, health, transport, edns, patience)) {
    return Arm(attempts_.back().patient_until);
  }
  Settle(target);
  Continue();
}

absl::StatusOr<UpstreamChannel*> ForwardQuestion::FindChannel(const Target& target,
                                                              Transport transport) {
  UpstreamKey key{target.endpoint, std::nullopt, transport};
  if (!group_->sources.empty()) {
    key.source = ChooseSource(*group_, target, source_turn_++);
    if (!key.source.has_value()) {
      return absl::UnavailableError("no source address of the target's family");
    }
  }
  return context_.channels->Get(key);
}

TargetHealth* ForwardQuestion::HealthOf(size_t index) {
  return context_.health->Get(group_->targets[attempts_[index].target].endpoint);
}

void ForwardQuestion::OnFailure(size_t target) {
  TargetHealth* const health = context_.health->Get(group_->targets[target].endpoint);
  health->OnFailure(context_.loop->now());
  if (health->is_down()) context_.prober->Watch(*group_, target);
}

bool ForwardQuestion::AreAllDown() const {
  return std::all_of(order_.begin(), order_.end(), [this](size_t target) {
    const TargetHealth* health =
        std::as_const(*context_.health).Find(group_->targets[target].endpoint);
    return health != nullptr && health->is_down();
  });
}

bool ForwardQuestion::IsForOthers(dns::Rcode rcode) const {
  using OnError = ForwardingPolicy::OnError;
  const ForwardingPolicy& policy = group_->policy;
  switch (rcode) {
    case dns::Rcode::kServFail:
      return policy.on_servfail == OnError::kNextTarget;
    case dns::Rcode::kRefused:
      return policy.on_refused == OnError::kNextTarget;
    case dns::Rcode::kNxDomain:
      return policy.on_nxdomain == OnError::kNextTarget;
    case dns::Rcode::kFormErr:
    case dns::Rcode::kNotImp:
    case dns::Rcode::kNotAuth:
    case dns::Rcode::kBadVers:
      return true;
    default:
      return false;
  }
}

void ForwardQuestion::OnReply(size_t index, UpstreamReply reply) {
  Attempt& attempt = attempts_[index];
  const absl::Time now = context_.loop->now();
  attempt.in_flight = false;
  --in_flight_;
  records_[index].elapsed = now - attempt.sent;
  switch (reply.event) {
    case UpstreamEvent::kMessage:
      HealthOf(index)->OnReply(records_[index].elapsed, now);
      ++context_.stats->replies;
      context_.stats->round_trips += records_[index].elapsed;
      return OnMessage(index, std::move(reply.message));
    case UpstreamEvent::kCaseDiffers:
      records_[index].outcome = "name in other case";
      return AskAgain(attempt.target, Transport::kTcp, attempt.edns);
    case UpstreamEvent::kForged:
      records_[index].outcome = "forged replies";
      HealthOf(index)->OnForgeries(now);
      return AskAgain(attempt.target,
                      HealthOf(index)->PreferTcp(now) ? Transport::kTcp : attempt.transport,
                      attempt.edns);
    case UpstreamEvent::kRefused:
      records_[index].outcome = "connection refused";
      if (attempt.transport == Transport::kTcp && HealthOf(index)->PreferTcp(now)) {
        HealthOf(index)->OnNoTcp(now);
        return AskAgain(attempt.target, group_->targets[attempt.target].transport, attempt.edns);
      }
      break;
    case UpstreamEvent::kUnreachable:
      records_[index].outcome = absl::StrCat("unreachable: ", reply.text);
      break;
    case UpstreamEvent::kClosed: {
      records_[index].outcome = "connection closed";
      // A connection that was kept open may end at any time (RFC 7766 section 6.2.4).
      const uint64_t bit = uint64_t{1} << attempt.target;
      if ((std::exchange(closed_, closed_ | bit) & bit) != 0) break;
      return AskAgain(attempt.target, Transport::kTcp, attempt.edns);
    }
    case UpstreamEvent::kTimedOut:
      records_[index].outcome = "timeout";
      timed_out_ = true;
      return GoOn(index);
    case UpstreamEvent::kCancelled:
      return Finish(absl::CancelledError("the resolver is stopping"), nullptr, std::nullopt);
  }
  OnFailure(attempt.target);
  Settle(attempt.target);
  GoOn(index);
}

void ForwardQuestion::OnMessage(size_t index, std::string message) {
  const Attempt attempt = attempts_[index];
  const bool is_truncated = IsTruncated(message);
  if (is_truncated && attempt.transport == Transport::kUdp) {
    records_[index].outcome = "truncated";
    return AskAgain(attempt.target, Transport::kTcp, attempt.edns);
  }
  RestoreCase(question_.name, &message);
  std::shared_ptr<Reply> reply =
      is_truncated ? nullptr : ReadReply(question_, dns::ToOctets(message));
  if (reply == nullptr) {
    records_[index].outcome = "malformed reply";
    Settle(attempt.target);
    return GoOn(index);
  }
  if (reply->rcode == dns::Rcode::kFormErr && !reply->has_edns && attempt.edns) {
    records_[index].outcome = "FORMERR: no EDNS";
    HealthOf(index)->OnNoEdns(context_.loop->now());
    return AskAgain(attempt.target, attempt.transport, false);
  }
  OnUsable(index, std::move(reply));
}

void ForwardQuestion::OnUsable(size_t index, std::shared_ptr<Reply> reply) {
  records_[index].outcome = dns::RcodeToText(reply->rcode);
  if (!IsForOthers(reply->rcode)) {
    if (is_hedge(index)) ++context_.stats->hedges_won;
    return Finish(absl::OkStatus(), std::move(reply), index);
  }
  if (error_reply_ == nullptr || error_reply_->rcode != dns::Rcode::kNxDomain) {
    error_reply_ = std::move(reply);
    error_index_ = index;
  }
  Settle(attempts_[index].target);
  GoOn(index);
}

void ForwardQuestion::GoOn(size_t index) {
  // Whom the hedge was to overtake still has time.
  if (is_hedge(index) && attempts_[0].in_flight && !attempts_[0].late) return;
  if (index + 1 == attempts_.size() || in_flight_ == 0) Continue();
}

void ForwardQuestion::Arm(absl::Time time) {
  hedge_due_ = false;
  context_.loop->Cancel(timer_);
  timer_ = context_.loop->RunAt(std::min(time, deadline_), [this] { OnTimer(); });
}

void ForwardQuestion::OnTimer() {
  timer_ = net::EventLoop::kNoTimer;
  const absl::Time now = context_.loop->now();
  if (std::exchange(hedge_due_, false) && now < std::min(attempts_[0].patient_until, deadline_)) {
    return Hedge();
  }
  for (size_t i = 0; i < attempts_.size(); ++i) MarkLate(&attempts_[i], i);
  if (now < deadline_) return Continue();
  FinishUnanswered();
}

void ForwardQuestion::MarkLate(Attempt* attempt, size_t index) {
  if (!attempt->in_flight || attempt->late) return;
  const absl::Time now = context_.loop->now();
  if (now < std::min(attempt->patient_until, deadline_)) return;
  attempt->late = true;
  timed_out_ = true;
  records_[index].outcome = "timeout";
  records_[index].elapsed = now - attempt->sent;
  OnFailure(attempt->target);
}

absl::Status ForwardQuestion::FailureStatus() const {
  if (order_.empty()) return absl::UnavailableError("the rule has no targets");
  if (timed_out_) return absl::DeadlineExceededError("no target answered in time");
  if (overloaded_) return absl::ResourceExhaustedError("too many questions are under way");
  return absl::UnavailableError("no target could be asked");
}

void ForwardQuestion::FinishUnanswered() {
  if (error_reply_ != nullptr) {
    return Finish(absl::OkStatus(), std::move(error_reply_), error_index_);
  }
  Finish(FailureStatus(), nullptr, std::nullopt);
}

void ForwardQuestion::Finish(absl::Status status, std::shared_ptr<Reply> reply,
                             std::optional<size_t> answered) {
  if (finished_) return;
  finished_ = true;
  context_.loop->Cancel(std::exchange(timer_, net::EventLoop::kNoTimer));
  for (Attempt& attempt : attempts_) {
    if (!attempt.in_flight) continue;
    attempt.in_flight = false;
    attempt.channel->Abandon(attempt.ticket);
  }
  in_flight_ = 0;
  result_ = {std::move(status), std::move(reply), std::move(records_)};
  if (answered.has_value()) {
    std::rotate(result_.attempts.begin() + *answered, result_.attempts.begin() + *answered + 1,
                result_.attempts.end());
  }
  if (done_) done_(this);
}

void ForwardQuestion::CallBack() { std::exchange(callback_, nullptr)(std::move(result_)); }

}  // namespace nave::resolver
