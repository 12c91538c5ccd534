#include "resolver/explain.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/dns/message.h"
#include "resolver/walk.h"

namespace nave::resolver {
namespace {

v1::Step::Kind ToProto(StepKind kind) {
  switch (kind) {
    case StepKind::kView:
      return v1::Step::VIEW;
    case StepKind::kZone:
      return v1::Step::ZONE;
    case StepKind::kRule:
      return v1::Step::RULE;
    case StepKind::kRecursive:
      return v1::Step::RECURSIVE;
    case StepKind::kCache:
      return v1::Step::CACHE;
    case StepKind::kTarget:
      return v1::Step::TARGET;
    case StepKind::kFollow:
      return v1::Step::FOLLOW;
    case StepKind::kOutcome:
      return v1::Step::OUTCOME;
  }
  return v1::Step::KIND_UNSPECIFIED;
}

absl::StatusOr<Query> ToQuery(const v1::Question& question) {
  Query query;
  query.header.rd = !question.no_recursion();
  query.header.cd = question.checking_disabled();
  query.dnssec_ok = question.dnssec_ok();
  query.has_question = true;
  NAVE_ASSIGN_OR_RETURN(query.question.name, dns::Name::FromText(question.qname()));
  const std::optional<dns::RRType> type =
      dns::RRTypeFromText(question.qtype().empty() ? "A" : question.qtype());
  if (!type.has_value() || (dns::IsMetaType(*type) && *type != dns::RRType::kAny)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", question.qtype(), "' is not a type that can be asked for"));
  }
  query.question.type = *type;
  return query;
}

void AddCandidates(const TraceStep& step, v1::Step* out) {
  for (const Candidate& candidate : step.candidates) {
    v1::Candidate* added = out->add_candidates();
    added->set_resource(candidate.resource);
    added->set_suffix(candidate.suffix.ToText());
    added->set_chosen(candidate.chosen);
    added->set_reason(candidate.reason);
  }
}

v1::TargetState::Health ToProto(TargetStatus::Health health) {
  switch (health) {
    case TargetStatus::Health::kUp:
      return v1::TargetState::UP;
    case TargetStatus::Health::kDown:
      return v1::TargetState::DOWN;
    case TargetStatus::Health::kUnknown:
      return v1::TargetState::UNKNOWN;
  }
  return v1::TargetState::UNKNOWN;
}

void AddTargets(const std::vector<TargetStatus>& targets, v1::Step* out) {
  for (const TargetStatus& status : targets) {
    v1::TargetState* added = out->add_targets();
    added->set_address(status.target.endpoint.ToString());
    added->set_transport(status.target.transport == Transport::kTcp ? "TCP" : "UDP");
    added->set_priority(status.target.priority);
    added->set_weight(status.target.weight);
    added->set_health(ToProto(status.health));
    added->set_round_trip_us(absl::ToInt64Microseconds(status.round_trip));
    added->set_failures(static_cast<uint32_t>(status.failures));
    added->set_retry_in_ms(absl::ToInt64Milliseconds(status.retry_in));
    if (status.hedge_after != absl::InfiniteDuration()) {
      added->set_hedge_after_us(absl::ToInt64Microseconds(status.hedge_after));
    }
  }
}

v1::ForwardingPolicy::OnError ToProto(ForwardingPolicy::OnError on_error) {
  return on_error == ForwardingPolicy::OnError::kAnswer ? v1::ForwardingPolicy::ANSWER
                                                        : v1::ForwardingPolicy::NEXT_TARGET;
}

// What differs from the defaults.
void AddPolicy(const ForwardingPolicy& policy, v1::Step* out) {
  const ForwardingPolicy defaults;
  v1::ForwardingPolicy added;
  if (policy.selection != defaults.selection) {
    added.set_selection(v1::ForwardingPolicy::LATENCY);
  }
  if (policy.on_servfail != defaults.on_servfail) {
    added.set_on_servfail(ToProto(policy.on_servfail));
  }
  if (policy.on_refused != defaults.on_refused) added.set_on_refused(ToProto(policy.on_refused));
  if (policy.on_nxdomain != defaults.on_nxdomain) {
    added.set_on_nxdomain(ToProto(policy.on_nxdomain));
  }
  if (policy.on_all_down != defaults.on_all_down) {
    added.set_on_all_down(v1::ForwardingPolicy::FAIL);
  }
  added.set_hedge_percentile(policy.hedge_percentile);
  if (added.ByteSizeLong() > 0) *out->mutable_policy() = std::move(added);
}

void AddCache(const CacheLook& look, v1::Step* out) {
  v1::CacheState* cache = out->mutable_cache();
  cache->set_hit(look.hit);
  if (!look.hit) return;
  cache->set_age_seconds(absl::ToInt64Seconds(look.age));
  cache->set_remaining_seconds(absl::ToInt64Seconds(look.remaining));
  cache->set_target(look.target.ToString());
}

void AddStep(const TraceStep& step, const Upstream& upstream, v1::Explanation* explanation) {
  v1::Step* out = explanation->add_steps();
  out->set_kind(ToProto(step.kind));
  out->set_qname(step.qname.ToText());
  out->set_resource(step.resource);
  out->set_text(step.text);
  AddCandidates(step, out);
  if (step.cache.has_value()) AddCache(*step.cache, out);
  if (step.group == nullptr) return;
  AddTargets(upstream.Describe(*step.group), out);
  AddPolicy(step.group->policy, out);
}

void AddSection(const AnswerSection& section,
                google::protobuf::RepeatedPtrField<std::string>* lines) {
  for (const AnswerRRset& rrset : section) {
    for (const absl::string_view rdata : *rrset.rdatas) {
      *lines->Add() = dns::ResourceRecord{rrset.owner, rrset.type, dns::RRClass::kIn, rrset.ttl,
                                          std::string(rdata)}
                          .ToText();
    }
  }
}

void AddAnswer(const Query& query, const Answer& answer, v1::Explanation* explanation) {
  AddSection(answer.answers, explanation->mutable_answers());
  AddSection(answer.authorities, explanation->mutable_authorities());
  AddSection(answer.additionals, explanation->mutable_additionals());
  explanation->set_authoritative(answer.authoritative);
  // RFC 6840 section 5.8: a client that did not ask for it by DO does not see it.
  explanation->set_authentic_data(answer.authentic_data && query.dnssec_ok);
  for (const dns::ExtendedError& error : answer.errors) {
    const std::string name = dns::ExtendedErrorName(error.code);
    explanation->add_extended_errors(error.text.empty() ? name
                                                        : absl::StrCat(name, ": ", error.text));
  }
}

}  // namespace

absl::StatusOr<v1::Explanation> Explain(const v1::Question& question, const Snapshot& snapshot,
                                        const Upstream& upstream, Cache* cache, absl::Time now) {
  NAVE_ASSIGN_OR_RETURN(const Query query, ToQuery(question));
  const View* view = snapshot.FindView(absl::string_view(question.view()));
  if (view == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("view '", question.view(), "' is not served here; see `nave node list`"));
  }
  Trace trace;
  Walk walk(query, &trace);
  const bool complete = walk.Start(snapshot, *view, cache, now) == Walk::State::kDone;
  v1::Explanation explanation;
  *explanation.mutable_question() = question;
  explanation.set_revision(snapshot.revision());
  explanation.set_complete(complete);
  for (const TraceStep& step : trace.steps()) AddStep(step, upstream, &explanation);
  AddAnswer(query, walk.answer(), &explanation);
  if (complete) explanation.set_rcode(dns::RcodeToText(walk.answer().rcode));
  return explanation;
}

}  // namespace nave::resolver
