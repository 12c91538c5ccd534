// What `explain` says is what a client gets: random states, random questions, both ways compared by
// their bytes; and who decides is what a slow model says (view_model.h).
#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/dns/wire_reader.h"
#include "resolver/query_handler.h"
#include "tests/resolver/fake_upstream.h"
#include "tests/resolver/random_world.h"
#include "tests/resolver/resolver_testing.h"
#include "tests/resolver/view_model.h"
#include "tests/testing/fake_clock.h"

namespace nave::resolver {
namespace {

constexpr int kStates = 800;
constexpr int kQuestionsPerState = 25;
constexpr int kRepeats = 3;

class LastReply : public Responder {
 public:
  absl::Span<uint8_t> AnswerBuffer(const ReplyPath&) override { return absl::MakeSpan(buffer_); }
  void Respond(const ReplyPath&, size_t size) override {
    ++count;
    EXPECT_EQ(dns::ParseMessage(absl::MakeConstSpan(buffer_).subspan(0, size), &message),
              dns::WireError::kOk);
  }

  dns::Message message;
  int count = 0;

 private:
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(dns::kMaxMessageSize);
};

std::string Sorted(std::vector<std::string> lines) {
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "\n");
}

template <typename Lines>
std::string SortedLines(const Lines& lines) {
  return Sorted(std::vector<std::string>(lines.begin(), lines.end()));
}

std::string FormOf(const v1::Explanation& explanation) {
  return absl::StrCat(explanation.rcode(), " aa=", explanation.authoritative(),
                      " ad=", explanation.authentic_data(), "\nanswer\n",
                      SortedLines(explanation.answers()), "\nauthority\n",
                      SortedLines(explanation.authorities()), "\nadditional\n",
                      SortedLines(explanation.additionals()), "\nerror\n",
                      explanation.extended_errors().empty() ? "" : explanation.extended_errors(0));
}

std::string FormOf(const dns::Message& message) {
  const std::optional<dns::ExtendedError> error =
      message.edns.has_value() ? message.edns->FindExtendedError() : std::nullopt;
  return absl::StrCat(
      dns::RcodeToText(message.FullRcode()), " aa=", message.header.aa, " ad=", message.header.ad,
      "\nanswer\n", absl::StrJoin(Texts(message.answers), "\n"), "\nauthority\n",
      absl::StrJoin(Texts(message.authorities), "\n"), "\nadditional\n",
      absl::StrJoin(Texts(message.additionals), "\n"), "\nerror\n",
      error.has_value() ? absl::StrCat(dns::ExtendedErrorName(error->code), ": ", error->text)
                        : "");
}

// One state with its handler and its targets.
class Bench {
 public:
  Bench(const v1::Snapshot& state, uint64_t seed) : state_(state), seed_(seed) {
    handler_.SetSnapshot(Compile(*StateFromSnapshot(state)));
  }
  ~Bench() { upstream_.reset(); }

  v1::Explanation Explain(const v1::Question& question) {
    absl::StatusOr<v1::Explanation> explanation = handler_.Explain(question);
    EXPECT_TRUE(explanation.ok()) << explanation.status();
    return explanation.ok() ? *explanation : v1::Explanation();
  }

  // Over TCP, so that nothing is cut. `*cached`: all that the targets said may be kept.
  const dns::Message& Ask(const v1::Question& question, bool* cached) {
    dns::Message query = dns::MakeQuery(7, N(question.qname()), TypeOf(question));
    query.header.rd = !question.no_recursion();
    query.header.cd = question.checking_disabled();
    query.edns.emplace();
    query.edns->dnssec_ok = question.dnssec_ok();
    const std::string wire = dns::SerializeMessage(query);
    const auto peer =
        net::Endpoint::Parse(absl::StrCat("10.", question.view().substr(1), ".0.9:4000"));
    const ReplyPath path{*peer, net::IpAddress(), true, 0};
    const int before = responder_->count;
    handler_.Handle(dns::ToOctets(wire), path,
                    handler_.snapshot()->FindListener(*net::Endpoint::Parse("127.0.0.1:1")),
                    responder_);
    *cached = true;
    while (responder_->count == before && answered_ < upstream_->asked.size()) {
      *cached &= AnswerNext(question);
    }
    EXPECT_EQ(responder_->count, before + 1);
    return responder_->message;
  }

  size_t asked() const { return upstream_->asked.size(); }
  uint64_t from_packets() const { return handler_.stats().from_packets; }
  void Advance(absl::Duration time) { clock_.Advance(time); }
  ViewModel Model(const v1::Question& question) const {
    return ViewModel(state_, question.view(), {"local.", "localhost.", "10.in-addr.arpa."},
                     {"10.in-addr.arpa."});
  }
  static dns::RRType TypeOf(const v1::Question& question) {
    return *dns::RRTypeFromText(question.qtype());
  }

 private:
  // True if the reply may be kept.
  bool AnswerNext(const v1::Question& question) {
    FakeUpstream::Asked& one = upstream_->asked[answered_];
    const size_t index = answered_++;
    CheckWhoIsAsked(question, one);
    bool cacheable = true;
    // Each target says something else.
    const uint64_t target = one.group->targets[0].endpoint.address.bytes().back();
    const auto reply = RandomWorld::Reply(seed_ * 256 + target, one.question, &cacheable);
    if (reply.has_value()) {
      upstream_->Reply(index, *reply);
    } else {
      upstream_->Fail(index, absl::DeadlineExceededError("no target answered in time"));
    }
    return cacheable;
  }

  // Rules' targets are asked for what the rules decide; nothing else leaves.
  void CheckWhoIsAsked(const v1::Question& question, const FakeUpstream::Asked& asked) const {
    EXPECT_FALSE(question.no_recursion());
    if (!asked.group->recursion_desired) return;  // A delegation.
    const ViewModel model = Model(question);
    const std::string decided = model.Decide(asked.question.name, asked.question.type, true);
    EXPECT_EQ(asked.group->name,
              model.IsRecursive(decided) ? absl::StrCat(question.view(), " recursive") : decided)
        << asked.question.name;
  }

  const v1::Snapshot state_;
  const uint64_t seed_;
  nave::testing::FakeClock clock_;
  std::unique_ptr<FakeUpstream> upstream_ = std::make_unique<FakeUpstream>();
  QueryHandler handler_{upstream_.get(), &clock_, Cache::kDefaultMaxBytes, ""};
  std::shared_ptr<LastReply> responder_ = std::make_shared<LastReply>();
  size_t answered_ = 0;
};

// Every decision of the walk, the first and those along the chain, is the model's.
void CheckDecisions(const v1::Explanation& explanation, const ViewModel& model) {
  const v1::Question& question = explanation.question();
  int decisions = 0;
  for (const v1::Step& step : explanation.steps()) {
    std::string chosen;
    int count = 0;
    for (const v1::Candidate& candidate : step.candidates()) {
      EXPECT_FALSE(candidate.reason().empty());
      EXPECT_TRUE(N(step.qname()).IsSubdomainOf(N(candidate.suffix())));
      if (!candidate.chosen()) continue;
      chosen = candidate.resource();
      ++count;
    }
    const bool decides = !step.candidates().empty() || step.kind() == v1::Step::RECURSIVE;
    if (!decides) continue;
    ++decisions;
    EXPECT_LE(count, 1);
    EXPECT_EQ(chosen,
              model.Decide(N(step.qname()), Bench::TypeOf(question), !question.no_recursion()))
        << step.qname();
  }
  EXPECT_GE(decisions, 1);
}

// Asked again, of what packets hold: the same, and nobody is asked; as explained then, for TTLs
// age. Returns how many were from packets.
uint64_t CheckRepeated(Bench* bench, const v1::Question& question) {
  const uint64_t before = bench->from_packets();
  const size_t asked = bench->asked();
  for (int i = 0; i < kRepeats; ++i) {
    bench->Advance(absl::Milliseconds(300));
    const v1::Explanation explanation = bench->Explain(question);
    if (!explanation.complete()) return bench->from_packets() - before;
    bool cached = true;
    EXPECT_EQ(FormOf(explanation), FormOf(bench->Ask(question, &cached)));
    EXPECT_EQ(bench->asked(), asked);
  }
  return bench->from_packets() - before;
}

struct Counts {
  int complete = 0;
  int asked = 0;
  int complete_afterwards = 0;
  uint64_t from_packets = 0;
};

void CheckQuestion(Bench* bench, const v1::Question& question, Counts* counts) {
  const v1::Explanation before = bench->Explain(question);
  CheckDecisions(before, bench->Model(question));
  const size_t asked = bench->asked();
  bool cached = true;
  const std::string answer = FormOf(bench->Ask(question, &cached));
  if (before.complete()) {
    ++counts->complete;
    EXPECT_EQ(bench->asked(), asked);
    EXPECT_EQ(FormOf(before), answer);
    counts->from_packets += CheckRepeated(bench, question);
    return;
  }
  ++counts->asked;
  EXPECT_GT(bench->asked(), asked);
  EXPECT_EQ(before.rcode(), "");
  EXPECT_EQ(before.steps(before.steps_size() - 1).kind(), v1::Step::TARGET);
  if (!cached) return;
  ++counts->complete_afterwards;
  const v1::Explanation after = bench->Explain(question);
  EXPECT_TRUE(after.complete());
  CheckDecisions(after, bench->Model(question));
  const size_t asked_after = bench->asked();
  EXPECT_EQ(FormOf(after), FormOf(bench->Ask(question, &cached)));
  EXPECT_EQ(bench->asked(), asked_after);
  counts->from_packets += CheckRepeated(bench, question);
}

TEST(ExplainPropertyTest, ExplanationIsWhatAClientGets) {
  Counts counts;
  for (uint64_t seed = 1; seed <= kStates && !::testing::Test::HasFailure(); ++seed) {
    RandomWorld world(seed);
    const v1::Snapshot state = world.MakeState();
    Bench bench(state, seed);
    for (int i = 0; i < kQuestionsPerState && !::testing::Test::HasFailure(); ++i) {
      const v1::Question question = world.MakeQuestion();
      SCOPED_TRACE(
          absl::StrCat("seed ", seed, ", question ", i, ": ", question.ShortDebugString()));
      CheckQuestion(&bench, question, &counts);
      bench.Advance(absl::Milliseconds(world.Below(2000)));
    }
  }
  // Neither side of the property is empty.
  EXPECT_GT(counts.complete, kStates);
  EXPECT_GT(counts.asked, kStates);
  EXPECT_GT(counts.complete_afterwards, kStates);
  EXPECT_GT(counts.from_packets, 10 * kStates);
}

}  // namespace
}  // namespace nave::resolver
