#include "tests/resolver/isolation/storm.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/base/clock.h"
#include "lib/base/log.h"

namespace nave::resolver::isolation {
namespace {

// Questions of one client under way at once.
constexpr size_t kRound = 24;
// A name is new for so many answers, and a cached one after that.
constexpr size_t kAnswersPerName = 400;
// Who waits looks again after so long, whatever it was told.
constexpr absl::Duration kLook = absl::Milliseconds(5);
// Changes that the questions may be ahead of, where the machine is slow.
constexpr int64_t kLagMax = 8;

WorkerOptions Options(ResolverMetrics* metrics) {
  WorkerOptions options;
  options.metrics = metrics;
  options.node_id = "r1";
  options.upstream_factory = NewForwarder;
  return options;
}

}  // namespace

Storm::Storm(StormOptions options)
    : options_(std::move(options)),
      dice_(options_.seed),
      servers_(options_.seed + 1),
      builder_(servers_.ports()),
      resolver_(ResolverServer::Start(&RealClock(), options_.workers, Options(&metrics_)).value()) {
  // A line for each state that is served would be thousands.
  log::Configure(log::Level::kWarning, log::Form::kText);
  Serve(FirstWorld(&dice_));
  for (int listener = 0; listener < kListeners; ++listener) {
    const auto address = net::Endpoint::Parse(ListenerAddress(listener));
    listeners_.push_back(resolver_->BoundEndpoint(*address).value());
  }
}

void Storm::Serve(World world) {
  const State state = builder_.Build(options_.lie ? options_.lie(world) : world);
  history_.Begin(std::make_shared<const World>(std::move(world)));
  const absl::Status status = resolver_->Serve(state);
  NAVE_CHECK(status.ok());
  history_.Served();
}

void Storm::Change() {
  const int64_t now = history_.served();
  Serve(ChangedWorld(*history_.Between(now, now).front(), &dice_));
}

std::string Storm::SomeName(Dice* dice) const {
  static const auto* const fixed = new std::vector<std::string>{
      "www.one.example.",        "www.two.example.",    "www.deep.one.example.",
      "www.in.fwd.example.",     "x.wild.one.example.", "none.one.example.",
      "alias.one.example.",      "cross.one.example.",  "alias.two.example.",
      "cross.deep.one.example.", "hot.fwd.example.",    "hot.other.example.",
      "alias.deep.one.example."};
  static const auto* const fresh =
      new std::vector<std::string>{".fwd.example.", ".more.fwd.example.", ".rule.one.example.",
                                   ".two.example.", ".other.example."};
  if (dice->OneIn(3)) return (*fixed)[dice->Roll(static_cast<int>(fixed->size()))];
  // All clients ask for the same name at about the same time.
  return absl::StrCat(std::string(1, "hhhncc"[dice->Roll(6)]), "-",
                      answered_.load() / kAnswersPerName,
                      (*fresh)[dice->Roll(static_cast<int>(fresh->size()))]);
}

Storm::Question Storm::Some(const std::vector<uint32_t>& sources, Dice* dice) const {
  // Most ask where many views are.
  const int listener = dice->OneIn(4) ? dice->Roll(kListeners) : dice->Roll(kSharedListeners);
  return {listener, sources[dice->Roll(static_cast<int>(sources.size()))], SomeName(dice), 0};
}

void Storm::Take(const Question& question, std::string wire, Tally* tally) {
  const int64_t last = history_.begun();
  Observation seen = {question.listener, question.source, question.qname, question.first, last,
                      std::move(wire)};
  Count(seen, history_.Between(seen.first, last), tally);
  if (options_.keep_observations) tally->observations.push_back(std::move(seen));
  const size_t answered = answered_.fetch_add(1) + 1;
  const size_t pace = options_.answers_per_change;
  if (pace > 0 && answered % pace == 0) progress_.SignalAll();
}

bool Storm::IsAhead() const {
  const size_t pace = options_.answers_per_change;
  return pace > 0 && static_cast<size_t>(history_.served() + kLagMax) * pace < answered_.load();
}

void Storm::WaitForChanges() {
  absl::MutexLock lock(&mutex_);
  while (IsAhead()) progress_.WaitWithTimeout(&mutex_, kLook);
}

void Storm::AskAll(int client) {
  Dice dice(options_.seed + 100 + static_cast<uint64_t>(client));
  std::vector<uint32_t> sources;
  const std::vector<uint32_t> all = AllSources();
  for (size_t i = static_cast<size_t>(client); i < all.size(); i += options_.clients) {
    sources.push_back(all[i]);
  }
  Asker asker(sources);
  Tally tally;
  while (answered_.load() < options_.answers && tally.lost == 0) {
    WaitForChanges();
    std::vector<Question> round;
    // One question from many views at once, or many questions.
    const bool same = dice.OneIn(2);
    for (size_t i = 0; i < kRound; ++i) {
      round.push_back(Some(sources, &dice));
      if (same) round.back().qname = round.front().qname;
      round.back().first = history_.served();
      asker.Send(round[i].source, listeners_[round[i].listener], round[i].qname, i);
    }
    tally.lost += asker.Collect(
        [&](size_t number, std::string wire) { Take(round[number], std::move(wire), &tally); });
    Question stream = Some(sources, &dice);
    stream.first = history_.served();
    std::string wire = AskTcp(stream.source, listeners_[stream.listener], stream.qname);
    ++(wire.empty() ? tally.lost : tally.tcp);
    if (!wire.empty()) Take(stream, std::move(wire), &tally);
  }
  absl::MutexLock lock(&mutex_);
  tally_.Add(std::move(tally));
}

Tally Storm::Run() {
  std::vector<std::thread> clients;
  std::atomic<int> running{options_.clients};
  for (int client = 0; client < options_.clients; ++client) {
    clients.emplace_back([this, client, &running] {
      AskAll(client);
      running.fetch_sub(1);
    });
  }
  // Changes come at the pace of the answers.
  const size_t pace = options_.answers_per_change;
  size_t changes = 0;
  while (running.load() > 0) {
    if (pace > 0 && answered_.load() >= changes * pace) {
      Change();
      ++changes;
      progress_.SignalAll();
    } else {
      absl::MutexLock lock(&mutex_);
      progress_.WaitWithTimeout(&mutex_, kLook);
    }
  }
  for (std::thread& client : clients) client.join();
  resolver_->Stop();
  absl::MutexLock lock(&mutex_);
  return std::move(tally_);
}

}  // namespace nave::resolver::isolation
