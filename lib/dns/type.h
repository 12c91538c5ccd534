// The numbers of the DNS and their texts: types, classes, RCODEs, opcodes. The enums are open: any
// 16-bit type or class is a legal value, and has a text (RFC 3597 section 5: TYPE65280, CLASS32).
// Values; any thread.
#ifndef NAVE_LIB_DNS_TYPE_H_
#define NAVE_LIB_DNS_TYPE_H_

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"

namespace nave::dns {

enum class RRType : uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kMb = 7,
  kMg = 8,
  kMr = 9,
  kNull = 10,
  kPtr = 12,
  kHinfo = 13,
  kMinfo = 14,
  kMx = 15,
  kTxt = 16,
  kRp = 17,
  kAfsdb = 18,
  kRt = 21,
  kSig = 24,
  kKey = 25,
  kPx = 26,
  kAaaa = 28,
  kLoc = 29,
  kSrv = 33,
  kNaptr = 35,
  kKx = 36,
  kCert = 37,
  kDname = 39,
  kOpt = 41,
  kDs = 43,
  kSshfp = 44,
  kRrsig = 46,
  kNsec = 47,
  kDnskey = 48,
  kNsec3 = 50,
  kNsec3param = 51,
  kTlsa = 52,
  kSmimea = 53,
  kCds = 59,
  kCdnskey = 60,
  kOpenpgpkey = 61,
  kZonemd = 63,
  kSvcb = 64,
  kHttps = 65,
  kSpf = 99,
  kTkey = 249,
  kTsig = 250,
  kIxfr = 251,
  kAxfr = 252,
  kMailb = 253,
  kMaila = 254,
  kAny = 255,
  kUri = 256,
  kCaa = 257,
};

enum class RRClass : uint16_t { kIn = 1, kCh = 3, kHs = 4, kNone = 254, kAny = 255 };

// With the extended ones of EDNS (12 bits).
enum class Rcode : uint16_t {
  kNoError = 0,
  kFormErr = 1,
  kServFail = 2,
  kNxDomain = 3,
  kNotImp = 4,
  kRefused = 5,
  kYxDomain = 6,
  kYxRrset = 7,
  kNxRrset = 8,
  kNotAuth = 9,
  kNotZone = 10,
  kBadVers = 16,
  kBadCookie = 23,
};

enum class Opcode : uint8_t { kQuery = 0, kIquery = 1, kStatus = 2, kNotify = 4, kUpdate = 5 };

// "A", "SVCB", "TYPE1234".
std::string RRTypeToText(RRType type);
// Mnemonic in any case, or TYPEnnn; nothing if it is neither.
std::optional<RRType> RRTypeFromText(absl::string_view text);
// "IN", "CH", "CLASS32".
std::string RRClassToText(RRClass rrclass);
std::optional<RRClass> RRClassFromText(absl::string_view text);
// "NOERROR", "NXDOMAIN", "RCODE11".
std::string RcodeToText(Rcode rcode);
std::optional<Rcode> RcodeFromText(absl::string_view text);
// "QUERY", "OPCODE6".
std::string OpcodeToText(Opcode opcode);

// True for a type that only a question or a message's own machinery may carry, never a zone: OPT
// and the range 128 to 255 (RFC 6895 section 3.1), with ANY, AXFR, IXFR, TSIG among them. 0 is one
// too.
constexpr bool IsMetaType(RRType type) {
  const auto value = static_cast<uint16_t>(type);
  return value == 0 || type == RRType::kOpt || (value >= 128 && value <= 255);
}

inline std::ostream& operator<<(std::ostream& os, RRType type) { return os << RRTypeToText(type); }
inline std::ostream& operator<<(std::ostream& os, RRClass c) { return os << RRClassToText(c); }
inline std::ostream& operator<<(std::ostream& os, Rcode rcode) { return os << RcodeToText(rcode); }

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_TYPE_H_
