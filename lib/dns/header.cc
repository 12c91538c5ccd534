#include "lib/dns/header.h"

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
  header.id = reader->ReadU16();
  header.SetFlags(reader->ReadU16());
  header.question_count = reader->ReadU16();
  header.answer_count = reader->ReadU16();
  header.authority_count = reader->ReadU16();
  header.additional_count = reader->ReadU16();
  return header;
}

void WriteHeader(const Header& header, WireWriter* writer) {
  writer->WriteU16(header.id);
  writer->WriteU16(header.Flags());
  writer->WriteU16(header.question_count);
  writer->WriteU16(header.answer_count);
  writer->WriteU16(header.authority_count);
  writer->WriteU16(header.additional_count);
}

}  // namespace nave::dns
