#include "resolver/answer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/dns/message.h"
#include "lib/dns/rdata.h"
#include "lib/dns/wire_reader.h"

namespace nave::resolver {
namespace {

// Octets of extended error text; it must never push data out of a UDP answer.
constexpr size_t kMaxErrorText = 200;
// Code, length, and the error's own code.
constexpr size_t kMinErrorOption = 6;
// Octets of a node's id. With the longest question, a cookie and a keepalive an OPT then still fits
// into the smallest datagram.
constexpr size_t kMaxNsid = 128;

// True if all of the RRset went in.
bool WriteRRset(const AnswerRRset& rrset, dns::RRClass rrclass, uint32_t rotation,
                dns::WireWriter* writer, uint16_t* count) {
  const dns::WireWriter::Mark mark = writer->mark();
  const size_t size = rrset.rdatas->size();
  auto rdata = rrset.rdatas->begin();
  if (size > 1) std::advance(rdata, rotation % size);
  for (size_t i = 0; i < size; ++i, ++rdata) {
    if (rdata == rrset.rdatas->end()) rdata = rrset.rdatas->begin();
    dns::WriteRecord(rrset.owner, rrset.type, rrclass, rrset.ttl, *rdata, writer);
  }
  if (writer->full()) {
    writer->RollBack(mark);
    return false;
  }
  *count += static_cast<uint16_t>(size);
  return true;
}

// False if an RRset did not fit; it ends the section.
bool WriteSection(const AnswerSection& section, dns::RRClass rrclass, uint32_t rotation,
                  dns::WireWriter* writer, uint16_t* count) {
  for (const AnswerRRset& rrset : section) {
    if (!WriteRRset(rrset, rrclass, rotation, writer, count)) return false;
  }
  return true;
}

// False if glue did not fit; what does not fit leaves its room to what comes behind.
bool WriteAdditionals(const Answer& answer, dns::RRClass rrclass, dns::WireWriter* writer,
                      uint16_t* count) {
  bool has_glue = true;
  for (size_t i = 0; i < answer.additionals.size(); ++i) {
    const bool fits = WriteRRset(answer.additionals[i], rrclass, 0, writer, count);
    has_glue = has_glue && (fits || i >= answer.glue_count);
  }
  return has_glue;
}

// Adds an extended error whose whole option has at most `room` octets, its text shortened to that
// (RFC 8914 section 3); none if not even the code fits. Returns the octets that it took.
size_t AddError(const dns::ExtendedError& error, size_t room, dns::Edns* edns) {
  if (room < kMinErrorOption) return 0;
  const absl::string_view text =
      absl::string_view(error.text).substr(0, std::min(kMaxErrorText, room - kMinErrorOption));
  edns->AddExtendedError(error.code, text);
  return kMinErrorOption + text.size();
}

// An OPT of at most `room` octets: what the client needs to go on comes first, what people read
// takes what is left.
dns::Edns MakeEdns(const Query& query, const Answer& answer, const AnswerFormat& format,
                   size_t room) {
  dns::Edns edns;
  edns.udp_payload_size = dns::kDefaultUdpPayloadSize;
  edns.extended_rcode = static_cast<uint8_t>(static_cast<uint16_t>(answer.rcode) >> 4);
  edns.dnssec_ok = query.dnssec_ok;
  if (query.cookie_state != CookieState::kNone) {
    edns.Add(dns::EdnsOptionCode::kCookie,
             dns::ToStringView(absl::MakeConstSpan(query.cookie.data(), query.cookie_size)));
  }
  if (query.wants_keepalive && format.keepalive_tenths > 0) {
    const char tenths[] = {static_cast<char>(format.keepalive_tenths >> 8),
                           static_cast<char>(format.keepalive_tenths & 0xff)};
    edns.Add(dns::EdnsOptionCode::kTcpKeepalive, absl::string_view(tenths, sizeof(tenths)));
  }
  if (query.wants_nsid && !format.node_id.empty()) {
    edns.Add(dns::EdnsOptionCode::kNsid, format.node_id.substr(0, kMaxNsid));
  }
  if (answer.errors.empty()) return edns;
  room -= std::min(room, edns.WireSize());
  for (const dns::ExtendedError& error : answer.errors) room -= AddError(error, room, &edns);
  return edns;
}

dns::Header MakeHeader(const Query& query, const Answer& answer, const AnswerFormat& format) {
  dns::Header header;
  header.id = query.header.id;
  header.qr = true;
  header.opcode = query.header.opcode;
  header.aa = answer.authoritative;
  header.rd = query.header.rd;
  header.ra = format.recursion_available;
  header.cd = query.header.cd;
  // RFC 6840 section 5.8: only to a client that knows the bit.
  header.ad = answer.authentic_data && (query.header.ad || query.dnssec_ok);
  header.rcode = static_cast<dns::Rcode>(static_cast<uint16_t>(answer.rcode) & 0xf);
  return header;
}

}  // namespace

const dns::RdataList* Answer::Keep(dns::RdataList rdatas) {
  kept_.push_back(std::make_unique<const dns::RdataList>(std::move(rdatas)));
  return kept_.back().get();
}

void Answer::KeepAll() {
  for (AnswerSection* section : {&answers, &authorities, &additionals}) {
    for (AnswerRRset& rrset : *section) {
      const bool kept = std::any_of(kept_.begin(), kept_.end(),
                                    [&](const auto& own) { return own.get() == rrset.rdatas; });
      if (!kept) rrset.rdatas = Keep(*rrset.rdatas);
    }
  }
}

void Answer::AddError(dns::ExtendedErrorCode code, absl::string_view text) {
  if (errors.size() < kMaxErrors) errors.push_back({code, std::string(text)});
}

void Answer::Fail(dns::Rcode failure, dns::ExtendedErrorCode code, absl::string_view text) {
  rcode = failure;
  authoritative = false;
  authentic_data = false;
  answers.clear();
  authorities.clear();
  additionals.clear();
  AddError(code, text);
}

size_t WriteAnswer(const Query& query, const Answer& answer, const AnswerFormat& format,
                   absl::Span<uint8_t> buffer) {
  const size_t limit = std::min(format.size_max, buffer.size());
  dns::WireWriter writer(buffer.subspan(0, limit));
  dns::Header header = MakeHeader(query, answer, format);
  dns::WriteHeader(header, &writer);
  if (query.has_question) dns::WriteQuestion(query.question, &writer);
  const dns::Edns edns =
      query.has_edns ? MakeEdns(query, answer, format, writer.room()) : dns::Edns();
  const size_t opt_size = query.has_edns ? edns.WireSize() : 0;
  writer.set_limit(limit - opt_size);
  header.question_count = query.has_question ? 1 : 0;
  const dns::RRClass rrclass = query.question.rrclass;
  header.tc =
      !WriteSection(answer.answers, rrclass, format.rotation, &writer, &header.answer_count) ||
      !WriteSection(answer.authorities, rrclass, 0, &writer, &header.authority_count) ||
      !WriteAdditionals(answer, rrclass, &writer, &header.additional_count) || answer.truncated;
  writer.set_limit(limit);
  if (query.has_edns) {
    dns::WriteEdns(edns, &writer);
    ++header.additional_count;
  }
  writer.PatchU16(2, header.Flags());
  writer.PatchU16(4, header.question_count);
  writer.PatchU16(6, header.answer_count);
  writer.PatchU16(8, header.authority_count);
  writer.PatchU16(10, header.additional_count);
  return writer.size();
}

}  // namespace nave::resolver
