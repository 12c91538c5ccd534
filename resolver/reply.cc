#include "resolver/reply.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/dns/message_reader.h"
#include "lib/dns/rdata.h"

namespace nave::resolver {
namespace {

using dns::RRType;

const dns::RRset* FindRRset(const dns::RRsets& rrsets, const dns::Name& owner, RRType type) {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.type == type && rrset.owner == owner) return &rrset;
  }
  return nullptr;
}

void TakeIfThere(const dns::RRsets& rrsets, const dns::Name& owner, RRType type, Reply* reply) {
  if (const dns::RRset* rrset = FindRRset(rrsets, owner, type)) reply->answers.push_back(*rrset);
}

// The DNAME above `name`, with its signatures.
void TakeDname(const dns::RRsets& rrsets, const dns::Name& name, Reply* reply) {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.type != RRType::kDname || !name.IsStrictSubdomainOf(rrset.owner)) continue;
    reply->answers.push_back(rrset);
    TakeIfThere(rrsets, rrset.owner, RRType::kRrsig, reply);
    return;
  }
}

void TakeAllOf(const dns::RRsets& rrsets, const dns::Name& name, Reply* reply) {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.owner == name) reply->answers.push_back(rrset);
  }
}

// Takes the chain that begins at the qname, and nothing that is not on it: an unasked RRset could
// poison another name.
void TakeChain(const dns::Question& question, dns::RRsets& rrsets, Reply* reply) {
  // Nearly every reply is this one RRset, which then need not be copied.
  if (rrsets.size() == 1 && rrsets[0].type == question.type && rrsets[0].owner == question.name) {
    reply->answers = std::move(rrsets);
    return;
  }
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

bool IsKeptInAuthority(RRType type) {
  return type == RRType::kSoa || type == RRType::kNsec || type == RRType::kNsec3 ||
         type == RRType::kRrsig;
}

// Of the last name of the chain, or of the qname.
bool IsNegative(const Reply& reply) {
  return reply.answers.empty() || reply.rcode == dns::Rcode::kNxDomain ||
         reply.answers.back().type == RRType::kCname;
}

uint32_t TtlOf(const Reply& reply) {
  if (reply.rcode != dns::Rcode::kNoError && reply.rcode != dns::Rcode::kNxDomain) {
    return kFailureTtlSeconds;
  }
  uint32_t ttl = kMaxTtlSeconds;
  for (const dns::RRset& rrset : reply.answers) ttl = std::min(ttl, rrset.ttl);
  if (!IsNegative(reply)) return ttl;
  // RFC 2308 section 5: without SOA a negative answer is not cached.
  const dns::RRset* soa = reply.FindSoa();
  if (soa == nullptr) return reply.answers.empty() ? 0 : ttl;
  const std::optional<dns::Soa> parsed = dns::ParseSoa(soa->rdatas.front());
  if (!parsed.has_value()) return 0;
  return std::min({ttl, soa->ttl, parsed->minimum_seconds, kMaxNegativeTtlSeconds});
}

// Octets beside the object's own.
size_t HeapSize(const dns::RRset& rrset) {
  return rrset.owner.AllocatedSize() + rrset.rdatas.AllocatedSize();
}

template <typename RRsets>
size_t HeapSize(const RRsets& rrsets, size_t inline_count) {
  size_t size = rrsets.capacity() > inline_count ? rrsets.capacity() * sizeof(dns::RRset) : 0;
  for (const dns::RRset& rrset : rrsets) size += HeapSize(rrset);
  return size;
}

// Makes a reply of a message while it is read.
class ReplyMaker final : private dns::MessageSink {
 public:
  ReplyMaker(const dns::Question& question, Reply* reply) : question_(question), reply_(reply) {}

  // False if the message is malformed.
  bool Make(absl::Span<const uint8_t> message) {
    dns::Header header;
    if (dns::ReadMessage(message, &header, this, &question_) != dns::WireError::kOk) return false;
    reply_->rcode = static_cast<dns::Rcode>(extended_rcode_ << 4 | static_cast<int>(header.rcode));
    reply_->authentic_data = header.ad;
    TakeChain(question_, answers_.rrsets(), reply_);
    for (dns::RRset& rrset : authorities_.rrsets()) {
      reply_->is_referral |= rrset.type == RRType::kNs;
      if (IsKeptInAuthority(rrset.type)) {
        reply_->extra.Make().authorities.push_back(std::move(rrset));
      }
    }
    reply_->is_referral &= reply_->answers.empty() && reply_->rcode == dns::Rcode::kNoError &&
                           !header.aa && reply_->FindSoa() == nullptr;
    reply_->ttl_seconds = TtlOf(*reply_);
    return true;
  }

 private:
  void OnQuestion(const dns::Question&) override {}
  void OnRecord(Section section, const dns::RecordView& record) override {
    // One of another class answers nothing that was asked, and may have no rdata.
    if (record.rrclass != question_.rrclass) return;
    if (section == Section::kAnswer) answers_.Add(record);
    if (section == Section::kAuthority) authorities_.Add(record);
  }
  void OnEdns(dns::Edns edns) override {
    reply_->has_edns = true;
    extended_rcode_ = edns.extended_rcode;
    if (auto error = edns.FindExtendedError()) {
      reply_->extra.Make().errors.push_back(*std::move(error));
    }
  }

  const dns::Question& question_;
  Reply* const reply_;
  int extended_rcode_ = 0;
  dns::RRsetGrouper answers_;
  dns::RRsetGrouper authorities_;
};

}  // namespace

const dns::RRset* Reply::FindSoa() const {
  for (const dns::RRset& rrset : extra->authorities) {
    if (rrset.type == RRType::kSoa) return &rrset;
  }
  return nullptr;
}

bool Reply::IsUsable() const {
  const bool is_believed = rcode == dns::Rcode::kNoError || rcode == dns::Rcode::kNxDomain ||
                           rcode == dns::Rcode::kYxDomain;
  return is_believed && !is_referral && extra->failure.empty();
}

size_t Reply::ByteSize() const {
  size_t size = sizeof(Reply) + HeapSize(answers, 1);
  if (!extra.is_made()) return size;
  size += sizeof(Extra) + extra->failure.size() + HeapSize(extra->authorities, 0);
  for (const dns::ExtendedError& error : extra->errors) size += sizeof(error) + error.text.size();
  return size;
}

std::shared_ptr<Reply> ReadReply(const dns::Question& question, absl::Span<const uint8_t> message) {
  auto reply = std::make_shared<Reply>();
  ReplyMaker maker(question, reply.get());
  return maker.Make(message) ? reply : nullptr;
}

void BoundTtls(const TtlBounds& bounds, Reply* reply) {
  if (!reply->IsUsable()) return;
  const bool is_negative = IsNegative(*reply);
  const uint32_t min = is_negative ? 0 : bounds.min;
  const uint32_t max = is_negative ? std::min(bounds.max, bounds.negative_max) : bounds.max;
  reply->ttl_seconds = std::clamp(reply->ttl_seconds, min, max);
  for (dns::RRset& rrset : reply->answers) rrset.ttl = std::clamp(rrset.ttl, min, bounds.max);
  if (!reply->extra.is_made()) return;
  for (dns::RRset& rrset : reply->extra.Make().authorities) rrset.ttl = std::min(rrset.ttl, max);
}

Reply MakeFailure(std::string text, uint32_t ttl_seconds, absl::Time now) {
  Reply reply;
  reply.rcode = dns::Rcode::kServFail;
  reply.extra.Make().failure = std::move(text);
  reply.ttl_seconds = ttl_seconds;
  reply.received = now;
  return reply;
}

Reply MakeStale(const Reply& reply, absl::Time stale_until, absl::Time now) {
  Reply stale = reply;
  stale.is_stale = true;
  Reply::Extra& extra = stale.extra.Make();
  extra.stale_until = stale_until;
  stale.received = now;
  stale.ttl_seconds = kStaleTtlSeconds;
  stale.authentic_data = false;
  for (dns::RRset& rrset : stale.answers) rrset.ttl = kStaleTtlSeconds;
  for (dns::RRset& rrset : extra.authorities) rrset.ttl = kStaleTtlSeconds;
  if (reply.is_stale) return stale;
  const bool denies = reply.rcode == dns::Rcode::kNxDomain;
  extra.errors.push_back(
      {denies ? dns::ExtendedErrorCode::kStaleNxdomainAnswer : dns::ExtendedErrorCode::kStaleAnswer,
       "no target answers; this answer's TTL has ended"});
  return stale;
}

}  // namespace nave::resolver
