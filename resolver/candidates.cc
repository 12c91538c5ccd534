#include "resolver/candidates.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace nave::resolver {
namespace {

constexpr char kLonger[] = "a longer suffix matches";

// Labels of the suffix that decides; -1 where none does.
int DecidingLabels(const Decision& decision) {
  if (decision.zone != nullptr) return decision.zone->apex().label_count();
  return decision.rule == nullptr ? -1 : decision.rule->domain_name.label_count();
}

std::string RuleReason(const Rule& rule, const Zone* same_name, const Decision& decision) {
  const int labels = rule.domain_name.label_count();
  if (decision.rule == &rule) {
    if (decision.kind == Decision::Kind::kNone) {
      return "RECURSIVE, but the view has no recursive resolvers";
    }
    return same_name == nullptr ? "the longest suffix" : "a rule beats a zone of the same name";
  }
  if (decision.system_rule == &rule) return "SYSTEM: takes the name out of wider FORWARD rules";
  const bool is_carved_out = rule.kind == Rule::Kind::kForward && decision.system_rule != nullptr &&
                             labels < decision.system_rule->domain_name.label_count() &&
                             labels >= DecidingLabels(decision);
  if (is_carved_out)
    return absl::StrCat("taken out by the SYSTEM rule ", decision.system_rule->name);
  if (rule.kind == Rule::Kind::kSystem) return "SYSTEM: a narrower one has done the same";
  return kLonger;
}

std::string ZoneReason(const Zone& zone, const Decision& decision,
                       absl::Span<const Zone* const> fallen) {
  if (decision.zone == &zone) return "the longest suffix";
  if (std::find(fallen.begin(), fallen.end(), &zone) != fallen.end()) {
    return "it has no such name and falls back (fallback_on_nxdomain)";
  }
  const int labels = zone.apex().label_count();
  const int deciding = DecidingLabels(decision);
  if (labels == deciding) return "a rule beats a zone of the same name";
  if (labels > deciding) return "DS of its apex is data of the zone above (RFC 4035)";
  return kLonger;
}

std::string RecursiveReason(const Decision& decision) {
  if (decision.kind != Decision::Kind::kRecursive) return "only for what nothing else decides";
  if (decision.rule == nullptr) return "no zone and no rule decides";
  return absl::StrCat("asked by the RECURSIVE rule ", decision.rule->name);
}

}  // namespace

std::vector<Candidate> ListCandidates(const View& view, const dns::Name& name,
                                      const Decision& decision,
                                      absl::Span<const Zone* const> fallen) {
  std::vector<Candidate> candidates;
  const Suffixes suffixes(name);
  const bool decides = decision.kind != Decision::Kind::kNone;
  for (int labels = suffixes.label_count(); labels >= 0; --labels) {
    const View::Match match = view.Find(suffixes, labels);
    if (const Rule* rule = match.rule) {
      candidates.push_back({rule->name, rule->domain_name, decides && decision.rule == rule,
                            RuleReason(*rule, match.zone, decision)});
    }
    if (const Zone* zone = match.zone) {
      candidates.push_back(
          {zone->name(), zone->apex(), decision.zone == zone, ZoneReason(*zone, decision, fallen)});
    }
  }
  if (const SpecialName* special = decision.special) {
    candidates.push_back({special->zone->name(), special->zone->apex(), true,
                          absl::StrCat("never sent to recursive resolvers (",
                                       std::string(special->authority), ")")});
  }
  if (view.recursive() != nullptr) {
    candidates.push_back({view.name(), dns::Name(),
                          decision.kind == Decision::Kind::kRecursive && decision.rule == nullptr,
                          RecursiveReason(decision)});
  }
  return candidates;
}

}  // namespace nave::resolver
