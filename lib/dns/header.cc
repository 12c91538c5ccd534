#include "lib/dns/header.h"

#include <iterator>

namespace nave::dns {
namespace {

constexpr uint16_t kQr = 0x8000, kAa = 0x0400, kTc = 0x0200, kRd = 0x0100, kRa = 0x0080,
                   kZ = 0x0040, kAd = 0x0020, kCd = 0x0010;

}  // namespace

uint16_t Header::Flags() const {
  return (qr ? kQr : 0) | (static_cast<uint16_t>(opcode) & 0xF) << 11 | (aa ? kAa : 0) |
         (tc ? kTc : 0) | (rd ? kRd : 0) | (ra ? kRa : 0) | (z ? kZ : 0) | (ad ? kAd : 0) |
         (cd ? kCd : 0) | (static_cast<uint16_t>(rcode) & 0xF);
}

void Header::SetFlags(uint16_t flags) {
  qr = flags & kQr;
  opcode = static_cast<Opcode>(flags >> 11 & 0xF);
  aa = flags & kAa;
  tc = flags & kTc;
  rd = flags & kRd;
  ra = flags & kRa;
  z = flags & kZ;
  ad = flags & kAd;
  cd = flags & kCd;
  rcode = static_cast<Rcode>(flags & 0xF);
}

Header ReadHeader(WireReader* reader) {
  Header header;
  const absl::string_view octets = reader->ReadBytes(kHeaderSize);
  if (octets.empty()) return header;
  const auto u16 = [&](size_t at) {
    return static_cast<uint16_t>(static_cast<uint8_t>(octets[at]) << 8 |
                                 static_cast<uint8_t>(octets[at + 1]));
  };
  header.id = u16(0);
  header.SetFlags(u16(2));
  header.question_count = u16(4);
  header.answer_count = u16(6);
  header.authority_count = u16(8);
  header.additional_count = u16(10);
  return header;
}

void WriteHeader(const Header& header, WireWriter* writer) {
  const uint16_t words[] = {header.id,           header.Flags(),         header.question_count,
                            header.answer_count, header.authority_count, header.additional_count};
  char octets[kHeaderSize];
  for (size_t i = 0; i < std::size(words); ++i) {
    octets[2 * i] = static_cast<char>(words[i] >> 8);
    octets[2 * i + 1] = static_cast<char>(words[i]);
  }
  writer->WriteBytes(absl::string_view(octets, sizeof(octets)));
}

}  // namespace nave::dns
