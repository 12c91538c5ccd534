#include "resolver/forwarder.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
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
    std::vector<std::shared_ptr<ForwardQuestion>> questions;
    questions.reserve(questions_.size());
    for (auto& [pointer, question] : questions_) questions.push_back(question);
    for (const auto& question : questions) question->Cancel();
    channels_.Clear();
  }

  void Forward(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
               const ForwardOptions& options, ForwardCallback callback) override {
    auto asked = std::make_shared<ForwardQuestion>(
        ForwardContext{loop_, &channels_, &health_, &prober_, &stats_}, question, std::move(group),
        options, std::move(callback), [this](ForwardQuestion* done) { questions_.erase(done); });
    const bool full = questions_.size() >= kMaxQuestions;
    questions_.emplace(asked.get(), asked);
    if (closing_) return asked->Cancel();
    if (full) return asked->Fail(absl::ResourceExhaustedError("too many questions are under way"));
    asked->Start();
  }

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
  absl::flat_hash_map<ForwardQuestion*, std::shared_ptr<ForwardQuestion>> questions_;
  net::EventLoop::TimerId tick_ = net::EventLoop::kNoTimer;
  bool closing_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Upstream>> NewForwarder(net::EventLoop* loop) {
  return std::make_unique<Forwarder>(loop);
}

}  // namespace nave::resolver
