#include "lib/dns/svcb.h"

#include <arpa/inet.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/dns/wire_reader.h"

namespace nave::dns {
namespace {

constexpr uint16_t kMandatory = 0, kAlpn = 1, kNoDefaultAlpn = 2, kPort = 3, kIpv4Hint = 4,
                   kEch = 5, kIpv6Hint = 6, kOhttp = 8;
// By number; the registry of RFC 9460 section 14.3.2, with RFC 9461 and RFC 9540.
constexpr absl::string_view kKeyNames[] = {"mandatory", "alpn",     "no-default-alpn",
                                           "port",      "ipv4hint", "ech",
                                           "ipv6hint",  "dohpath",  "ohttp"};
constexpr uint16_t kKnownKeys = sizeof(kKeyNames) / sizeof(kKeyNames[0]);
constexpr uint16_t kInvalidKey = 65535;

std::string KeyName(uint16_t key) {
  return key < kKnownKeys ? std::string(kKeyNames[key]) : absl::StrCat("key", key);
}

std::optional<uint16_t> KeyFromText(absl::string_view text) {
  for (uint16_t key = 0; key < kKnownKeys; ++key) {
    if (text == kKeyNames[key]) return key;
  }
  uint32_t key;
  if (!absl::ConsumePrefix(&text, "key") || text.empty() || text.size() > 5) return std::nullopt;
  // RFC 9460 section 2.1: without leading zeros.
  if (text[0] == '0' && text.size() > 1) return std::nullopt;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return std::nullopt;
  }
  if (!absl::SimpleAtoi(text, &key) || key >= kInvalidKey) return std::nullopt;
  return static_cast<uint16_t>(key);
}

void AppendU16(uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xFF));
}

// Splits at commas that no backslash stands before (RFC 9460 appendix A.1); false for an empty
// item.
bool SplitValueList(absl::string_view value, std::vector<std::string>* items) {
  items->emplace_back();
  for (size_t at = 0; at < value.size(); ++at) {
    if (value[at] == ',') {
      items->emplace_back();
    } else if (value[at] == '\\' && ++at == value.size()) {
      return false;
    } else {
      items->back().push_back(value[at]);
    }
  }
  for (const std::string& item : *items) {
    if (item.empty() || item.size() > 255) return false;
  }
  return true;
}

bool AppendAddresses(int family, absl::string_view value, std::string* out) {
  for (const absl::string_view text : absl::StrSplit(value, ',')) {
    char address[16];
    if (inet_pton(family, std::string(text).c_str(), address) != 1) return false;
    out->append(address, family == AF_INET ? 4 : 16);
  }
  return true;
}

bool AppendMandatory(absl::string_view value, std::string* out) {
  std::map<uint16_t, int> keys;
  for (const absl::string_view text : absl::StrSplit(value, ',')) {
    const std::optional<uint16_t> key = KeyFromText(text);
    // RFC 9460 section 8: "mandatory" itself is not listed, and nothing twice.
    if (!key.has_value() || *key == kMandatory || ++keys[*key] > 1) return false;
  }
  for (const auto& [key, count] : keys) AppendU16(key, out);
  return true;
}

bool AppendAlpn(absl::string_view value, std::string* out) {
  std::vector<std::string> ids;
  if (!SplitValueList(value, &ids)) return false;
  for (const std::string& id : ids) {
    out->push_back(static_cast<char>(id.size()));
    out->append(id);
  }
  return true;
}

bool AppendPort(absl::string_view value, std::string* out) {
  uint32_t port;
  if (value.empty() || !absl::ascii_isdigit(value[0]) || !absl::SimpleAtoi(value, &port))
    return false;
  if (port > 65535) return false;
  AppendU16(port, out);
  return true;
}

// The wire form of a value written with its key's name.
bool ValueFromText(uint16_t key, const std::optional<std::string>& value, std::string* out) {
  if (key == kNoDefaultAlpn || key == kOhttp) return !value.has_value() || value->empty();
  if (!value.has_value() || value->empty()) return key >= kKnownKeys;
  switch (key) {
    case kMandatory:
      return AppendMandatory(*value, out);
    case kAlpn:
      return AppendAlpn(*value, out);
    case kPort:
      return AppendPort(*value, out);
    case kIpv4Hint:
      return AppendAddresses(AF_INET, *value, out);
    case kIpv6Hint:
      return AppendAddresses(AF_INET6, *value, out);
    case kEch:
      return absl::Base64Unescape(*value, out) && !out->empty();
    default:
      out->append(*value);
      return true;
  }
}

void AppendItem(absl::string_view item, std::string* value) {
  if (!value->empty()) value->push_back(',');
  value->append(item.data(), item.size());
}

bool AddressesToText(int family, absl::string_view wire, std::string* value) {
  const size_t size = family == AF_INET ? 4 : 16;
  if (wire.empty() || wire.size() % size != 0) return false;
  for (size_t at = 0; at < wire.size(); at += size) {
    char text[INET6_ADDRSTRLEN];
    AppendItem(inet_ntop(family, wire.data() + at, text, sizeof(text)), value);
  }
  return true;
}

bool AlpnToText(absl::string_view wire, std::string* value) {
  WireReader reader(wire);
  while (!reader.AtEnd()) {
    const absl::string_view id = reader.ReadCharacterString();
    if (!reader.ok() || id.empty()) return false;
    std::string escaped;
    for (const char c : id) {
      if (c == ',' || c == '\\') escaped.push_back('\\');
      escaped.push_back(c);
    }
    AppendItem(escaped, value);
  }
  return !wire.empty();
}

bool MandatoryToText(absl::string_view wire, std::string* value) {
  WireReader reader(wire);
  int last = kMandatory;
  while (!reader.AtEnd()) {
    const uint16_t key = reader.ReadU16();
    if (!reader.ok() || key <= last || key == kInvalidKey) return false;
    last = key;
    AppendItem(KeyName(key), value);
  }
  return !wire.empty();
}

// The text of a value, not yet quoted. False if it does not have the form of its key.
bool ValueToText(uint16_t key, absl::string_view wire, std::string* value) {
  switch (key) {
    case kMandatory:
      return MandatoryToText(wire, value);
    case kAlpn:
      return AlpnToText(wire, value);
    case kPort:
      if (wire.size() == 2) *value = absl::StrCat(WireReader(wire).ReadU16());
      return wire.size() == 2;
    case kIpv4Hint:
      return AddressesToText(AF_INET, wire, value);
    case kIpv6Hint:
      return AddressesToText(AF_INET6, wire, value);
    case kEch:
      *value = absl::Base64Escape(wire);
      return !wire.empty();
    case kNoDefaultAlpn:
    case kOhttp:
      return wire.empty();
    default:
      *value = std::string(wire);
      return key != kInvalidKey && (key >= kKnownKeys || !wire.empty());
  }
}

absl::Status BadParam(const Token& token, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("service parameter \"", token.text, "\": ", why));
}

// The value of "key=value" with quotes and escapes resolved; nothing if there is no "=".
absl::StatusOr<std::optional<std::string>> ParamValue(absl::string_view text) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos) return std::nullopt;
  absl::string_view value = text.substr(equals + 1);
  if (absl::ConsumePrefix(&value, "\"")) {
    if (!absl::ConsumeSuffix(&value, "\"")) return absl::InvalidArgumentError("a quote is missing");
  }
  // RFC 9460 appendix A: either all of it stands in quotes, or none of it.
  if (HasBareQuote(value)) return absl::InvalidArgumentError("a quote stands inside its value");
  absl::StatusOr<std::string> octets = Unescape(value);
  if (!octets.ok()) return octets.status();
  return std::optional<std::string>(*std::move(octets));
}

absl::Status AddParam(const Token& token, std::map<uint16_t, std::string>* params) {
  if (token.quoted) return BadParam(token, "it needs a key in front of the quote");
  const absl::string_view name = token.text.substr(0, token.text.find('='));
  const std::optional<uint16_t> key = KeyFromText(name);
  if (!key.has_value()) return BadParam(token, "its key is unknown; write it as keyNNN=value");
  const absl::StatusOr<std::optional<std::string>> value = ParamValue(token.text);
  if (!value.ok()) return BadParam(token, value.status().message());
  std::string wire;
  std::string ignored;
  // "keyNNN" takes the octets as they are (RFC 9460 section 2.1), but a known key keeps its form.
  const bool opaque = absl::StartsWith(name, "key");
  if (opaque) wire = value->value_or("");
  const bool good = opaque ? ValueToText(*key, wire, &ignored) : ValueFromText(*key, *value, &wire);
  if (!good || wire.size() > 65535)
    return BadParam(token, "its value does not have the key's form");
  if (!params->emplace(*key, std::move(wire)).second) return BadParam(token, "its key comes twice");
  return absl::OkStatus();
}

// The first key that `mandatory` (wire form) lists and `keys` lacks, or nothing.
template <typename Keys>
std::optional<uint16_t> MissingKey(absl::string_view mandatory, const Keys& keys) {
  WireReader reader(mandatory);
  while (!reader.AtEnd()) {
    const uint16_t key = reader.ReadU16();
    if (!keys.contains(key)) return key;
  }
  return std::nullopt;
}

absl::Status CheckMandatory(const std::map<uint16_t, std::string>& params) {
  const auto mandatory = params.find(kMandatory);
  if (mandatory == params.end()) return absl::OkStatus();
  const std::optional<uint16_t> missing = MissingKey(mandatory->second, params);
  if (!missing.has_value()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("service parameter ", KeyName(*missing), " is mandatory but not there"));
}

}  // namespace

absl::StatusOr<std::string> SvcParamsFromTokens(absl::Span<const Token> tokens) {
  if (tokens.size() > kMaxSvcParams) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxSvcParams, " parameters"));
  }
  std::map<uint16_t, std::string> params;
  for (const Token& token : tokens) {
    if (absl::Status status = AddParam(token, &params); !status.ok()) return status;
  }
  if (absl::Status status = CheckMandatory(params); !status.ok()) return status;
  std::string wire;
  for (const auto& [key, value] : params) {
    AppendU16(key, &wire);
    AppendU16(value.size(), &wire);
    wire.append(value);
  }
  return wire;
}

bool AppendSvcParamsText(absl::string_view wire, std::string* text) {
  WireReader reader(wire);
  absl::string_view mandatory;
  std::set<uint16_t> keys;
  while (!reader.AtEnd()) {
    const uint16_t key = reader.ReadU16();
    const absl::string_view octets = reader.ReadBytes(reader.ReadU16());
    std::string value;
    if (!reader.ok() || !ValueToText(key, octets, &value)) return false;
    if (key == kMandatory) mandatory = octets;
    keys.insert(key);
    absl::StrAppend(text, " ", KeyName(key));
    if (octets.empty()) continue;
    const bool bare = key == kMandatory || key == kPort || key == kIpv4Hint || key == kIpv6Hint;
    absl::StrAppend(text, "=", bare ? value : Quote(value));
  }
  return !MissingKey(mandatory, keys).has_value();
}

bool CheckSvcParams(absl::string_view wire) {
  WireReader reader(wire);
  int last = -1;
  while (!reader.AtEnd()) {
    const uint16_t key = reader.ReadU16();
    reader.ReadBytes(reader.ReadU16());
    if (!reader.ok() || key <= last) return false;
    last = key;
  }
  return true;
}

}  // namespace nave::dns
