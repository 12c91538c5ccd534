#include "tests/resolver/isolation/checker.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/check.h"
#include "lib/dns/message.h"

namespace nave::resolver::isolation {
namespace {

constexpr size_t kMarkSize = 9;  // "mark-v017"
constexpr size_t kWrongMax = 5;

using Worlds = std::vector<std::shared_ptr<const World>>;

bool HasMark(const std::set<std::string>& marks, char kind) {
  return std::any_of(marks.begin(), marks.end(), [&](const auto& mark) { return mark[5] == kind; });
}

// The names that the answer can be about: the qname, and where a chain of our data leads from it.
std::vector<std::string> NamesOf(const std::string& qname) {
  std::vector<std::string> names = {qname};
  if (absl::StartsWith(qname, "alias.")) names.push_back("hot.fwd.example.");
  if (absl::StartsWith(qname, "cross.")) names.push_back("www.two.example.");
  if (absl::StartsWith(qname, "c-")) names.push_back("www.one.example.");
  return names;
}

const ViewModel* ViewAt(const World& world, const Observation& seen) {
  const int view = ViewOf(world, seen.listener, seen.source);
  return view < 0 ? nullptr : world.views[view].get();
}

bool MayBe(Decider decider, const Observation& seen, const Worlds& worlds) {
  for (const auto& world : worlds) {
    const ViewModel* view = ViewAt(*world, seen);
    if (view == nullptr) {
      if (decider == Decider::kNothing) return true;
      continue;
    }
    for (const std::string& name : NamesOf(seen.qname)) {
      if (Decide(*view, name) == decider) return true;
    }
  }
  return false;
}

std::string Describe(const Observation& seen, const dns::Message& answer, const Worlds& worlds) {
  std::string text =
      absl::StrCat(seen.qname, " from ", Ipv4Text(seen.source), " at listener ", seen.listener,
                   ", generations ", seen.first, " to ", seen.last, ", views");
  for (const auto& world : worlds) {
    absl::StrAppend(&text, " ", ViewOf(*world, seen.listener, seen.source));
  }
  return absl::StrCat(text, "\n", answer.ToText());
}

}  // namespace

void History::Begin(std::shared_ptr<const World> world) {
  absl::MutexLock lock(&mutex_);
  NAVE_CHECK(world->generation == static_cast<int64_t>(worlds_.size()) + 1);
  const int64_t generation = world->generation;
  worlds_.push_back(std::move(world));
  begun_.store(generation);
}

Worlds History::Between(int64_t first, int64_t last) const {
  absl::MutexLock lock(&mutex_);
  return Worlds(worlds_.begin() + (first - 1), worlds_.begin() + last);
}

void Tally::Add(Tally other) {
  for (size_t Tally::*count :
       {&Tally::answers, &Tally::zone, &Tally::server, &Tally::chain, &Tally::egress,
        &Tally::nxdomain, &Tally::refused, &Tally::no_view, &Tally::servfail, &Tally::tcp,
        &Tally::one_generation, &Tally::lost}) {
    this->*count += other.*count;
  }
  std::move(other.wrong.begin(), other.wrong.end(), std::back_inserter(wrong));
  std::move(other.observations.begin(), other.observations.end(), std::back_inserter(observations));
}

std::string Tally::ToString() const {
  return absl::StrCat(answers, " answers: ", zone, " of zones, ", server, " of servers (", egress,
                      " by an egress of the view's own), ", chain, " of both, ", nxdomain,
                      " NXDOMAIN, ", refused, " REFUSED (", no_view, " without a view), ", servfail,
                      " SERVFAIL; ", tcp, " over TCP, ", one_generation, " of one generation, ",
                      lost, " lost, ", wrong.size(), " wrong");
}

std::set<std::string> MarksIn(const std::string& wire) {
  std::set<std::string> marks;
  for (size_t at = wire.find("mark-"); at != std::string::npos; at = wire.find("mark-", at + 1)) {
    marks.insert(wire.substr(at, kMarkSize));
  }
  return marks;
}

std::string WrongWith(const Observation& seen, const Worlds& worlds) {
  dns::Message answer;
  if (dns::ParseMessage(seen.wire, &answer) != dns::WireError::kOk) return "not a message";
  std::set<std::string> allowed;
  for (const auto& world : worlds) {
    allowed.merge(MarksOf(*world, ViewOf(*world, seen.listener, seen.source)));
  }
  const std::set<std::string> marks = MarksIn(seen.wire);
  std::vector<std::string> foreign;
  std::set_difference(marks.begin(), marks.end(), allowed.begin(), allowed.end(),
                      std::back_inserter(foreign));
  std::string wrong;
  if (!foreign.empty()) absl::StrAppend(&wrong, "foreign: ", absl::StrJoin(foreign, " "), ". ");
  switch (answer.FullRcode()) {
    case dns::Rcode::kRefused:
      if (!MayBe(Decider::kNothing, seen, worlds)) wrong += "REFUSED, but the view has it. ";
      break;
    case dns::Rcode::kServFail:
      // What failed was a server, or the question met a change.
      if (worlds.size() == 1 && !MayBe(Decider::kServer, seen, worlds)) {
        wrong += "SERVFAIL, but no server is asked. ";
      }
      break;
    case dns::Rcode::kNoError:
    case dns::Rcode::kNxDomain:
      if (marks.empty()) wrong += "nobody's data. ";
      break;
    default:
      absl::StrAppend(&wrong, dns::RcodeToText(answer.FullRcode()), ". ");
  }
  return wrong.empty() ? "" : wrong + Describe(seen, answer, worlds);
}

void Count(const Observation& seen, const Worlds& worlds, Tally* tally) {
  ++tally->answers;
  if (worlds.size() == 1) ++tally->one_generation;
  std::string wrong = WrongWith(seen, worlds);
  if (!wrong.empty() && tally->wrong.size() < kWrongMax) tally->wrong.push_back(std::move(wrong));
  dns::Message answer;
  if (dns::ParseMessage(seen.wire, &answer) != dns::WireError::kOk) return;
  const std::set<std::string> marks = MarksIn(seen.wire);
  const bool of_zone = HasMark(marks, 'd') || HasMark(marks, 'z');
  const bool is_chain = !answer.answers.empty() && answer.answers[0].type == dns::RRType::kCname;
  switch (answer.FullRcode()) {
    case dns::Rcode::kRefused:
      ++tally->refused;
      if (ViewAt(*worlds.front(), seen) == nullptr) ++tally->no_view;
      break;
    case dns::Rcode::kServFail:
      ++tally->servfail;
      break;
    default:
      if (answer.FullRcode() == dns::Rcode::kNxDomain) ++tally->nxdomain;
      ++(of_zone ? tally->zone : tally->server);
      if (is_chain) ++tally->chain;
      if (HasMark(marks, 'e')) ++tally->egress;
  }
}

}  // namespace nave::resolver::isolation
