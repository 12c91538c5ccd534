// Rdata -> presentation form.
#include <arpa/inet.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "lib/dns/rdata.h"
#include "lib/dns/rdata_layout.h"
#include "lib/dns/svcb.h"

namespace nave::dns {
namespace {

using F = RdataField;

std::string UpperHex(absl::string_view octets) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(octets.size() * 2);
  for (const char c : octets) {
    const auto octet = static_cast<uint8_t>(c);
    text.push_back(kDigits[octet >> 4]);
    text.push_back(kDigits[octet & 0xF]);
  }
  return text;
}

std::string AddressText(int family, absl::string_view octets) {
  char text[INET6_ADDRSTRLEN];
  if (octets.size() != (family == AF_INET ? 4 : 16)) return std::string();
  return inet_ntop(family, octets.data(), text, sizeof(text));
}

// A CAA tag; false if it could not be read back.
bool AppendTag(absl::string_view tag, std::string* text) {
  for (const char c : tag) {
    if (!absl::ascii_isalnum(c)) return false;
  }
  absl::StrAppend(text, tag);
  return !tag.empty();
}

void AppendStrings(WireReader* reader, std::string* text) {
  absl::StrAppend(text, Quote(reader->ReadCharacterString()));
  while (!reader->AtEnd()) absl::StrAppend(text, " ", Quote(reader->ReadCharacterString()));
}

// Appends one field. False if its octets have no presentation form of their own.
bool AppendField(RdataField field, WireReader* reader, std::string* text) {
  switch (field) {
    case F::kU8:
      absl::StrAppend(text, reader->ReadU8());
      break;
    case F::kU16:
      absl::StrAppend(text, reader->ReadU16());
      break;
    case F::kU32:
    case F::kSeconds:
      absl::StrAppend(text, reader->ReadU32());
      break;
    case F::kIpv4:
      absl::StrAppend(text, AddressText(AF_INET, reader->ReadBytes(4)));
      break;
    case F::kIpv6:
      absl::StrAppend(text, AddressText(AF_INET6, reader->ReadBytes(16)));
      break;
    case F::kString:
      absl::StrAppend(text, Quote(reader->ReadCharacterString()));
      break;
    case F::kStrings:
      AppendStrings(reader, text);
      break;
    case F::kTag:
      return AppendTag(reader->ReadCharacterString(), text);
    case F::kQuotedRest:
      absl::StrAppend(text, Quote(reader->ReadRest()));
      break;
    case F::kHexRest:
      if (reader->AtEnd()) return false;
      absl::StrAppend(text, UpperHex(reader->ReadRest()));
      break;
    case F::kBase64Rest:
      if (reader->AtEnd()) return false;
      absl::StrAppend(text, absl::Base64Escape(reader->ReadRest()));
      break;
    case F::kSvcParams:
      return AppendSvcParamsText(reader->ReadRest(), text);
    default:
      absl::StrAppend(text, reader->ReadUncompressedName().ToText());
  }
  return true;
}

bool AppendFields(const RdataLayout& layout, absl::string_view rdata, std::string* text) {
  WireReader reader(rdata);
  for (const RdataField field : layout.fields) {
    if (field == F::kEnd) break;
    // The parameters bring a space each, because there may be none.
    if (!text->empty() && field != F::kSvcParams) text->push_back(' ');
    if (!AppendField(field, &reader, text) || !reader.ok()) return false;
  }
  return reader.AtEnd();
}

}  // namespace

std::string RdataToText(RRType type, absl::string_view rdata) {
  const RdataLayout* layout = FindRdataLayout(type);
  std::string text;
  if (layout != nullptr && AppendFields(*layout, rdata, &text)) return text;
  if (rdata.empty()) return "\\# 0";
  return absl::StrCat("\\# ", rdata.size(), " ", UpperHex(rdata));
}

}  // namespace nave::dns
