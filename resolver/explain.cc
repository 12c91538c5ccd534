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
  query.header.rd = true;
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

void AddAnswers(const Answer& answer, v1::Explanation* explanation) {
  for (const AnswerRRset& rrset : answer.answers) {
    for (const std::string& rdata : *rrset.rdatas) {
      explanation->add_answers(
          dns::ResourceRecord{rrset.owner, rrset.type, dns::RRClass::kIn, rrset.ttl, rdata}
              .ToText());
    }
  }
}

}  // namespace

absl::StatusOr<v1::Explanation> Explain(const v1::Question& question, const Snapshot& snapshot,
                                        Cache* cache, absl::Time now) {
  NAVE_ASSIGN_OR_RETURN(const Query query, ToQuery(question));
  const View* view = snapshot.FindView(absl::string_view(question.view()));
  if (view == nullptr) {
    return absl::NotFoundError(
        absl::StrCat("view '", question.view(), "' is not served here; see `nave node list`"));
  }
  Trace trace;
  Walk walk(query, &trace);
  const Walk::State state = walk.Start(snapshot, *view, cache, now);
  v1::Explanation explanation;
  *explanation.mutable_question() = question;
  explanation.set_revision(snapshot.revision());
  for (const TraceStep& step : trace.steps()) {
    v1::Step* out = explanation.add_steps();
    out->set_kind(ToProto(step.kind));
    out->set_qname(step.qname.ToText());
    out->set_resource(step.resource);
    out->set_text(step.text);
  }
  AddAnswers(walk.answer(), &explanation);
  if (state == Walk::State::kDone) explanation.set_rcode(dns::RcodeToText(walk.answer().rcode));
  return explanation;
}

}  // namespace nave::resolver
