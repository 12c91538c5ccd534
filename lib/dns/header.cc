#include "lib/dns/header.h"

#include "lib/dns/octets.h"

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
  const absl::Span<const uint8_t> octets = ToOctets(reader->ReadBytes(kHeaderSize));
  if (octets.empty()) return header;
  header.id = LoadU16(&octets[0]);
  header.SetFlags(LoadU16(&octets[2]));
  header.question_count = LoadU16(&octets[4]);
  header.answer_count = LoadU16(&octets[6]);
  header.authority_count = LoadU16(&octets[8]);
  header.additional_count = LoadU16(&octets[10]);
  return header;
}

void WriteHeader(const Header& header, WireWriter* writer) {
  uint8_t octets[kHeaderSize];
  StoreU16(header.id, &octets[0]);
  StoreU16(header.Flags(), &octets[2]);
  StoreU16(header.question_count, &octets[4]);
  StoreU16(header.answer_count, &octets[6]);
  StoreU16(header.authority_count, &octets[8]);
  StoreU16(header.additional_count, &octets[10]);
  writer->WriteBytes(octets);
}

}  // namespace nave::dns
