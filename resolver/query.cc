#include "resolver/query.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/hash/hash.h"
#include "lib/dns/edns.h"
#include "lib/dns/octets.h"
#include "lib/dns/wire_reader.h"
#include "resolver/hop_guard.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;

// With a server cookie, of anybody's making (RFC 7873 section 4).
constexpr size_t kMinCookieSize = 16;
constexpr size_t kMaxCookieSize = 40;

void Reject(Rcode rcode, const char* reason, ParsedQuery* parsed) {
  parsed->verdict = QueryVerdict::kReject;
  parsed->rcode = rcode;
  parsed->reason = reason;
}

// RFC 7873 sections 4 and 5.2: the first option counts. False for a size that is none.
bool ReadCookie(const dns::Edns& edns, Query* query) {
  const dns::EdnsOption* option = edns.Find(dns::EdnsOptionCode::kCookie);
  if (option == nullptr || edns.version > 0) return true;
  const size_t size = option->data.size();
  if (size != kClientCookieSize && (size < kMinCookieSize || size > kMaxCookieSize)) return false;
  const bool may_be_ours = size == query->cookie.size();
  query->cookie_size = may_be_ours ? query->cookie.size() : kClientCookieSize;
  query->cookie_state = size == kClientCookieSize ? CookieState::kClientOnly : CookieState::kWrong;
  std::copy_n(option->data.begin(), query->cookie_size, query->cookie.begin());
  return true;
}

void ReadEdns(const dns::Edns& edns, Query* query) {
  query->has_edns = true;
  query->dnssec_ok = edns.dnssec_ok;
  query->udp_payload_size = std::max(edns.udp_payload_size, dns::kMinUdpPayloadSize);
  // What a later version's options mean is not known here.
  if (edns.version > 0) return;
  query->wants_nsid = edns.Has(dns::EdnsOptionCode::kNsid);
  query->wants_keepalive = edns.Has(dns::EdnsOptionCode::kTcpKeepalive);
  const dns::EdnsOption* hops = edns.Find(static_cast<dns::EdnsOptionCode>(kHopOptionCode));
  if (hops != nullptr) query->hops = ReadHopTrail(hops->data);
}

void JudgeType(RRType type, ParsedQuery* parsed) {
  if (type == RRType::kAxfr || type == RRType::kIxfr) {
    return Reject(Rcode::kRefused, "zone transfers are not served", parsed);
  }
  if (type == RRType::kAny || !dns::IsMetaType(type)) return;
  if (type == RRType::kMaila || type == RRType::kMailb || type == RRType::kTkey) {
    return Reject(Rcode::kNotImp, "", parsed);
  }
  Reject(Rcode::kFormErr, "no question may have this type", parsed);
}

void JudgeOpcode(dns::Opcode opcode, ParsedQuery* parsed) {
  if (opcode == dns::Opcode::kUpdate) {
    return Reject(Rcode::kRefused, "updates are not served", parsed);
  }
  Reject(Rcode::kNotImp, "", parsed);
}

// What the judgement needs of a message.
struct Parts {
  dns::WireError error = dns::WireError::kOk;
  dns::Header header;
  int question_count = 0;
  dns::Question question;
  std::optional<dns::Edns> edns;
  bool has_tsig = false;
};

// Before the first question stands only the header: a pointer in its name aims at no name, though
// the header's octets may look like one.
dns::Question ReadFirstQuestion(dns::WireReader* reader) {
  dns::Question question;
  question.name = reader->ReadUncompressedName();
  question.type = static_cast<RRType>(reader->ReadU16());
  question.rrclass = static_cast<dns::RRClass>(reader->ReadU16());
  return question;
}

// Nearly every query is one question and at most an OPT: read without the lists of a Message. False
// for any other, which may be wrong in ways that ParseMessage tells apart.
bool ReadPlain(absl::Span<const uint8_t> wire, Parts* parts) {
  dns::WireReader reader(wire);
  const dns::Header header = dns::ReadHeader(&reader);
  if (header.question_count != 1 || header.answer_count != 0 || header.authority_count != 0 ||
      header.additional_count > 1) {
    return false;
  }
  parts->header = header;
  parts->question_count = 1;
  parts->question = ReadFirstQuestion(&reader);
  if (header.additional_count == 1) {
    const dns::ResourceRecord opt = dns::ReadRecord(&reader);
    if (!reader.ok() || opt.type != RRType::kOpt || !opt.owner.IsRoot()) return false;
    parts->error = dns::ParseEdns(static_cast<uint16_t>(opt.rrclass), opt.ttl, opt.rdata,
                                  &parts->edns.emplace());
  }
  return reader.ok() && reader.AtEnd() && parts->error == dns::WireError::kOk;
}

Parts ReadAny(absl::Span<const uint8_t> wire) {
  Parts parts;
  dns::Message message;
  parts.error = dns::ParseMessage(wire, &message);
  parts.header = message.header;
  parts.question_count = static_cast<int>(message.questions.size());
  if (parts.question_count > 0) {
    dns::WireReader reader(wire);
    dns::ReadHeader(&reader);
    parts.question = ReadFirstQuestion(&reader);
    if (!reader.ok()) {
      parts.error = reader.error();
      parts.question_count = 0;
    }
  }
  parts.has_tsig = !message.additionals.empty() && message.additionals.back().type == RRType::kTsig;
  parts.edns = std::move(message.edns);
  return parts;
}

void JudgeQuestion(const Parts& parts, ParsedQuery* parsed) {
  const Query& query = parsed->query;
  if (query.question.rrclass == dns::RRClass::kCh) {
    parsed->verdict = QueryVerdict::kServer;
  } else if (query.question.rrclass != dns::RRClass::kIn) {
    Reject(Rcode::kRefused, "only classes IN and CH are served", parsed);
  } else if (parts.has_tsig) {
    // RFC 8945 section 5.2.1: a key that is not known. The client gets no TSIG back, since there is
    // nothing to sign it with.
    Reject(Rcode::kNotAuth, "no key of this TSIG is known here", parsed);
  } else if (query.hops.count >= kMaxHops) {
    parsed->reason_code = kLoopError;
    Reject(Rcode::kServFail, "forwarding loop: the question passed too many resolvers", parsed);
  } else {
    JudgeType(query.question.type, parsed);
  }
}

void Judge(const Parts& parts, bool cookie_is_legal, ParsedQuery* parsed) {
  parsed->verdict = QueryVerdict::kAccept;
  const bool is_wrong = parts.error != dns::WireError::kOk;
  // RFC 6891 section 6.1.3: before all else, since a later version may change how the rest is read.
  // What is wrong with the OPT record itself is wrong in every version.
  if (parts.edns.has_value() && parts.edns->version > 0 && parts.error != dns::WireError::kBadOpt) {
    return Reject(Rcode::kBadVers, "", parsed);
  }
  if (parts.header.opcode != dns::Opcode::kQuery) return JudgeOpcode(parts.header.opcode, parsed);
  if (is_wrong || !cookie_is_legal) return Reject(Rcode::kFormErr, "", parsed);
  if (parts.question_count == 1) return JudgeQuestion(parts, parsed);
  const bool asks_for_cookie = parts.question_count == 0 && parsed->query.cookie_size > 0;
  if (!asks_for_cookie) return Reject(Rcode::kFormErr, "", parsed);
  parsed->verdict = QueryVerdict::kCookie;
}

}  // namespace

ParsedQuery ParseQuery(absl::Span<const uint8_t> wire) {
  ParsedQuery parsed;
  if (wire.size() < dns::kHeaderSize) return parsed;
  Parts parts;
  if (!ReadPlain(wire, &parts)) parts = ReadAny(wire);
  if (parts.header.qr) return parsed;
  Query& query = parsed.query;
  query.header = parts.header;
  query.has_question = parts.question_count == 1;
  if (query.has_question) query.question = std::move(parts.question);
  bool cookie_is_legal = true;
  if (parts.edns.has_value()) {
    ReadEdns(*parts.edns, &query);
    cookie_is_legal = ReadCookie(*parts.edns, &query);
  }
  Judge(parts, cookie_is_legal, &parsed);
  return parsed;
}

uint64_t HashOfQuestion(const dns::Name& name, dns::RRType type, dns::RRClass rrclass) {
  uint8_t octets[dns::kMaxNameSize + 4];
  const absl::Span<const uint8_t> wire = name.wire();
  dns::ToLowerOctets(wire.data(), wire.size(), octets);
  uint8_t* const behind = octets + wire.size();
  dns::StoreU16(static_cast<uint16_t>(type), behind);
  dns::StoreU16(static_cast<uint16_t>(rrclass), behind + 2);
  return absl::HashOf(dns::ToStringView(absl::MakeConstSpan(octets, wire.size() + 4)));
}

uint64_t HashOfQuestion(const Query& query) {
  return query.question_hash != 0 ? query.question_hash : HashOfQuestion(query.question);
}

}  // namespace nave::resolver
