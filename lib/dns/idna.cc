#include "lib/dns/idna.h"

#include <idn2.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nave::dns {
namespace {

bool IsAscii(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isascii(c); });
}

absl::Status BadLabel(absl::string_view label, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the label \"", label, "\" is no internationalized name: ", why));
}

absl::StatusOr<std::string> ToAsciiLabel(absl::string_view label) {
  if (IsAscii(label)) return std::string(label);
  if (label.find('\\') != absl::string_view::npos) {
    return BadLabel(label, "escapes and letters beyond ASCII do not go together");
  }
  char* ascii = nullptr;
  const int result =
      idn2_to_ascii_8z(std::string(label).c_str(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (result != IDN2_OK) return BadLabel(label, idn2_strerror(result));
  std::string text(ascii);
  idn2_free(ascii);
  if (text.empty()) return BadLabel(label, "nothing is left of it");
  return text;
}

bool IsNamesAndNumbers(RRType type) {
  switch (type) {
    case RRType::kNs:
    case RRType::kCname:
    case RRType::kDname:
    case RRType::kPtr:
    case RRType::kMx:
    case RRType::kSrv:
    case RRType::kAfsdb:
    case RRType::kKx:
    case RRType::kSoa:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<std::string> ToAsciiName(absl::string_view text) {
  if (IsAscii(text)) return std::string(text);
  if (text.size() > kMaxUnicodeNameSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("the name is longer than ", kMaxUnicodeNameSize, " bytes"));
  }
  std::string ascii;
  size_t start = 0;
  for (size_t at = 0; at <= text.size(); ++at) {
    // A dot behind a backslash is a part of its label.
    if (at < text.size() && text[at] == '\\') ++at;
    if (at < text.size() && text[at] != '.') continue;
    const size_t end = std::min(at, text.size());
    absl::StatusOr<std::string> label = ToAsciiLabel(text.substr(start, end - start));
    if (!label.ok()) return label;
    absl::StrAppend(&ascii, *label, at < text.size() ? "." : "");
    start = end + 1;
  }
  return ascii;
}

absl::StatusOr<Name> NameFromUnicode(absl::string_view text) {
  const absl::StatusOr<std::string> ascii = ToAsciiName(text);
  return ascii.ok() ? Name::FromText(*ascii) : ascii.status();
}

absl::StatusOr<Name> NameFromUnicode(absl::string_view text, const Name& origin) {
  const absl::StatusOr<std::string> ascii = ToAsciiName(text);
  return ascii.ok() ? Name::FromText(*ascii, origin) : ascii.status();
}

absl::StatusOr<std::string> ToAsciiRdata(RRType type, absl::string_view text) {
  if (IsAscii(text) || !IsNamesAndNumbers(type)) return std::string(text);
  std::string ascii;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    absl::StatusOr<std::string> name = ToAsciiName(word);
    if (!name.ok()) return name;
    absl::StrAppend(&ascii, ascii.empty() ? "" : " ", *name);
  }
  return ascii;
}

}  // namespace nave::dns
