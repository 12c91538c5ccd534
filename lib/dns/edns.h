// EDNS: the OPT pseudo-record and its options (RFC 6891; NSID RFC 5001, cookies RFC 7873, padding
// RFC 7830, extended errors RFC 8914). Values; any thread.
#ifndef NAVE_LIB_DNS_EDNS_H_
#define NAVE_LIB_DNS_EDNS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "lib/dns/wire_error.h"
#include "lib/dns/wire_writer.h"

namespace nave::dns {

// Options in one OPT; more are an error of the sender.
inline constexpr size_t kMaxEdnsOptions = 32;
// What we advertise, and the smallest size a peer may mean (RFC 6891 section 6.2.3, DNS flag day
// 2020).
inline constexpr uint16_t kDefaultUdpPayloadSize = 1232;
inline constexpr uint16_t kMinUdpPayloadSize = 512;
// Root owner, type, class, TTL, RDLENGTH.
inline constexpr size_t kOptFixedSize = 11;
// Code and length of an option.
inline constexpr size_t kOptionHeadSize = 4;

enum class EdnsOptionCode : uint16_t {
  kNsid = 3,
  kClientSubnet = 8,
  kCookie = 10,
  kTcpKeepalive = 11,
  kPadding = 12,
  kExtendedError = 15,
};

// RFC 8914 section 4; open, as every registry.
enum class ExtendedErrorCode : uint16_t {
  kOther = 0,
  kStaleAnswer = 3,
  kForgedAnswer = 4,
  kDnssecBogus = 6,
  kCachedError = 13,
  kNotReady = 14,
  kBlocked = 15,
  kCensored = 16,
  kFiltered = 17,
  kProhibited = 18,
  kStaleNxdomainAnswer = 19,
  kNotAuthoritative = 20,
  kNotSupported = 21,
  kNoReachableAuthority = 22,
  kNetworkError = 23,
  kInvalidData = 24,
};

// "Stale Answer"; "Extended error 99" for one we do not know.
std::string ExtendedErrorName(ExtendedErrorCode code);

struct EdnsOption {
  EdnsOptionCode code;
  std::string data;  // As on the wire, without code and length.
};

struct ExtendedError {
  ExtendedErrorCode code = ExtendedErrorCode::kOther;
  std::string text;  // UTF-8, may be empty.
};

struct Edns {
  uint16_t udp_payload_size = kDefaultUdpPayloadSize;
  uint8_t extended_rcode = 0;  // The upper eight of twelve bits.
  uint8_t version = 0;
  bool dnssec_ok = false;
  uint16_t z = 0;  // The other fifteen flags, as received.
  absl::InlinedVector<EdnsOption, 2> options;

  // The first option with this code, or null.
  const EdnsOption* Find(EdnsOptionCode code) const;
  bool Has(EdnsOptionCode code) const { return Find(code) != nullptr; }
  void Add(EdnsOptionCode code, absl::string_view data);
  // Takes all options with this code away.
  void Remove(EdnsOptionCode code);
  void AddExtendedError(ExtendedErrorCode code, absl::string_view text);
  // The first well-formed extended error, if there is one.
  std::optional<ExtendedError> FindExtendedError() const;
  // Adds padding so that a message of `size` octets (with this OPT, without padding) becomes a
  // multiple of `block` (RFC 8467: 468 for answers, 128 for questions). Nothing if it then would
  // exceed `limit`. REQUIRES: block > 0.
  void AddPadding(size_t size, size_t block, size_t limit);
  // Octets of the whole OPT record on the wire.
  size_t WireSize() const;
};

// Reads what an OPT record carries in its class, TTL and rdata. kBadRdata when an option runs over
// the end, kTooManyRecords when there are more than kMaxEdnsOptions.
WireError ParseEdns(uint16_t rrclass, uint32_t ttl, absl::string_view rdata, Edns* edns);
// Writes the OPT record.
void WriteEdns(const Edns& edns, WireWriter* writer);
// The same in parts, for options that are in no Edns: all before the options, which will have so
// many octets; and one option.
void WriteOptHead(const Edns& edns, size_t options_size, WireWriter* writer);
void WriteOption(EdnsOptionCode code, absl::string_view data, WireWriter* writer);

}  // namespace nave::dns

#endif  // NAVE_LIB_DNS_EDNS_H_
