#include "resolver/query.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/dns/edns.h"
#include "lib/dns/wire_reader.h"
#include "resolver/hop_guard.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;

void Reject(Rcode rcode, const char* reason, ParsedQuery* parsed) {
  parsed->verdict = QueryVerdict::kReject;
  parsed->rcode = rcode;
  parsed->reason = reason;
}

void ReadEdns(const dns::Edns& edns, Query* query) {
  query->has_edns = true;
  query->dnssec_ok = edns.dnssec_ok;
  query->udp_payload_size = std::max(edns.udp_payload_size, dns::kMinUdpPayloadSize);
  query->wants_nsid = edns.Has(dns::EdnsOptionCode::kNsid);
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
  if (opcode == dns::Opcode::kQuery) return;
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
};

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
  parts->question = dns::ReadQuestion(&reader);
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
  if (parts.question_count > 0) parts.question = std::move(message.questions[0]);
  parts.edns = std::move(message.edns);
  return parts;
}

}  // namespace

ParsedQuery ParseQuery(absl::Span<const uint8_t> wire) {
  ParsedQuery parsed;
  if (wire.size() < dns::kHeaderSize) return parsed;
  Parts parts;
  if (!ReadPlain(wire, &parts)) parts = ReadAny(wire);
  if (parts.header.qr) return parsed;
  parsed.verdict = QueryVerdict::kAccept;
  Query& query = parsed.query;
  query.header = parts.header;
  query.has_question = parts.question_count > 0;
  if (query.has_question) query.question = std::move(parts.question);
  if (parts.edns.has_value()) ReadEdns(*parts.edns, &query);
  JudgeOpcode(parts.header.opcode, &parsed);
  if (parsed.verdict != QueryVerdict::kAccept) return parsed;
  if (parts.error != dns::WireError::kOk || parts.question_count != 1) {
    Reject(Rcode::kFormErr, "", &parsed);
  } else if (parts.edns.has_value() && parts.edns->version > 0) {
    Reject(Rcode::kBadVers, "", &parsed);
  } else if (query.question.rrclass != dns::RRClass::kIn) {
    Reject(Rcode::kRefused, "only class IN is served", &parsed);
  } else if (query.hops.count >= kMaxHops) {
    parsed.reason_code = kLoopError;
    Reject(Rcode::kServFail, "forwarding loop: the question passed too many resolvers", &parsed);
  } else {
    JudgeType(query.question.type, &parsed);
  }
  return parsed;
}

}  // namespace nave::resolver
