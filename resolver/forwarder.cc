#include "resolver/forwarder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "resolver/forwarder_order.h"
#include "resolver/forwarder_question.h"
#include "resolver/target_prober.h"
#include "resolver/upstream_health.h"
#include "resolver/upstream_table.h"

namespace nave::resolver {
namespace {

// Questions of one worker under way.
constexpr size_t kMaxQuestions = 16384;
// What is idle is looked for this often. Patience and deadlines have timers of their own.
constexpr absl::Duration kTick = absl::Seconds(1);
// Callbacks whose memory is asked for before the first of them runs.
constexpr size_t kTogether = 16;

class Forwarder final : public Upstream {
 public:
  explicit Forwarder(net::EventLoop* loop)
      : loop_(loop),
        channels_(loop, &stats_),
        prober_(
            loop, &health_, &stats_,
            [this](const dns::Question& question, std::shared_ptr<const TargetGroup> group,
                   ForwardCallback done) { Probe(question, std::move(group), std::move(done)); }) {
    ScheduleTick();
  }

  ~Forwarder() override {
    loop_->Cancel(tick_);
    // The callbacks may not ask again: there is nobody to ask any more.
    closing_ = true;
    for (const auto& question : questions_) question->Cancel();
    channels_.Clear();
    loop_->CancelAtTurnEnd(turn_end_);
  }

  void Forward(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
               const ForwardOptions& options, ForwardCallback callback) override {
    auto asked = std::make_unique<ForwardQuestion>(
        ForwardContext{loop_, &channels_, &health_, &prober_, &stats_}, question, std::move(group),
        options, std::move(callback), [this](ForwardQuestion* done) { AddTo(&finished_, done); });
    if (closing_) return asked->Cancel();
    ForwardQuestion* const added = asked.get();
    const bool full = questions_.size() >= kMaxQuestions;
    added->set_place(questions_.size());
    questions_.push_back(std::move(asked));
    if (full) return added->Fail(absl::ResourceExhaustedError("too many questions are under way"));
    AddTo(&asked_, added);
  }

  void SetPrefetch(Prefetch prefetch) override { prefetch_ = std::move(prefetch); }

  size_t outstanding() const override { return questions_.size(); }

  UpstreamStats stats() const override {
    UpstreamStats stats = stats_;
    stats.targets = health_.size();
    stats.targets_down = health_.CountDown();
    return stats;
  }

  std::vector<TargetStatus> Describe(const TargetGroup& group) const override {
    return DescribeTargets(group, health_, loop_->now());
  }

 private:
  void Probe(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
             ForwardCallback done) {
    ForwardOptions options;
    options.is_probe = true;
    options.deadline = TargetHealth::kMaxPatience;
    Forward(question, std::move(group), options, std::move(done));
  }

  // The questions of one turn go on together, one step of all before the next step of any: the code
  // of a step is fetched once for all of them then (docs/design/0006-together.md).
  void AddTo(std::vector<ForwardQuestion*>* step, ForwardQuestion* question) {
    step->push_back(question);
    if (turn_end_ == net::EventLoop::kNoTurnEnd) {
      turn_end_ = loop_->RunAtTurnEnd([this] { GoOn(); });
    }
  }

  void GoOn() {
    turn_end_ = net::EventLoop::kNoTurnEnd;
    // These first: whoever is called back may ask again.
    const auto finished = std::exchange(finished_, {});
    for (size_t begin = 0; begin < finished.size(); begin += kTogether) {
      const size_t end = std::min(begin + kTogether, finished.size());
      for (int step = 0; step < kPrefetchSteps && prefetch_; ++step) {
        for (size_t i = begin; i < end; ++i) prefetch_(finished[i]->subject(), step);
      }
      for (size_t i = begin; i < end; ++i) Take(finished[i])->CallBack();
    }
    for (ForwardQuestion* const question : std::exchange(asked_, {})) question->Start();
  }

  std::unique_ptr<ForwardQuestion> Take(const ForwardQuestion* question) {
    std::unique_ptr<ForwardQuestion>& place = questions_[question->place()];
    std::unique_ptr<ForwardQuestion> taken = std::move(place);
    if (&place != &questions_.back()) {
      place = std::move(questions_.back());
      place->set_place(taken->place());
    }
    questions_.pop_back();
    return taken;
  }

  void ScheduleTick() {
    tick_ = loop_->RunAfter(kTick, [this] {
      channels_.Tick(loop_->now());
      health_.Tick(loop_->now());
      ScheduleTick();
    });
  }

  net::EventLoop* const loop_;
  UpstreamStats stats_;
  UpstreamTable channels_;
  HealthTable health_;
  TargetProber prober_;
  // In no order; each knows its place.
  std::vector<std::unique_ptr<ForwardQuestion>> questions_;
  // Of these: what is to be asked, and what is to be called back, at the end of the turn.
  std::vector<ForwardQuestion*> asked_;
  std::vector<ForwardQuestion*> finished_;
  net::EventLoop::TurnEndId turn_end_ = net::EventLoop::kNoTurnEnd;
  net::EventLoop::TimerId tick_ = net::EventLoop::kNoTimer;
  bool closing_ = false;
  // Null: nobody wants to know.
  Prefetch prefetch_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Upstream>> NewForwarder(net::EventLoop* loop) {
  return std::make_unique<Forwarder>(loop);
}

}  // namespace nave::resolver
