// The twelve octets at the front of every message (RFC 1035 section 4.1.1, RFC 4035 section 3 for
// AD and CD). Values; any thread.
#ifndef NAVE_LIB_DNS_HEADER_H_
#define NAVE_LIB_DNS_HEADER_H_

#include <cstddef>
#include <cstdint>

#include "lib/dns/type.h"
#include "lib/dns/wire_reader.h"
#include "lib/dns/wire_writer.h"

namespace nave::dns {

inline constexpr size_t kHeaderSize = 12;

struct Header {
  uint16_t id = 0;
  bool qr = false;
  Opcode opcode = Opcode::kQuery;
  bool aa = false;
  bool tc = false;
  bool rd = false;
  bool ra = false;
  bool z = false;
  bool ad = false;
  bool cd = false;
  // The header's four bits only; the extended ones are in OPT.
  Rcode rcode = Rcode::kNoError;
  // As on the wire. SerializeMessage ignores these and counts what it writes.
  uint16_t question_count = 0;
  uint16_t answer_count = 0;
  uint16_t authority_count = 0;
  uint16_t additional_count = 0;

  // The second 16-bit word.
  uint16_t Flags() const;
  void SetFlags(uint16_t flags);
};

// Reads the header; kTruncated in the reader if there are fewer than kHeaderSize octets.
Header ReadHeader(WireReader* reader);
void WriteHeader(const Header& header, WireWriter* writer);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_HEADER_H_
