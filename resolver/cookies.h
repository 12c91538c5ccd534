// Server cookies that every server of an anycast set understands (RFC 7873, RFC 9018): they show
// that a client gets what is sent to its address, and hold no state. One for each worker, on its
// thread only.
#ifndef NAVE_RESOLVER_COOKIES_H_
#define NAVE_RESOLVER_COOKIES_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/net/address.h"
#include "resolver/query.h"
#include "resolver/siphash.h"

namespace nave::resolver {

// The first secret makes cookies; each of them makes one good. Two, so that a new secret can be
// told to all servers before the first of them uses it, and the old one be taken away when the last
// has stopped (RFC 9018 section 5).
struct CookieSecrets {
  static constexpr size_t kMaxSecrets = 2;
  std::vector<std::string> secrets;  // SipHash::kKeySize octets each.
};

// A secret that nobody else has.
CookieSecrets RandomCookieSecrets();
// One secret a line, as 32 hexadecimal digits; empty lines and such that begin with # do not count.
// INVALID_ARGUMENT for anything else, for none and for more than kMaxSecrets.
absl::StatusOr<CookieSecrets> ParseCookieSecrets(absl::string_view text);
// The same of a file, whose name stands in each error.
absl::StatusOr<CookieSecrets> ReadCookieSecrets(const std::string& path);

class Cookies {
 public:
  // RFC 9018 section 4.3: how old a cookie may be, from which age on the client gets a younger one,
  // and how far its maker's clock may be ahead of ours.
  static constexpr uint32_t kMaxAgeSeconds = 3600;
  static constexpr uint32_t kRenewAgeSeconds = 1800;
  static constexpr uint32_t kMaxAheadSeconds = 300;

  // REQUIRES: `secrets` has one to kMaxSecrets.
  explicit Cookies(const CookieSecrets& secrets);

  // Judges query->cookie, and fills in a fresh server cookie unless it is kGood, so that all of
  // query->cookie goes into the reply. REQUIRES: query->cookie_size > 0.
  void Check(const net::IpAddress& client, uint32_t now_seconds, Query* query);

 private:
  using Hash = std::array<uint8_t, SipHash::kHashSize>;

  // Over client cookie, version, reserved, timestamp and client address: the first 16 octets of
  // `cookie`.
  Hash HashOf(SipHash* hash, const Query& query, const net::IpAddress& client) const;
  // Which secret made the cookie; hashes_.size(): none of them.
  size_t FindMaker(const Query& query, const net::IpAddress& client);

  std::vector<SipHash> hashes_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_COOKIES_H_
