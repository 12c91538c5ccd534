#include "resolver/walk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "resolver/delegation.h"

namespace nave::resolver {
namespace {

using dns::ExtendedErrorCode;
using dns::Rcode;
using dns::RRType;

}  // namespace

Walk::Walk(const Query& query, Trace* trace)
    : query_(query), trace_(trace), name_(query.question.name) {}

CacheKey Walk::cache_key(uint64_t view_id) const {
  return {view_id, group_->id, name_, query_.question.type, query_.dnssec_ok, query_.header.cd};
}

Walk::State Walk::Start(const Snapshot& snapshot, const View& view, Cache* cache, absl::Time now) {
  snapshot_ = &snapshot;
  view_ = &view;
  cache_ = cache;
  now_ = now;
  Note(StepKind::kView, view.name(), "the view");
  return Run();
}

Walk::State Walk::Resume(const Snapshot& snapshot, const View& view, Cache* cache, absl::Time now,
                         std::shared_ptr<const Reply> reply) {
  snapshot_ = &snapshot;
  view_ = &view;
  cache_ = cache;
  now_ = now;
  if (!is_delegation_) {
    // The state may have changed while we waited: a reply of targets that no longer decide this
    // name is not used.
    const Decision decision = Decide(Suffixes(name_));
    if (decision.group == nullptr || (*decision.group)->id != group_->id) {
      if (!Follow(name_)) {
        FailLoop("the rules changed too often while the question was under way");
        return State::kDone;
      }
      return Run();
    }
  }
  const Next next = UseReply(std::move(reply));
  is_delegation_ = false;
  return next == Next::kAgain ? Run() : State::kDone;
}

void Walk::Fail(ExtendedErrorCode code, absl::string_view text) {
  answer_.Fail(Rcode::kServFail, code, text);
}

Walk::State Walk::Run() {
  // Every turn follows something, and Follow and kMaxCnamesInZone bound that.
  while (true) {
    const Next next = Step();
    is_first_ = false;
    if (next == Next::kDone) return State::kDone;
    if (next == Next::kAsk) {
      answer_.KeepAll();
      replies_.clear();
      return State::kAsk;
    }
  }
}

Decision Walk::Decide(const Suffixes& name) const {
  const Decision decision = view_->Decide(name);
  // DS of an apex is data of the zone above, if the view has that (RFC 4035 section 3.1.4.1).
  const bool is_apex_ds = query_.question.type == RRType::kDs &&
                          decision.kind == Decision::Kind::kZone && name.label_count() > 0 &&
                          decision.zone->apex().label_count() == name.label_count();
  if (!is_apex_ds) return decision;
  const Decision above = view_->DecideBelow(name, name.label_count() - 1);
  return above.kind == Decision::Kind::kNone ? decision : above;
}

Walk::Next Walk::Step() {
  Suffixes name(name_);
  const Decision decision = Decide(name);
  if (decision.system_rule != nullptr) {
    Note(StepKind::kRule, decision.system_rule->name, "SYSTEM: wider FORWARD rules do not count");
  }
  if (decision.kind == Decision::Kind::kZone) {
    Note(StepKind::kZone, decision.zone->name(),
         [&] { return absl::StrCat("the zone ", decision.zone->apex().ToText(), " answers"); });
    return InZone(*decision.zone, &name);
  }
  if (decision.kind == Decision::Kind::kNone) return Refuse(decision);
  // RD=0 gets our own data and nothing more.
  if (!query_.header.rd) return is_first_ ? Refuse(decision) : Next::kDone;
  return Forward(decision);
}

Walk::Next Walk::Refuse(const Decision& decision) {
  // Without recursion a chain that leaves our data just ends there.
  if (!query_.header.rd && !is_first_) return Next::kDone;
  answer_.rcode = Rcode::kRefused;
  const bool may_recurse = decision.kind != Decision::Kind::kNone;
  answer_.AddError(ExtendedErrorCode::kNotAuthoritative,
                   may_recurse ? absl::StrCat("recursion was not asked for: ", name_.ToText())
                               : absl::StrCat("no zone and no rule for ", name_.ToText()));
  Note(StepKind::kOutcome, "", "REFUSED: no zone, no rule, no recursive resolver for this name");
  return Next::kDone;
}

Walk::Next Walk::InZone(const Zone& zone, Suffixes* name) {
  const ZoneResult result = zone.Lookup(*name, query_.question.type);
  if (is_first_) answer_.authoritative = result.kind != ZoneResult::Kind::kReferral;
  switch (result.kind) {
    case ZoneResult::Kind::kAnswer:
      AddFromZone(*result.rrset, result.from_wildcard, &answer_.answers);
      AddAdditional(zone, *result.rrset, false);
      Note(StepKind::kOutcome, zone.name(),
           result.from_wildcard ? "answer from a wildcard" : "answer");
      return Next::kDone;
    case ZoneResult::Kind::kCname:
    case ZoneResult::Kind::kDname:
      return FollowInZone(zone, result);
    case ZoneResult::Kind::kReferral:
      return Refer(zone, *result.rrset, result.from_wildcard);
    case ZoneResult::Kind::kNoData:
      AddNegative(zone);
      Note(StepKind::kOutcome, zone.name(), "NODATA: the name is there, the type is not");
      return Next::kDone;
    case ZoneResult::Kind::kNxDomain:
      // RFC 6604 section 3: the RCODE speaks of the last name of the chain.
      answer_.rcode = Rcode::kNxDomain;
      AddNegative(zone);
      Note(StepKind::kOutcome, zone.name(), "NXDOMAIN: the name is not there");
      return Next::kDone;
  }
  return Next::kDone;
}

Walk::Next Walk::FollowInZone(const Zone& zone, const ZoneResult& result) {
  std::optional<dns::Name> target = dns::RdataTarget(result.rrset->type, result.rrset->rdatas[0]);
  if (!target.has_value()) return FailLoop("malformed target in the zone");
  AddFromZone(*result.rrset, result.from_wildcard, &answer_.answers);
  if (result.kind == ZoneResult::Kind::kDname) {
    target = name_.ReplaceSuffix(result.rrset->owner, *target);
    if (!target.has_value()) {
      // RFC 6672 section 2.2: the substitution is too long for a name.
      answer_.rcode = Rcode::kYxDomain;
      Note(StepKind::kOutcome, zone.name(), "YXDOMAIN: DNAME makes too long a name");
      return Next::kDone;
    }
    // RFC 6672 section 3.1: a CNAME for those that do not know DNAME.
    answer_.answers.push_back({name_, RRType::kCname, result.rrset->ttl,
                               answer_.Keep({std::string(target->wire_view())})});
  }
  Note(StepKind::kFollow, zone.name(), [&] { return absl::StrCat("to ", target->ToText()); });
  const bool visited =
      std::any_of(answer_.answers.begin(), answer_.answers.end(), [&](const AnswerRRset& rrset) {
        return rrset.type == RRType::kCname && rrset.owner == *target;
      });
  if (query_.question.type == RRType::kCname && result.kind == ZoneResult::Kind::kDname) {
    return Next::kDone;
  }
  // An authoritative server gives a looping chain once round; a resolver says that it is broken.
  if (visited && !query_.header.rd) return Next::kDone;
  if (visited) return FailLoop("CNAME loop");
  const bool stays = view_->Decide(Suffixes(*target)).zone == &zone;
  if (!stays && !query_.header.rd) return Next::kDone;
  if (stays && ++zone_cnames_ <= kMaxCnamesInZone) {
    name_ = *std::move(target);
    return Next::kAgain;
  }
  if (!Follow(*target)) return FailLoop("the chain of CNAMEs is too long");
  return Next::kAgain;
}

bool Walk::Follow(const dns::Name& target) {
  name_ = target;
  return ++follows_ <= kMaxFollows;
}

Walk::Next Walk::FailLoop(absl::string_view text) {
  Note(StepKind::kOutcome, "", [&] { return absl::StrCat("SERVFAIL: ", text); });
  answer_.Fail(Rcode::kServFail, ExtendedErrorCode::kOther, text);
  return Next::kDone;
}

Walk::Next Walk::Refer(const Zone& zone, const dns::RRset& ns, bool from_wildcard) {
  if (query_.header.rd) return Delegate(zone, ns);
  AddFromZone(ns, from_wildcard, &answer_.authorities);
  answer_.is_referral = true;
  AddAdditional(zone, ns, true);
  Note(StepKind::kOutcome, zone.name(), "referral");
  return Next::kDone;
}

Walk::Next Walk::Delegate(const Zone& zone, const dns::RRset& ns) {
  std::shared_ptr<const TargetGroup> group = MakeDelegationGroup(*view_, zone, ns);
  Note(StepKind::kFollow, zone.name(),
       [&] { return absl::StrCat("delegation ", ns.owner.ToText()); });
  if (group->targets.empty()) {
    const std::string text =
        absl::StrCat("no address in this view for the name servers of ", ns.owner.ToText());
    Note(StepKind::kOutcome, zone.name(), [&] { return absl::StrCat("SERVFAIL: ", text); });
    answer_.Fail(Rcode::kServFail, ExtendedErrorCode::kNoReachableAuthority, text);
    return Next::kDone;
  }
  is_delegation_ = true;
  const Next next = AskGroup(std::move(group));
  if (next != Next::kAsk) is_delegation_ = false;
  return next;
}

Walk::Next Walk::Forward(const Decision& decision) {
  const TargetGroup& group = **decision.group;
  if (decision.kind == Decision::Kind::kForward) {
    Note(StepKind::kRule, decision.rule->name,
         [&] { return absl::StrCat("FORWARD ", decision.rule->domain_name.ToText()); });
  } else {
    Note(StepKind::kRecursive, decision.rule == nullptr ? view_->name() : decision.rule->name,
         "the recursive resolvers of the view");
  }
  if (IsOwnListener(group)) {
    const std::string text =
        absl::StrCat("loop: ", group.name, " asks an address that answers from this same view");
    Note(StepKind::kOutcome, group.name, [&] { return absl::StrCat("SERVFAIL: ", text); });
    answer_.Fail(Rcode::kServFail, kLoopError, text);
    return Next::kDone;
  }
  return AskGroup(*decision.group);
}

Walk::Next Walk::AskGroup(std::shared_ptr<const TargetGroup> group) {
  group_ = std::move(group);
  std::shared_ptr<const Reply> cached = cache_->Find(cache_key(view_->id()), now_);
  if (cached != nullptr) {
    Note(StepKind::kCache, group_->name, [&] {
      return absl::StrCat("cached for another ", absl::ToInt64Seconds(cached->expiry() - now_),
                          " s");
    });
    return UseReply(std::move(cached));
  }
  if (trace_ != nullptr) {
    for (const Target& target : group_->targets) {
      Note(StepKind::kTarget, target.endpoint.ToString(),
           absl::StrCat("priority ", target.priority, ", weight ", target.weight,
                        target.transport == Transport::kTcp ? ", TCP" : ", UDP"));
    }
  }
  return Next::kAsk;
}

bool Walk::IsOwnListener(const TargetGroup& group) const {
  return std::any_of(group.targets.begin(), group.targets.end(), [&](const Target& target) {
    const Listener* listener = snapshot_->FindListener(target.endpoint);
    return listener != nullptr && listener->only_view() == view_;
  });
}

void Walk::Note(StepKind kind, absl::string_view resource, absl::string_view text) {
  if (trace_ != nullptr) trace_->Add(kind, name_, std::string(resource), std::string(text));
}

void Walk::Note(StepKind kind, absl::string_view resource, absl::FunctionRef<std::string()> text) {
  if (trace_ != nullptr) trace_->Add(kind, name_, std::string(resource), text());
}

}  // namespace nave::resolver
