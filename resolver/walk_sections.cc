// How zones and replies fill the sections of a walk's answer.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "resolver/walk.h"

namespace nave::resolver {
namespace {

using dns::ExtendedErrorCode;
using dns::Rcode;
using dns::RRType;

// Additional RRsets of one answer: more help nobody. Glue below the cut has no bound but the name
// servers of the cut.
constexpr size_t kMaxAdditional = 26;

uint32_t Aged(uint32_t ttl, uint32_t age_seconds) {
  return ttl > age_seconds ? ttl - age_seconds : 0;
}

bool HasRRset(const AnswerSection& section, const dns::Name& owner, RRType type) {
  return std::any_of(section.begin(), section.end(), [&](const AnswerRRset& rrset) {
    return rrset.type == type && rrset.owner == owner;
  });
}

bool HasTargets(RRType type) {
  return type == RRType::kNs || type == RRType::kMx || type == RRType::kSrv;
}

std::string FailureText(const Reply& reply, const dns::Name& name) {
  if (!reply.extra->failure.empty()) return reply.extra->failure;
  const std::string what = reply.is_referral
                               ? "gave a referral"
                               : absl::StrCat("answered ", dns::RcodeToText(reply.rcode));
  return absl::StrCat(reply.target.ToString(), " ", what, " for ", name.ToText());
}

}  // namespace

void Walk::AddFromZone(const dns::RRset& rrset, bool from_wildcard, AnswerSection* section) {
  has_zone_data_ = true;
  section->push_back({from_wildcard ? name_ : rrset.owner, rrset.type, rrset.ttl, &rrset.rdatas});
}

void Walk::AddAnswer(const dns::RRset& rrset, bool from_wildcard) {
  // A chain may come to one DNAME again; a message has each record once (RFC 2181 section 5).
  const dns::Name& owner = from_wildcard ? name_ : rrset.owner;
  if (rrset.type == RRType::kDname && HasRRset(answer_.answers, owner, rrset.type)) return;
  AddFromZone(rrset, from_wildcard, &answer_.answers);
}

void Walk::AddNegative(const Zone& zone) {
  has_zone_data_ = true;
  answer_.authorities.push_back(
      {zone.apex(), RRType::kSoa, zone.negative_ttl(), &zone.soa().rdatas});
}

void Walk::AddAdditional(const Zone& zone, const dns::RRset& rrset) {
  if (!HasTargets(rrset.type)) return;
  for (const absl::string_view rdata : rrset.rdatas) {
    const std::optional<dns::Name> target = dns::RdataTarget(rrset.type, rdata);
    if (!target.has_value() || !target->IsSubdomainOf(zone.apex())) continue;
    const Suffixes name(*target);
    for (RRType type : {RRType::kA, RRType::kAaaa}) {
      if (answer_.additionals.size() >= kMaxAdditional) return;
      const ZoneResult found = zone.Lookup(name, type);
      if (found.kind != ZoneResult::Kind::kAnswer || found.from_wildcard) continue;
      if (HasRRset(answer_.additionals, *target, type)) continue;
      if (HasRRset(answer_.answers, *target, type)) continue;
      answer_.additionals.push_back({*target, type, found.rrset->ttl, &found.rrset->rdatas});
    }
  }
}

void Walk::AddGlue(const Zone& zone, const dns::RRset& ns, const dns::Name& cut) {
  // RFC 9471 section 3.1: the glue of name servers below the cut has to be there, or TC. Section
  // 3.2: that below other cuts, and the addresses that the zone itself has, help and no more.
  for (const bool in_domain : {true, false}) {
    for (const absl::string_view rdata : ns.rdatas) {
      const std::optional<dns::Name> server = dns::RdataTarget(RRType::kNs, rdata);
      if (!server.has_value() || server->IsSubdomainOf(cut) != in_domain) continue;
      // Cuts are not regarded: the name may be below one.
      const ZoneNode* node = zone.FindNode(*server);
      if (node == nullptr) continue;
      for (RRType type : {RRType::kA, RRType::kAaaa}) {
        if (!in_domain && answer_.additionals.size() >= kMaxAdditional) return;
        const dns::RRset* addresses = node->Find(type);
        if (addresses != nullptr) AddFromZone(*addresses, false, &answer_.additionals);
      }
    }
    if (in_domain) answer_.glue_count = answer_.additionals.size();
  }
}

Walk::Next Walk::UseReply(std::shared_ptr<const Reply> held) {
  const Reply& reply = *held;
  replies_.push_back(std::move(held));
  for (const dns::ExtendedError& error : reply.extra->errors)
    answer_.AddError(error.code, error.text);
  const auto age = static_cast<uint32_t>(
      reply.is_stale ? 0 : std::max<int64_t>(0, absl::ToInt64Seconds(now_ - reply.received)));
  answer_.authentic_data = reply.authentic_data && answer_.answers.empty();
  const auto add = [&](const dns::RRset& rrset) {
    answer_.answers.push_back({rrset.owner, rrset.type, Aged(rrset.ttl, age), &rrset.rdatas});
  };
  for (size_t i = 0; i < reply.answers.size(); ++i) {
    const dns::RRset& rrset = reply.answers[i];
    add(rrset);
    const bool leads_on = rrset.type == RRType::kCname && query_.question.type != RRType::kCname &&
                          query_.question.type != RRType::kAny;
    if (!leads_on) continue;
    std::optional<dns::Name> target = dns::RdataTarget(RRType::kCname, rrset.rdatas.front());
    if (!target.has_value()) {
      return FailChain("malformed CNAME", rrset.owner, group_->name);
    }
    if (HasRRset(answer_.answers, *target, RRType::kCname)) {
      return FailChain("CNAME loop", *target, group_->name);
    }
    // The rest of the chain is believed only where the same object decides: a rule's targets have
    // no say about names of a zone or of another rule.
    const bool same =
        !is_delegation_ && Decide(Suffixes(*target)).SameOwner(Decide(Suffixes(name_)));
    name_ = *std::move(target);
    if (same) continue;
    answer_.authentic_data = false;
    // The signature of the CNAME goes with it.
    const dns::RRset* next = i + 1 < reply.answers.size() ? &reply.answers[i + 1] : nullptr;
    if (next != nullptr && next->type == RRType::kRrsig && next->owner == rrset.owner) add(*next);
    Note(StepKind::kFollow, group_->name, [&] { return absl::StrCat("to ", name_.ToText()); });
    if (!Follow(dns::Name(name_))) {
      return FailChain("the chain of CNAMEs is too long", name_, group_->name);
    }
    return Next::kAgain;
  }
  return EndWithReply(reply, age);
}

Walk::Next Walk::EndWithReply(const Reply& reply, uint32_t age_seconds) {
  if (!reply.IsUsable()) {
    return FailWith(ExtendedErrorCode::kNoReachableAuthority,
                    absl::StrCat(group_->name, ": ", FailureText(reply, name_)));
  }
  answer_.rcode = reply.rcode;
  const bool ends_in_cname = !reply.answers.empty() && reply.answers.back().owner != name_;
  const bool chain_is_open =
      ends_in_cname && reply.rcode == Rcode::kNoError && reply.FindSoa() == nullptr;
  // A target that only knows its own zones leaves the rest of the chain to us.
  if (chain_is_open) {
    if (!Follow(dns::Name(name_))) {
      return FailChain("the chain of CNAMEs is too long", name_, group_->name);
    }
    Note(StepKind::kFollow, group_->name, [&] { return absl::StrCat("to ", name_.ToText()); });
    return Next::kAgain;
  }
  for (const dns::RRset& rrset : reply.extra->authorities) {
    if (rrset.type != RRType::kSoa && !query_.dnssec_ok) continue;
    const bool is_negative = rrset.type == RRType::kSoa;
    const uint32_t ttl = is_negative ? std::min(rrset.ttl, reply.ttl_seconds) : rrset.ttl;
    answer_.authorities.push_back({rrset.owner, rrset.type, Aged(ttl, age_seconds), &rrset.rdatas});
  }
  if (trace_ != nullptr) {
    Note(StepKind::kOutcome, reply.target.ToString(), dns::RcodeToText(reply.rcode));
  }
  return Next::kDone;
}

}  // namespace nave::resolver
