#include "resolver/reply.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/dns/rdata.h"

namespace nave::resolver {
namespace {

using dns::RRType;

const dns::RRset* FindRRset(const std::vector<dns::RRset>& rrsets, const dns::Name& owner,
                            RRType type) {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.type == type && rrset.owner == owner) return &rrset;
  }
  return nullptr;
}

void TakeIfThere(const std::vector<dns::RRset>& rrsets, const dns::Name& owner, RRType type,
                 Reply* reply) {
  if (const dns::RRset* rrset = FindRRset(rrsets, owner, type)) reply->answers.push_back(*rrset);
}

// The DNAME above `name`, with its signatures.
void TakeDname(const std::vector<dns::RRset>& rrsets, const dns::Name& name, Reply* reply) {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.type != RRType::kDname || !name.IsStrictSubdomainOf(rrset.owner)) continue;
    reply->answers.push_back(rrset);
    TakeIfThere(rrsets, rrset.owner, RRType::kRrsig, reply);
    return;
  }
}

void TakeAllOf(const std::vector<dns::RRset>& rrsets, const dns::Name& name, Reply* reply) {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.owner == name) reply->answers.push_back(rrset);
  }
}

// Takes the chain that begins at the qname, and nothing that is not on it: an unasked RRset could
// poison another name.
void TakeChain(const dns::Question& question, const std::vector<dns::RRset>& rrsets, Reply* reply) {
  if (question.type == RRType::kAny) return TakeAllOf(rrsets, question.name, reply);
  dns::Name name = question.name;
  for (int i = 0; i < kMaxChainInReply; ++i) {
    if (const dns::RRset* data = FindRRset(rrsets, name, question.type)) {
      reply->answers.push_back(*data);
      if (question.type != RRType::kRrsig) TakeIfThere(rrsets, name, RRType::kRrsig, reply);
      return;
    }
    const dns::RRset* cname = FindRRset(rrsets, name, RRType::kCname);
    if (cname == nullptr) return;
    std::optional<dns::Name> target = dns::RdataTarget(RRType::kCname, cname->rdatas.front());
    if (!target.has_value()) return;
    TakeDname(rrsets, name, reply);
    reply->answers.push_back(*cname);
    TakeIfThere(rrsets, name, RRType::kRrsig, reply);
    name = *std::move(target);
  }
}

// The RRsets of the question's class. A record of another one answers nothing that was asked, and
// its rdata need not have the form of its type.
std::vector<dns::RRset> GroupOfClass(dns::RRClass rrclass,
                                     const std::vector<dns::ResourceRecord>& records) {
  std::vector<dns::RRset> rrsets = dns::GroupRecords(records);
  rrsets.erase(
      std::remove_if(rrsets.begin(), rrsets.end(),
                     [rrclass](const dns::RRset& rrset) { return rrset.rrclass != rrclass; }),
      rrsets.end());
  return rrsets;
}

bool IsKeptInAuthority(RRType type) {
  return type == RRType::kSoa || type == RRType::kNsec || type == RRType::kNsec3 ||
         type == RRType::kRrsig;
}

uint32_t TtlOf(const Reply& reply) {
  if (reply.rcode != dns::Rcode::kNoError && reply.rcode != dns::Rcode::kNxDomain) {
    return kFailureTtlSeconds;
  }
  uint32_t ttl = kMaxTtlSeconds;
  for (const dns::RRset& rrset : reply.answers) ttl = std::min(ttl, rrset.ttl);
  const bool is_negative = reply.answers.empty() || reply.rcode == dns::Rcode::kNxDomain ||
                           reply.answers.back().type == RRType::kCname;
  if (!is_negative) return ttl;
  // RFC 2308 section 5: without SOA a negative answer is not cached.
  const dns::RRset* soa = reply.FindSoa();
  if (soa == nullptr) return reply.answers.empty() ? 0 : ttl;
  const std::optional<dns::Soa> parsed = dns::ParseSoa(soa->rdatas.front());
  if (!parsed.has_value()) return 0;
  return std::min({ttl, soa->ttl, parsed->minimum_seconds, kMaxNegativeTtlSeconds});
}

}  // namespace

const dns::RRset* Reply::FindSoa() const {
  for (const dns::RRset& rrset : authorities) {
    if (rrset.type == RRType::kSoa) return &rrset;
  }
  return nullptr;
}

bool Reply::IsUsable() const {
  const bool is_believed = rcode == dns::Rcode::kNoError || rcode == dns::Rcode::kNxDomain ||
                           rcode == dns::Rcode::kYxDomain;
  return is_believed && !is_referral && failure.empty();
}

size_t Reply::ByteSize() const {
  size_t size = sizeof(Reply);
  for (const auto* section : {&answers, &authorities}) {
    for (const dns::RRset& rrset : *section) {
      size += sizeof(dns::RRset) + rrset.owner.wire_size();
      for (const absl::string_view rdata : rrset.rdatas) size += sizeof(rdata) + rdata.size();
    }
  }
  for (const dns::ExtendedError& error : errors) size += sizeof(error) + error.text.size();
  return size;
}

Reply MakeReply(const dns::Question& question, const dns::Message& message,
                const net::Endpoint& target, absl::Time now) {
  Reply reply;
  reply.rcode = message.FullRcode();
  reply.authentic_data = message.header.ad;
  reply.target = target;
  reply.received = now;
  TakeChain(question, GroupOfClass(question.rrclass, message.answers), &reply);
  for (dns::RRset& rrset : GroupOfClass(question.rrclass, message.authorities)) {
    reply.is_referral |= rrset.type == RRType::kNs;
    if (IsKeptInAuthority(rrset.type)) reply.authorities.push_back(std::move(rrset));
  }
  reply.is_referral &= reply.answers.empty() && reply.rcode == dns::Rcode::kNoError &&
                       !message.header.aa && reply.FindSoa() == nullptr;
  if (message.edns.has_value()) {
    if (auto error = message.edns->FindExtendedError()) reply.errors.push_back(*std::move(error));
  }
  reply.ttl_seconds = TtlOf(reply);
  return reply;
}

Reply MakeFailure(std::string text, uint32_t ttl_seconds, absl::Time now) {
  Reply reply;
  reply.rcode = dns::Rcode::kServFail;
  reply.failure = std::move(text);
  reply.ttl_seconds = ttl_seconds;
  reply.received = now;
  return reply;
}

Reply MakeStale(const Reply& reply, absl::Time stale_until, absl::Time now) {
  Reply stale = reply;
  stale.is_stale = true;
  stale.stale_until = stale_until;
  stale.received = now;
  stale.ttl_seconds = kStaleTtlSeconds;
  stale.authentic_data = false;
  for (auto* section : {&stale.answers, &stale.authorities}) {
    for (dns::RRset& rrset : *section) rrset.ttl = kStaleTtlSeconds;
  }
  if (reply.is_stale) return stale;
  const bool denies = reply.rcode == dns::Rcode::kNxDomain;
  stale.errors.push_back(
      {denies ? dns::ExtendedErrorCode::kStaleNxdomainAnswer : dns::ExtendedErrorCode::kStaleAnswer,
       "no target answers; this answer's TTL has ended"});
  return stale;
}

}  // namespace nave::resolver
