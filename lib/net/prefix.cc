#include "lib/net/prefix.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nave::net {
namespace {

// Decimal without sign, blanks or leading zeros; -1 if it is not that.
int ParseLength(absl::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return -1;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return -1;
  }
  int length = -1;
  return absl::SimpleAtoi(text, &length) ? length : -1;
}

}  // namespace

absl::StatusOr<Prefix> Prefix::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not a network; write it as 10.0.0.0/8"));
  }
  absl::StatusOr<IpAddress> address = IpAddress::Parse(text.substr(0, slash));
  if (!address.ok()) return address.status();
  const int length = ParseLength(text.substr(slash + 1));
  if (length < 0 || length > address->bits()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' has a prefix length outside 0 to ", address->bits()));
  }
  const Prefix prefix(*address, length);
  if (prefix.address() != *address) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", text, "' has bits set behind the prefix; did you mean ", prefix.ToString(), "?"));
  }
  return prefix;
}

std::string Prefix::ToString() const { return absl::StrCat(address_.ToString(), "/", length_); }

}  // namespace nave::net
