#include "resolver/query.h"

#include <algorithm>

#include "resolver/forwarder.h"

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
  if (hops != nullptr && hops->data.size() == 1) {
    query->hop_count = static_cast<uint8_t>(hops->data[0]);
  }
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

}  // namespace

ParsedQuery ParseQuery(absl::Span<const uint8_t> wire) {
  ParsedQuery parsed;
  if (wire.size() < dns::kHeaderSize) return parsed;
  dns::Message message;
  const dns::WireError error = dns::ParseMessage(wire, &message);
  if (message.header.qr) return parsed;
  parsed.verdict = QueryVerdict::kAccept;
  Query& query = parsed.query;
  query.header = message.header;
  if (!message.questions.empty()) {
    query.question = message.questions[0];
    query.has_question = true;
  }
  if (message.edns.has_value()) ReadEdns(*message.edns, &query);
  JudgeOpcode(message.header.opcode, &parsed);
  if (parsed.verdict != QueryVerdict::kAccept) return parsed;
  if (error != dns::WireError::kOk || message.questions.size() != 1) {
    Reject(Rcode::kFormErr, "", &parsed);
  } else if (message.edns.has_value() && message.edns->version > 0) {
    Reject(Rcode::kBadVers, "", &parsed);
  } else if (query.question.rrclass != dns::RRClass::kIn) {
    Reject(Rcode::kRefused, "only class IN is served", &parsed);
  } else if (query.hop_count >= kMaxHops) {
    Reject(Rcode::kServFail, "forwarding loop: the question passed too many resolvers", &parsed);
  } else {
    JudgeType(query.question.type, &parsed);
  }
  return parsed;
}

}  // namespace nave::resolver
