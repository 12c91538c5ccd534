// What a walk writes down for `explain`.
#include <utility>

#include "absl/strings/str_cat.h"
#include "resolver/candidates.h"
#include "resolver/walk.h"

namespace nave::resolver {
namespace {

TraceStep MakeStep(StepKind kind, const dns::Name& qname, absl::string_view resource,
                   std::string text) {
  TraceStep step;
  step.kind = kind;
  step.qname = qname;
  step.resource = std::string(resource);
  step.text = std::move(text);
  return step;
}

// Kind, resource and text; without candidates. A name that nothing decides has no step of its own
// but the recursive resolvers that are not there.
TraceStep DecisionStep(const Decision& decision, const View& view, const dns::Name& qname) {
  switch (decision.kind) {
    case Decision::Kind::kZone:
      if (decision.special != nullptr) {
        return MakeStep(StepKind::kZone, qname, decision.zone->name(),
                        absl::StrCat("answered here and never sent out (",
                                     std::string(decision.special->authority), ")"));
      }
      return MakeStep(StepKind::kZone, qname, decision.zone->name(),
                      absl::StrCat("the zone ", decision.zone->apex().ToText(), " answers"));
    case Decision::Kind::kForward:
      return MakeStep(StepKind::kRule, qname, decision.rule->name,
                      absl::StrCat("FORWARD ", decision.rule->domain_name.ToText()));
    case Decision::Kind::kRecursive:
      if (decision.rule != nullptr) {
        return MakeStep(StepKind::kRecursive, qname, decision.rule->name,
                        absl::StrCat("RECURSIVE ", decision.rule->domain_name.ToText()));
      }
      return MakeStep(StepKind::kRecursive, qname, view.name(),
                      "the recursive resolvers of the view");
    case Decision::Kind::kNone:
      break;
  }
  return MakeStep(StepKind::kRecursive, qname, view.name(), "the view has no recursive resolvers");
}

}  // namespace

void Walk::Note(StepKind kind, absl::string_view resource, absl::string_view text) {
  if (trace_ != nullptr) trace_->Add(MakeStep(kind, name_, resource, std::string(text)));
}

void Walk::Note(StepKind kind, absl::string_view resource, absl::FunctionRef<std::string()> text) {
  if (trace_ != nullptr) trace_->Add(MakeStep(kind, name_, resource, text()));
}

void Walk::NoteDecision(const Decision& decision, const FallenZones& fallen) {
  for (const Zone* zone : fallen) {
    Note(StepKind::kZone, zone->name(), "has no such name: as if the zone were not there");
  }
  if (decision.system_rule != nullptr) {
    Note(StepKind::kRule, decision.system_rule->name, "SYSTEM: wider FORWARD rules do not count");
  }
  TraceStep step = DecisionStep(decision, *view_, name_);
  step.candidates = ListCandidates(*view_, name_, decision, fallen);
  trace_->Add(std::move(step));
}

void Walk::NoteCache(const Reply* cached) {
  TraceStep step = MakeStep(StepKind::kCache, name_, group_->name, "not in the cache");
  step.cache.emplace();
  if (cached != nullptr) {
    step.cache = CacheLook{true, now_ - cached->received, cached->expiry() - now_, cached->target};
    step.text =
        cached->is_stale
            ? absl::StrCat("stale: no target answered ", absl::ToInt64Seconds(step.cache->age),
                           " s ago, for another ", absl::ToInt64Seconds(step.cache->remaining),
                           " s")
            : absl::StrCat("cached ", absl::ToInt64Seconds(step.cache->age), " s ago, for another ",
                           absl::ToInt64Seconds(step.cache->remaining), " s");
  }
  trace_->Add(std::move(step));
  if (cached != nullptr) return;
  TraceStep ask = MakeStep(StepKind::kTarget, name_, group_->name, "has to be asked");
  ask.group = group_;
  trace_->Add(std::move(ask));
}

}  // namespace nave::resolver
