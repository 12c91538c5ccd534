#include "resolver/walk.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "resolver/delegation.h"
#include "resolver/hop_guard.h"

namespace nave::resolver {
namespace {

using dns::ExtendedErrorCode;
using dns::Rcode;
using dns::RRType;

}  // namespace

Walk::Walk(Query query, Trace* trace)
    : query_(std::move(query)), trace_(trace), name_(query_.question.name) {}

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
  if (!StillAsks()) {
    is_delegation_ = false;
    if (!Follow(name_)) {
      FailWith(ExtendedErrorCode::kOther,
               "the rules changed too often while the question was under way");
      return State::kDone;
    }
    return Run();
  }
  const Next next = UseReply(std::move(reply));
  is_delegation_ = false;
  return next == Next::kAgain ? Run() : State::kDone;
}

bool Walk::StillAsks() const {
  if (view_->serial() == asked_serial_) return true;
  const Decision decision = Decide(Suffixes(name_));
  // The delegation's group has the name of its zone.
  if (is_delegation_) return decision.zone != nullptr && decision.zone->name() == group_->name;
  return decision.group != nullptr && (*decision.group)->id == group_->id;
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
      asked_serial_ = view_->serial();
      answer_.KeepAll();
      replies_.clear();
      return State::kAsk;
    }
  }
}

Decision Walk::Decide(const Suffixes& name, FallenZones* fallen) const {
  Decision decision = DecideAmong(name, View::kAllZones);
  // Each turn leaves only zones with fewer labels.
  while (FallsBack(decision, name)) {
    const Decision next = DecideAmong(name, decision.zone->apex().label_count());
    // Nobody else knows more: the zone's own NXDOMAIN stays.
    if (next.kind == Decision::Kind::kNone) return decision;
    if (fallen != nullptr) fallen->push_back(decision.zone);
    decision = next;
  }
  return decision;
}

bool Walk::FallsBack(const Decision& decision, const Suffixes& name) const {
  return decision.kind == Decision::Kind::kZone && decision.zone->fallback_on_nxdomain() &&
         query_.header.rd &&
         decision.zone->Lookup(name, query_.question.type).kind == ZoneResult::Kind::kNxDomain;
}

Decision Walk::DecideAmong(const Suffixes& name, int zone_labels_end) const {
  const int labels = name.label_count();
  const Decision decision = view_->DecideBelow(name, labels, zone_labels_end);
  // DS of an apex is data of the zone above, if the view has that (RFC 4035 section 3.1.4.1).
  const bool is_apex_ds = query_.question.type == RRType::kDs &&
                          decision.kind == Decision::Kind::kZone && labels > 0 &&
                          decision.zone->apex().label_count() == labels;
  if (!is_apex_ds || (decision.special != nullptr && !decision.special->is_delegated)) {
    return decision;
  }
  const Decision above = view_->DecideBelow(name, labels - 1, zone_labels_end);
  // RD=0 gets what we know ourselves: NODATA of the zone, when the one above is not ours.
  const bool is_usable =
      query_.header.rd ? above.kind != Decision::Kind::kNone : above.kind == Decision::Kind::kZone;
  return is_usable ? above : decision;
}

Walk::Next Walk::Step() {
  Suffixes name(name_);
  if (chain_zone_ != nullptr) {
    Note(StepKind::kZone, chain_zone_->name(), "a chain asked for with RD=0 stays in its zone");
    return InZone(*chain_zone_, &name);
  }
  FallenZones fallen;
  const Decision decision = Decide(name, &fallen);
  if (trace_ != nullptr) NoteDecision(decision, fallen);
  if (decision.kind == Decision::Kind::kZone) return InZone(*decision.zone, &name);
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
  Note(StepKind::kOutcome, "",
       may_recurse ? "REFUSED: others are asked only with recursion"
                   : "REFUSED: no zone, no rule, no recursive resolver for this name");
  return Next::kDone;
}

Walk::Next Walk::InZone(const Zone& zone, Suffixes* name) {
  const ZoneResult result = zone.Lookup(*name, query_.question.type);
  if (is_first_) answer_.authoritative = result.kind != ZoneResult::Kind::kReferral;
  switch (result.kind) {
    case ZoneResult::Kind::kAnswer:
      AddAnswer(*result.rrset, result.from_wildcard);
      AddAdditional(zone, *result.rrset);
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
  std::optional<dns::Name> target =
      dns::RdataTarget(result.rrset->type, result.rrset->rdatas.front());
  if (!target.has_value()) return FailChain("malformed target", name_, zone.name());
  AddAnswer(*result.rrset, result.from_wildcard);
  if (result.kind == ZoneResult::Kind::kDname) {
    target = name_.ReplaceSuffix(result.rrset->owner, *target);
    if (!target.has_value()) {
      // RFC 6672 section 2.2: the substitution is too long for a name.
      answer_.rcode = Rcode::kYxDomain;
      Note(StepKind::kOutcome, zone.name(), "YXDOMAIN: DNAME makes too long a name");
      return Next::kDone;
    }
    // RFC 6672 section 3.1: a CNAME for those that do not know DNAME.
    answer_.answers.push_back(
        {name_, RRType::kCname, result.rrset->ttl, answer_.Keep({target->wire_view()})});
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
  if (visited) return FailChain("CNAME loop", *target, zone.name());
  // A DS at the cut to a zone that the view has too is still this zone's.
  const Suffixes to(*target);
  const bool stays = view_->Decide(to).zone == &zone || Decide(to).zone == &zone;
  if (!stays && !query_.header.rd) {
    Note(StepKind::kOutcome, zone.name(),
         "the chain leaves the zone: followed only with recursion");
    return Next::kDone;
  }
  if (!query_.header.rd) chain_zone_ = &zone;
  if (stays && ++zone_cnames_ <= kMaxCnamesInZone) {
    name_ = *std::move(target);
    return Next::kAgain;
  }
  if (Follow(*target)) return Next::kAgain;
  // A client that follows chains itself can go on from where ours ends.
  if (!query_.header.rd) return Next::kDone;
  return FailChain("the chain of CNAMEs is too long", *target, zone.name());
}

bool Walk::Follow(const dns::Name& target) {
  name_ = target;
  return ++follows_ <= kMaxFollows;
}

Walk::Next Walk::FailWith(ExtendedErrorCode code, absl::string_view text) {
  Note(StepKind::kOutcome, "", [&] { return absl::StrCat("SERVFAIL: ", text); });
  answer_.Fail(Rcode::kServFail, code, text);
  return Next::kDone;
}

Walk::Next Walk::FailChain(absl::string_view what, const dns::Name& at, absl::string_view object) {
  return FailWith(ExtendedErrorCode::kOther,
                  absl::StrCat(what, ": ", object, " leads to ", at.ToText()));
}

Walk::Next Walk::Refer(const Zone& zone, const dns::RRset& ns, bool from_wildcard) {
  if (query_.header.rd) return Delegate(zone, ns);
  AddFromZone(ns, from_wildcard, &answer_.authorities);
  AddGlue(zone, ns, answer_.authorities.back().owner);
  Note(StepKind::kOutcome, zone.name(), "referral");
  return Next::kDone;
}

Walk::Next Walk::Delegate(const Zone& zone, const dns::RRset& ns) {
  std::shared_ptr<const TargetGroup> group = MakeDelegationGroup(*view_, zone, ns);
  Note(StepKind::kFollow, zone.name(),
       [&] { return absl::StrCat("delegation ", ns.owner.ToText()); });
  if (group->targets.empty()) {
    return FailWith(ExtendedErrorCode::kNoReachableAuthority,
                    absl::StrCat(zone.name(), ": no address in this view for the name servers of ",
                                 ns.owner.ToText()));
  }
  if (IsOwnListener(*group)) {
    return FailWith(ExtendedErrorCode::kOther,
                    absl::StrCat("loop: ", zone.name(), " delegates ", ns.owner.ToText(),
                                 " to an address that answers from this same view"));
  }
  is_delegation_ = true;
  const Next next = AskGroup(std::move(group));
  if (next != Next::kAsk) is_delegation_ = false;
  return next;
}

Walk::Next Walk::Forward(const Decision& decision) {
  const TargetGroup& group = **decision.group;
  if (IsOwnListener(group)) {
    return FailWith(kLoopError, absl::StrCat("loop: ", group.name,
                                             " asks an address that answers from this same view"));
  }
  return AskGroup(*decision.group);
}

bool Walk::uses_stale() const {
  return std::any_of(replies_.begin(), replies_.end(),
                     [](const auto& reply) { return reply->is_stale; });
}

Walk::Next Walk::AskGroup(std::shared_ptr<const TargetGroup> group) {
  group_ = std::move(group);
  cache_key_ = CacheKey(view_->id(), group_->id, name_, query_.question.type, query_.dnssec_ok,
                        query_.header.cd, question_hash());
  bool refresh_due = false;
  // An explanation leaves things as they are.
  std::shared_ptr<const Reply> cached =
      cache_->Find(cache_key_, now_, trace_ == nullptr ? &refresh_due : nullptr);
  if (refresh_due) refreshes_.push_back({cache_key_, question(), group_});
  if (trace_ != nullptr) {
    NoteCache(cached.get());
  } else {
    CountUse(cached.get());
  }
  return cached == nullptr ? Next::kAsk : UseReply(std::move(cached));
}

void Walk::CountUse(const Reply* cached) {
  CacheUse::Counts& counts = cache_->use().Of(cache_key_.scope());
  ++(cached == nullptr ? counts.misses : counts.hits);
  if (cached != nullptr && cached->is_stale) ++counts.stale_hits;
}

bool Walk::IsOwnListener(const TargetGroup& group) const {
  return std::any_of(group.targets.begin(), group.targets.end(), [&](const Target& target) {
    const Listener* listener = snapshot_->FindListener(target.endpoint);
    return listener != nullptr && listener->only_view() == view_;
  });
}

}  // namespace nave::resolver
