#include "cli/explain_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

namespace nave::cli {
namespace {

using resolver::v1::Candidate;
using resolver::v1::Explanation;
using resolver::v1::ForwardingPolicy;
using resolver::v1::Step;
using resolver::v1::TargetState;

constexpr char kIndent[] = "       ";

// Rows with columns as wide as their widest cell, below a step.
void AppendRows(const std::vector<std::vector<std::string>>& rows, std::string* text) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line = kIndent;
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i]);
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    absl::StrAppend(text, line.substr(0, line.find_last_not_of(' ') + 1), "\n");
  }
}

std::vector<std::string> CandidateRow(const Candidate& candidate) {
  return {absl::StrCat(candidate.chosen() ? "* " : "  ", candidate.suffix()), candidate.resource(),
          candidate.reason()};
}

std::string HealthText(const TargetState& target) {
  switch (target.health()) {
    case TargetState::UP:
      return absl::StrFormat("up, %.1f ms", target.round_trip_us() / 1000.0);
    case TargetState::DOWN:
      return absl::StrFormat("down, probed again in %.1f s", target.retry_in_ms() / 1000.0);
    default:
      break;
  }
  if (target.failures() == 0) return "not asked yet";
  return absl::StrCat("no answer ", target.failures(), target.failures() == 1 ? " time" : " times");
}

std::string HedgeText(const TargetState& target) {
  if (target.hedge_after_us() == 0) return "";
  return absl::StrFormat("hedged after %.1f ms", target.hedge_after_us() / 1000.0);
}

std::vector<std::string> TargetRow(const TargetState& target) {
  return {absl::StrCat("  ", target.address()),
          target.transport(),
          absl::StrCat("priority ", target.priority()),
          absl::StrCat("weight ", target.weight()),
          HealthText(target),
          HedgeText(target)};
}

// What the rule wants other than the defaults.
std::string PolicyText(const ForwardingPolicy& policy) {
  std::vector<std::string> parts;
  if (policy.selection() == ForwardingPolicy::LATENCY) parts.push_back("the fastest first");
  const auto add_error = [&parts](const char* rcode, ForwardingPolicy::OnError on_error) {
    if (on_error == ForwardingPolicy::ON_ERROR_UNSPECIFIED) return;
    parts.push_back(absl::StrCat(
        rcode, on_error == ForwardingPolicy::ANSWER ? " is the answer" : " leads to the next"));
  };
  add_error("SERVFAIL", policy.on_servfail());
  add_error("REFUSED", policy.on_refused());
  add_error("NXDOMAIN", policy.on_nxdomain());
  if (policy.on_all_down() == ForwardingPolicy::FAIL) parts.push_back("fails if all are down");
  if (policy.hedge_percentile() > 0) {
    parts.push_back(absl::StrCat("hedged after percentile ", policy.hedge_percentile()));
  }
  return absl::StrJoin(parts, "; ");
}

void AppendStep(int number, const Step& step, std::string* text) {
  absl::StrAppend(text, absl::StrFormat("%3d. ", number), Step::Kind_Name(step.kind()), " ",
                  step.qname());
  if (!step.resource().empty()) absl::StrAppend(text, " ", step.resource());
  if (!step.text().empty()) absl::StrAppend(text, ": ", step.text());
  if (!step.cache().target().empty()) absl::StrAppend(text, ", from ", step.cache().target());
  absl::StrAppend(text, "\n");
  std::vector<std::vector<std::string>> rows;
  for (const Candidate& candidate : step.candidates()) rows.push_back(CandidateRow(candidate));
  AppendRows(rows, text);
  rows.clear();
  for (const TargetState& target : step.targets()) rows.push_back(TargetRow(target));
  AppendRows(rows, text);
  const std::string policy = PolicyText(step.policy());
  if (!policy.empty()) absl::StrAppend(text, kIndent, "  policy: ", policy, "\n");
}

std::string Heading(const resolver::v1::Question& question) {
  return absl::StrCat(question.qname(), " ", question.qtype(), " in ", question.view(),
                      question.no_recursion() ? ", RD=0" : "", question.dnssec_ok() ? ", DO=1" : "",
                      question.checking_disabled() ? ", CD=1" : "", "\n");
}

std::string Outcome(const Explanation& explanation) {
  // A resolver of an earlier version says by the RCODE alone that it knows.
  if (explanation.rcode().empty()) return "not known before a target is asked\n";
  return absl::StrCat(explanation.rcode(), explanation.authoritative() ? ", AA" : "",
                      explanation.authentic_data() ? ", AD" : "", "\n");
}

template <typename Lines>
void AppendSection(absl::string_view title, const Lines& lines, std::string* text) {
  if (lines.empty()) return;
  if (!title.empty()) absl::StrAppend(text, title, "\n");
  for (const std::string& line : lines) absl::StrAppend(text, "  ", line, "\n");
}

}  // namespace

std::string ExplanationText(const Explanation& explanation) {
  std::string text = Heading(explanation.question());
  int number = 0;
  for (const Step& step : explanation.steps()) AppendStep(++number, step, &text);
  absl::StrAppend(&text, Outcome(explanation));
  AppendSection("", explanation.answers(), &text);
  AppendSection("authority", explanation.authorities(), &text);
  AppendSection("additional", explanation.additionals(), &text);
  AppendSection("extended errors", explanation.extended_errors(), &text);
  absl::StrAppend(&text, "by ", explanation.node(), ", revision ", explanation.revision(), "\n");
  return text;
}

}  // namespace nave::cli
