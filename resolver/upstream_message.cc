#include "resolver/upstream_message.h"

#include <algorithm>
#include <cstring>

#include "absl/numeric/bits.h"
#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/dns/octets.h"

namespace nave::resolver {
namespace {

// Header, longest name, type and class, OPT with one option.
constexpr size_t kMaxQuerySize = 512;
constexpr size_t kTypeAndClassSize = 4;
constexpr size_t kFlagsOctet = 2;
constexpr size_t kRcodeOctet = 3;
constexpr size_t kQuestionCountOctet = 4;
constexpr uint8_t kResponseBit = 0x80;
constexpr uint8_t kOpcodeMask = 0x78;
constexpr uint8_t kTruncationBit = 0x02;

// Of the name's octets, so many at a time have their case set; behind the name, some that are no
// part of it.
constexpr size_t kStep = sizeof(uint64_t);

// Sets the case of each letter of the name at `at` by a random bit, and may do so to octets behind
// it, to the next full step. Length octets are at most 63 and so no letters.
void MixCase(uint8_t* at, size_t size) {
  // Bit 5 of an octet is its case; the number is turned by one bit for each eight octets, so that
  // every one of its bits is of one octet.
  constexpr int kStepsPerNumber = 8;
  uint64_t bits = 0;
  for (size_t begin = 0, step = 0; begin < size; begin += kStep, ++step) {
    bits = step % kStepsPerNumber == 0 ? RandomUint64() : absl::rotr(bits, 1);
    uint64_t octets;
    std::memcpy(&octets, at + begin, kStep);
    const uint64_t letters = (dns::LettersFrom('A', octets) | dns::LettersFrom('a', octets)) >> 2;
    octets = (octets & ~letters) | (bits & letters);
    std::memcpy(at + begin, &octets, kStep);
  }
}

void WriteOpt(const ForwardOptions& options, dns::WireWriter* writer) {
  dns::Edns edns;
  edns.dnssec_ok = options.dnssec_ok;
  const std::string trail = WriteHopTrail(options.hop_count, options.hop_marks);
  dns::WriteOptHead(edns, dns::kOptionHeadSize + trail.size(), writer);
  dns::WriteOption(static_cast<dns::EdnsOptionCode>(kHopOptionCode), trail, writer);
}

// Octets of header and question of a query of ours.
size_t QuestionEnd(absl::string_view query) {
  size_t at = dns::kHeaderSize;
  while (query[at] != 0) at += 1 + static_cast<uint8_t>(query[at]);
  return at + 1 + kTypeAndClassSize;
}

bool EqualsIgnoreCase(const uint8_t* a, const uint8_t* b, size_t size) {
  return std::equal(a, a + size, b, [](uint8_t x, uint8_t y) {
    return dns::ToLowerOctet(x) == dns::ToLowerOctet(y);
  });
}

}  // namespace

std::string BuildQuery(const dns::Question& question, const ForwardOptions& options,
                       const QueryForm& form) {
  // Zeros, since MixCase looks at what is not written yet.
  uint8_t buffer[kMaxQuerySize] = {};
  static_assert(kMaxQuerySize >= dns::kHeaderSize + dns::kMaxNameSize + kStep);
  dns::WireWriter writer(absl::MakeSpan(buffer));
  dns::Header header;
  header.rd = form.recursion_desired;
  header.cd = options.checking_disabled;
  header.question_count = 1;
  header.additional_count = form.edns ? 1 : 0;
  dns::WriteHeader(header, &writer);
  writer.WriteBytes(question.name.wire());
  if (form.mixed_case) MixCase(buffer + dns::kHeaderSize, question.name.wire_size());
  writer.WriteU16(static_cast<uint16_t>(question.type));
  writer.WriteU16(static_cast<uint16_t>(question.rrclass));
  if (form.edns) WriteOpt(options, &writer);
  NAVE_CHECK(!writer.full());
  return std::string(dns::ToStringView(writer.written()));
}

void SetId(uint16_t id, std::string* message) {
  (*message)[0] = static_cast<char>(id >> 8);
  (*message)[1] = static_cast<char>(id & 0xff);
}

uint16_t GetId(absl::Span<const uint8_t> message) { return dns::LoadU16(message.data()); }

ReplyMatch MatchReply(absl::Span<const uint8_t> reply, absl::string_view query) {
  const auto* asked = reinterpret_cast<const uint8_t*>(query.data());
  if (reply.size() < dns::kHeaderSize || dns::LoadU16(reply.data()) != dns::LoadU16(asked)) {
    return ReplyMatch::kNo;
  }
  const uint8_t flags = reply[kFlagsOctet];
  if ((flags & kResponseBit) == 0 || (flags & kOpcodeMask) != 0) return ReplyMatch::kNo;
  const uint16_t questions = dns::LoadU16(reply.data() + kQuestionCountOctet);
  if (questions == 0 && reply.size() == dns::kHeaderSize &&
      (reply[kRcodeOctet] & 0x0f) == static_cast<int>(dns::Rcode::kFormErr)) {
    return ReplyMatch::kHeaderOnly;
  }
  const size_t end = QuestionEnd(query);
  if (questions != 1 || reply.size() < end) return ReplyMatch::kNo;
  const size_t name_size = end - kTypeAndClassSize - dns::kHeaderSize;
  const uint8_t* name = reply.data() + dns::kHeaderSize;
  if (std::memcmp(name + name_size, asked + end - kTypeAndClassSize, kTypeAndClassSize) != 0) {
    return ReplyMatch::kNo;
  }
  if (std::memcmp(name, asked + dns::kHeaderSize, name_size) == 0) return ReplyMatch::kExact;
  return EqualsIgnoreCase(name, asked + dns::kHeaderSize, name_size) ? ReplyMatch::kCaseDiffers
                                                                     : ReplyMatch::kNo;
}

std::string EmptyReply(absl::string_view query, dns::Rcode rcode) {
  std::string reply(query.substr(0, QuestionEnd(query)));
  reply[kFlagsOctet] = static_cast<char>((reply[kFlagsOctet] | kResponseBit) & ~kTruncationBit);
  reply[kRcodeOctet] = static_cast<char>(static_cast<uint16_t>(rcode) & 0x0f);
  // One question, which is there already; nothing else.
  std::fill(reply.begin() + kQuestionCountOctet + 2, reply.begin() + dns::kHeaderSize, '\0');
  return reply;
}

void RestoreCase(const dns::Name& name, std::string* reply) {
  reply->replace(dns::kHeaderSize, name.wire_size(), name.wire_view().data(), name.wire_size());
}

}  // namespace nave::resolver
