#include "resolver/cookies.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/dns/octets.h"

namespace nave::resolver {
namespace {

// Offsets within the sixteen octets of a server cookie (RFC 9018 section 4): one of version, three
// reserved, four of time, eight of hash.
constexpr uint8_t kVersion = 1;
constexpr size_t kVersionAt = kClientCookieSize;
constexpr size_t kTimeAt = kVersionAt + 4;
constexpr size_t kHashAt = kTimeAt + 4;
// A file of secrets is a few lines.
constexpr size_t kMaxFileSize = 4096;

uint32_t TimeOf(const Query& query) { return dns::LoadU32(query.cookie.data() + kTimeAt); }

bool IsHex(absl::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return absl::ascii_isxdigit(c); });
}

absl::Status Malformed(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("cookie secrets: ", why));
}

}  // namespace

CookieSecrets RandomCookieSecrets() { return {{RandomBytes(SipHash::kKeySize)}}; }

absl::StatusOr<CookieSecrets> ParseCookieSecrets(absl::string_view text) {
  CookieSecrets secrets;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    // The line is a secret: no error repeats it.
    if (line.size() != 2 * SipHash::kKeySize || !IsHex(line)) {
      return Malformed("a secret is 32 hexadecimal digits on a line of its own");
    }
    secrets.secrets.push_back(absl::HexStringToBytes(line));
  }
  if (secrets.secrets.empty()) return Malformed("there is none");
  if (secrets.secrets.size() > CookieSecrets::kMaxSecrets) {
    return Malformed(absl::StrCat("more than ", CookieSecrets::kMaxSecrets));
  }
  return secrets;
}

absl::StatusOr<CookieSecrets> ReadCookieSecrets(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string text(kMaxFileSize + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxFileSize) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": too long for cookie secrets"));
  }
  absl::StatusOr<CookieSecrets> secrets = ParseCookieSecrets(text);
  if (secrets.ok()) return secrets;
  return absl::Status(secrets.status().code(),
                      absl::StrCat(path, ": ", secrets.status().message()));
}

Cookies::Cookies(const CookieSecrets& secrets) {
  NAVE_CHECK(!secrets.secrets.empty() && secrets.secrets.size() <= CookieSecrets::kMaxSecrets);
  for (const std::string& secret : secrets.secrets) hashes_.emplace_back(secret);
}

Cookies::Hash Cookies::HashOf(SipHash* hash, const Query& query,
                              const net::IpAddress& client) const {
  std::array<uint8_t, kHashAt + 16> data;
  std::copy_n(query.cookie.begin(), kHashAt, data.begin());
  const absl::Span<const uint8_t> address = client.bytes();
  std::copy(address.begin(), address.end(), data.begin() + kHashAt);
  return hash->Of(absl::MakeConstSpan(data.data(), kHashAt + address.size()));
}

size_t Cookies::FindMaker(const Query& query, const net::IpAddress& client) {
  const bool may_be_ours =
      query.cookie_size == query.cookie.size() && query.cookie[kVersionAt] == kVersion;
  if (!may_be_ours) return hashes_.size();
  const auto made = [&](SipHash& hash) {
    const Hash wanted = HashOf(&hash, query, client);
    // Takes the same time wherever they differ: it must not tell how near a guess came.
    uint8_t difference = 0;
    for (size_t i = 0; i < wanted.size(); ++i) difference |= wanted[i] ^ query.cookie[kHashAt + i];
    return difference == 0;
  };
  return std::find_if(hashes_.begin(), hashes_.end(), made) - hashes_.begin();
}

void Cookies::Check(const net::IpAddress& client, uint32_t now_seconds, Query* query) {
  if (query->cookie_state != CookieState::kClientOnly) {
    query->cookie_state = CookieState::kWrong;
    // Serial number arithmetic (RFC 9018 section 4.3): the time wraps in 2106.
    const auto age = static_cast<int32_t>(now_seconds - TimeOf(*query));
    const bool is_in_time = age <= static_cast<int32_t>(kMaxAgeSeconds) &&
                            age >= -static_cast<int32_t>(kMaxAheadSeconds);
    const size_t maker = is_in_time ? FindMaker(*query, client) : hashes_.size();
    const bool is_young = maker == 0 && age <= static_cast<int32_t>(kRenewAgeSeconds);
    if (maker < hashes_.size()) {
      query->cookie_state = is_young ? CookieState::kGood : CookieState::kOld;
    }
  }
  if (query->cookie_state == CookieState::kGood) return;
  query->cookie_size = query->cookie.size();
  query->cookie[kVersionAt] = kVersion;
  std::fill_n(query->cookie.begin() + kVersionAt + 1, 3, 0);
  for (int i = 0; i < 4; ++i) query->cookie[kTimeAt + i] = now_seconds >> (24 - 8 * i) & 0xff;
  const Hash hash = HashOf(&hashes_[0], *query, client);
  std::copy(hash.begin(), hash.end(), query->cookie.begin() + kHashAt);
}

}  // namespace nave::resolver
