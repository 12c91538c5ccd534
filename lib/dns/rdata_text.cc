// Presentation form -> rdata.
#include <arpa/inet.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "lib/dns/rdata_layout.h"
#include "lib/dns/svcb.h"
#include "lib/dns/zone_file.h"

namespace nave::dns {
namespace {

using F = RdataField;

constexpr size_t kMaxCharacterString = 255;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool AppendHex(absl::string_view text, std::string* out) {
  if (text.size() % 2 != 0) return false;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = HexDigit(text[i]), low = HexDigit(text[i + 1]);
    if (high < 0 || low < 0) return false;
    out->push_back(static_cast<char>(high << 4 | low));
  }
  return true;
}

bool ParseNumber(absl::string_view text, uint64_t max, uint64_t* value) {
  // SimpleAtoi takes signs and spaces too.
  if (text.empty() || !absl::ascii_isdigit(text[0]) || !absl::SimpleAtoi(text, value)) return false;
  return *value <= max;
}

// Takes a type's fields from tokens, one after the other.
class RdataParser {
 public:
  RdataParser(RRType type, absl::Span<const Token> tokens, const Name& origin)
      : type_(type), tokens_(tokens), origin_(origin) {}

  absl::StatusOr<std::string> Parse(const RdataLayout& layout) {
    for (const RdataField field : layout.fields) {
      if (field == F::kEnd) break;
      ++number_;
      if (absl::Status status = ParseField(field); !status.ok()) return status;
    }
    if (at_ < tokens_.size()) {
      return absl::InvalidArgumentError(absl::StrCat(RRTypeToText(type_),
                                                     " rdata: nothing may follow field ", number_,
                                                     ", but there is \"", tokens_[at_].text, "\""));
    }
    return std::move(rdata_);
  }

 private:
  absl::Status Bad(absl::string_view why) const {
    const absl::string_view word = at_ < tokens_.size() ? tokens_[at_].text : absl::string_view();
    return absl::InvalidArgumentError(absl::StrCat(RRTypeToText(type_), " rdata, field ", number_,
                                                   ": \"", word.substr(0, 80), "\" is not ", why));
  }

  absl::Status ParseField(RdataField field) {
    if (field == F::kSvcParams) return ParseSvcParams();
    if (at_ == tokens_.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(RRTypeToText(type_), " rdata, field ", number_, ": it is missing"));
    }
    switch (field) {
      case F::kStrings:
        return ParseStrings();
      case F::kHexRest:
      case F::kBase64Rest:
        return ParseRest(field);
      default:
        if (absl::Status status = ParseToken(field, tokens_[at_]); !status.ok()) return status;
        ++at_;
        return absl::OkStatus();
    }
  }

  absl::Status ParseToken(RdataField field, const Token& token) {
    // RFC 1035 section 5.1 leaves open what foo"bar baz" is: one string to some readers, to others
    // two.
    if (!token.quoted && HasBareQuote(token.text)) {
      return Bad("one word: a quote stands inside it, without a backslash");
    }
    switch (field) {
      case F::kU8:
        return ParseInteger(token.text, 1);
      case F::kU16:
        return ParseInteger(token.text, 2);
      case F::kU32:
        return ParseInteger(token.text, 4);
      case F::kSeconds:
        return ParseSeconds(token.text);
      case F::kIpv4:
        return ParseAddress(AF_INET, token.text);
      case F::kIpv6:
        return ParseAddress(AF_INET6, token.text);
      case F::kString:
        return ParseString(token.text);
      case F::kTag:
        return ParseTag(token.text);
      case F::kQuotedRest:
        return ParseQuotedRest(token.text);
      default:
        return ParseName(token);
    }
  }

  void AppendInteger(uint64_t value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      rdata_.push_back(static_cast<char>(value >> shift));
    }
  }

  absl::Status ParseInteger(absl::string_view text, int size) {
    const uint64_t max = (uint64_t{1} << (size * 8)) - 1;
    uint64_t value;
    if (!ParseNumber(text, max, &value)) return Bad(absl::StrCat("a number from 0 to ", max));
    AppendInteger(value, size);
    return absl::OkStatus();
  }

  absl::Status ParseSeconds(absl::string_view text) {
    uint64_t value;
    if (!ParseNumber(text, 0xFFFFFFFF, &value)) {
      const std::optional<uint32_t> seconds = ParseTtl(text);
      if (!seconds.has_value()) return Bad("a number of seconds or a time such as 1h30m");
      value = *seconds;
    }
    AppendInteger(value, 4);
    return absl::OkStatus();
  }

  absl::Status ParseAddress(int family, absl::string_view text) {
    char address[16];
    if (inet_pton(family, std::string(text).c_str(), address) != 1) {
      return Bad(family == AF_INET ? "an IPv4 address" : "an IPv6 address");
    }
    rdata_.append(address, family == AF_INET ? 4 : 16);
    return absl::OkStatus();
  }

  absl::Status ParseName(const Token& token) {
    if (token.quoted) return Bad("a name: it stands in quotes");
    const absl::StatusOr<Name> name = Name::FromText(token.text, origin_);
    if (!name.ok()) return Bad(absl::StrCat("a name: ", name.status().message()));
    rdata_.append(name->wire_view().data(), name->wire_size());
    return absl::OkStatus();
  }

  absl::Status ParseString(absl::string_view text) {
    const absl::StatusOr<std::string> octets = Unescape(text);
    if (!octets.ok()) return Bad(absl::StrCat("a string: ", octets.status().message()));
    if (octets->size() > kMaxCharacterString) {
      return Bad("a string of at most 255 octets; split it into several");
    }
    AppendInteger(octets->size(), 1);
    rdata_.append(*octets);
    return absl::OkStatus();
  }

  absl::Status ParseStrings() {
    for (; at_ < tokens_.size(); ++at_) {
      if (absl::Status status = ParseToken(F::kString, tokens_[at_]); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ParseTag(absl::string_view text) {
    for (const char c : text) {
      if (!absl::ascii_isalnum(c)) return Bad("a tag of letters and digits");
    }
    if (text.empty()) return Bad("a tag of letters and digits");
    return ParseString(text);
  }

  absl::Status ParseQuotedRest(absl::string_view text) {
    const absl::StatusOr<std::string> octets = Unescape(text);
    if (!octets.ok()) return Bad(absl::StrCat("a string: ", octets.status().message()));
    rdata_.append(*octets);
    return absl::OkStatus();
  }

  absl::Status ParseRest(RdataField field) {
    std::string joined;
    for (size_t i = at_; i < tokens_.size(); ++i) absl::StrAppend(&joined, tokens_[i].text);
    std::string octets;
    if (field == F::kHexRest) {
      if (!AppendHex(joined, &octets)) return Bad("hexadecimal with two digits for each octet");
    } else if (!absl::Base64Unescape(joined, &octets)) {
      return Bad("base64");
    }
    if (octets.empty()) return Bad("data of at least one octet");
    rdata_.append(octets);
    at_ = tokens_.size();
    return absl::OkStatus();
  }

  absl::Status ParseSvcParams() {
    const absl::StatusOr<std::string> params = SvcParamsFromTokens(tokens_.subspan(at_));
    if (!params.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(RRTypeToText(type_), " rdata: ", params.status().message()));
    }
    rdata_.append(*params);
    at_ = tokens_.size();
    return absl::OkStatus();
  }

  const RRType type_;
  const absl::Span<const Token> tokens_;
  const Name& origin_;
  size_t at_ = 0;
  int number_ = 0;
  std::string rdata_;
};

// RFC 3597 section 5: \# LENGTH HEX...
absl::StatusOr<std::string> ParseGeneric(RRType type, absl::Span<const Token> tokens) {
  uint64_t size;
  if (tokens.size() < 2 || !ParseNumber(tokens[1].text, kMaxRdataSize, &size)) {
    return absl::InvalidArgumentError("behind \\# there must be a length from 0 to 65535");
  }
  std::string joined, rdata;
  for (const Token& token : tokens.subspan(2)) absl::StrAppend(&joined, token.text);
  if (!AppendHex(joined, &rdata)) {
    return absl::InvalidArgumentError("behind \\# LENGTH there must be hexadecimal octets");
  }
  if (rdata.size() != size) {
    return absl::InvalidArgumentError(
        absl::StrCat("\\# announces ", size, " octets, but there are ", rdata.size()));
  }
  if (absl::Status status = ValidateRdata(type, rdata); !status.ok()) return status;
  return rdata;
}

}  // namespace

absl::StatusOr<std::string> RdataFromTokens(RRType type, absl::Span<const Token> tokens,
                                            const Name& origin) {
  if (IsMetaType(type)) {
    return absl::InvalidArgumentError(
        absl::StrCat(RRTypeToText(type), " cannot be stored as data"));
  }
  if (!tokens.empty() && !tokens[0].quoted && tokens[0].text == "\\#") {
    return ParseGeneric(type, tokens);
  }
  const RdataLayout* layout = FindRdataLayout(type);
  if (layout == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        RRTypeToText(type), " rdata must be written as \\# LENGTH HEX (RFC 3597 section 5)"));
  }
  absl::StatusOr<std::string> rdata = RdataParser(type, tokens, origin).Parse(*layout);
  if (rdata.ok() && rdata->size() > kMaxRdataSize) {
    return absl::InvalidArgumentError(
        absl::StrCat(RRTypeToText(type), " rdata has more than 65535 octets"));
  }
  return rdata;
}

absl::StatusOr<std::string> RdataFromText(RRType type, absl::string_view text, const Name& origin) {
  const absl::StatusOr<std::vector<Token>> tokens = Tokenize(text);
  if (!tokens.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(RRTypeToText(type), " rdata: ", tokens.status().message()));
  }
  return RdataFromTokens(type, *tokens, origin);
}

}  // namespace nave::dns
