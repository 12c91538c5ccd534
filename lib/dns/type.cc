#include "lib/dns/type.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

namespace nave::dns {
namespace {

struct Mnemonic {
  uint16_t value;
  absl::string_view text;
};

constexpr Mnemonic kTypes[] = {
    {1, "A"},       {2, "NS"},      {5, "CNAME"},    {6, "SOA"},         {7, "MB"},
    {8, "MG"},      {9, "MR"},      {10, "NULL"},    {12, "PTR"},        {13, "HINFO"},
    {14, "MINFO"},  {15, "MX"},     {16, "TXT"},     {17, "RP"},         {18, "AFSDB"},
    {21, "RT"},     {24, "SIG"},    {25, "KEY"},     {26, "PX"},         {28, "AAAA"},
    {29, "LOC"},    {33, "SRV"},    {35, "NAPTR"},   {36, "KX"},         {37, "CERT"},
    {39, "DNAME"},  {41, "OPT"},    {43, "DS"},      {44, "SSHFP"},      {46, "RRSIG"},
    {47, "NSEC"},   {48, "DNSKEY"}, {50, "NSEC3"},   {51, "NSEC3PARAM"}, {52, "TLSA"},
    {53, "SMIMEA"}, {59, "CDS"},    {60, "CDNSKEY"}, {61, "OPENPGPKEY"}, {63, "ZONEMD"},
    {64, "SVCB"},   {65, "HTTPS"},  {99, "SPF"},     {249, "TKEY"},      {250, "TSIG"},
    {251, "IXFR"},  {252, "AXFR"},  {253, "MAILB"},  {254, "MAILA"},     {255, "ANY"},
    {256, "URI"},   {257, "CAA"},
};
constexpr Mnemonic kClasses[] = {{1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};
constexpr Mnemonic kRcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},  {2, "SERVFAIL"},   {3, "NXDOMAIN"}, {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"}, {7, "YXRRSET"},    {8, "NXRRSET"},  {9, "NOTAUTH"},
    {10, "NOTZONE"}, {16, "BADVERS"}, {23, "BADCOOKIE"},
};
constexpr Mnemonic kOpcodes[] = {
    {0, "QUERY"}, {1, "IQUERY"}, {2, "STATUS"}, {4, "NOTIFY"}, {5, "UPDATE"}};

std::string ToText(absl::Span<const Mnemonic> table, absl::string_view prefix, uint16_t value) {
  for (const Mnemonic& mnemonic : table) {
    if (mnemonic.value == value) return std::string(mnemonic.text);
  }
  return absl::StrCat(prefix, value);
}

std::optional<uint16_t> FromText(absl::Span<const Mnemonic> table, absl::string_view prefix,
                                 absl::string_view text) {
  for (const Mnemonic& mnemonic : table) {
    if (absl::EqualsIgnoreCase(mnemonic.text, text)) return mnemonic.value;
  }
  if (!absl::StartsWithIgnoreCase(text, prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  uint32_t value;
  // SimpleAtoi takes signs and spaces; RFC 3597 section 5 takes digits only.
  if (text.empty() || !absl::ascii_isdigit(text[0])) return std::nullopt;
  if (!absl::ascii_isdigit(text.back()) || !absl::SimpleAtoi(text, &value)) return std::nullopt;
  if (value > 0xFFFF) return std::nullopt;
  return static_cast<uint16_t>(value);
}

}  // namespace

std::string RRTypeToText(RRType type) {
  return ToText(kTypes, "TYPE", static_cast<uint16_t>(type));
}

std::optional<RRType> RRTypeFromText(absl::string_view text) {
  const std::optional<uint16_t> value = FromText(kTypes, "TYPE", text);
  if (!value.has_value()) return std::nullopt;
  return static_cast<RRType>(*value);
}

std::string RRClassToText(RRClass rrclass) {
  return ToText(kClasses, "CLASS", static_cast<uint16_t>(rrclass));
}

std::optional<RRClass> RRClassFromText(absl::string_view text) {
  const std::optional<uint16_t> value = FromText(kClasses, "CLASS", text);
  if (!value.has_value()) return std::nullopt;
  return static_cast<RRClass>(*value);
}

std::string RcodeToText(Rcode rcode) {
  return ToText(kRcodes, "RCODE", static_cast<uint16_t>(rcode));
}

std::optional<Rcode> RcodeFromText(absl::string_view text) {
  const std::optional<uint16_t> value = FromText(kRcodes, "RCODE", text);
  if (!value.has_value()) return std::nullopt;
  return static_cast<Rcode>(*value);
}

std::string OpcodeToText(Opcode opcode) {
  return ToText(kOpcodes, "OPCODE", static_cast<uint16_t>(opcode));
}

}  // namespace nave::dns
