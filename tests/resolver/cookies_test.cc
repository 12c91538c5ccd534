#include "resolver/cookies.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "absl/strings/escaping.h"
#include "lib/dns/wire_reader.h"
#include "tests/testing/temp_dir.h"

namespace nave::resolver {
namespace {

// The vectors of RFC 9018 appendix A.
constexpr char kSecret1[] = "e5e973e5a6b2a43f48e7dc849e37bfcf";
constexpr char kSecret2[] = "dd3bdf9344b678b185a6f5cb60fca715";
constexpr char kSecret3[] = "445536bcd2513298075a5d379663c962";

net::IpAddress Address(const char* text) { return *net::IpAddress::Parse(text); }

Query Came(const char* hex) {
  const std::string cookie = absl::HexStringToBytes(hex);
  Query query;
  query.cookie_size = static_cast<uint8_t>(cookie.size());
  query.cookie_state =
      cookie.size() == kClientCookieSize ? CookieState::kClientOnly : CookieState::kWrong;
  std::copy(cookie.begin(), cookie.end(), query.cookie.begin());
  return query;
}

std::string Hex(const Query& query) {
  return absl::BytesToHexString(
      dns::ToStringView(absl::MakeConstSpan(query.cookie.data(), query.cookie_size)));
}

Query Checked(const std::string& secrets, const char* cookie, const char* client, uint32_t now) {
  Cookies cookies(*ParseCookieSecrets(secrets));
  Query query = Came(cookie);
  cookies.Check(Address(client), now, &query);
  return query;
}

TEST(Rfc9018Test, AppendixA1LearningANewServerCookie) {
  const Query query = Checked(kSecret1, "2464c4abcf10c957", "198.51.100.100", 1559731985);
  EXPECT_EQ(query.cookie_state, CookieState::kClientOnly);
  EXPECT_EQ(Hex(query), "2464c4abcf10c957010000005cf79f111f8130c3eee29480");
}

// The server of the vector is due to renew the cookie, at an age of 40 minutes.
TEST(Rfc9018Test, AppendixA2ASameClientRenewsItsCookie) {
  const Query query = Checked(kSecret1, "2464c4abcf10c957010000005cf79f111f8130c3eee29480",
                              "198.51.100.100", 1559734385);
  EXPECT_EQ(query.cookie_state, CookieState::kOld);
  EXPECT_EQ(Hex(query), "2464c4abcf10c957010000005cf7a871d4a564a1442aca77");
}

// Another client, reserved octets that are not zero: they count into the hash as they came.
TEST(Rfc9018Test, AppendixA3AnotherClientRenewsItsCookie) {
  const Query query = Checked(kSecret1, "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
                              "203.0.113.203", 1559734700);
  // The hash is right, but the cookie is older than the hour of section 4.3: renewed all the same.
  EXPECT_EQ(query.cookie_state, CookieState::kWrong);
  EXPECT_EQ(Hex(query), "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e");
  const Query in_time = Checked(kSecret1, "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5",
                                "203.0.113.203", 0x5cf78f71 + 60);
  EXPECT_EQ(in_time.cookie_state, CookieState::kGood);
  EXPECT_EQ(Hex(in_time), "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5");
}

TEST(Rfc9018Test, AppendixA4AnIpv6ClientWhileTheSecretIsRolledOver) {
  const std::string both = std::string(kSecret3) + "\n" + kSecret2;
  const Query query = Checked(both, "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
                              "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961);
  EXPECT_EQ(query.cookie_state, CookieState::kOld);
  EXPECT_EQ(Hex(query), "22681ab97d52c298010000005cf7c609a6bb79d16625507a");
  const Query unknown = Checked(kSecret3, "22681ab97d52c298010000005cf7c57926556bd0934c72f8",
                                "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961);
  EXPECT_EQ(unknown.cookie_state, CookieState::kWrong);
}

class CookieTest : public ::testing::Test {
 protected:
  static constexpr uint32_t kMade = 1559731985;
  static constexpr char kCookie[] = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";

  CookieState StateAt(uint32_t now, const char* client = "198.51.100.100",
                      const char* cookie = kCookie) {
    return Checked(kSecret1, cookie, client, now).cookie_state;
  }
};

// RFC 9018 section 4.3.
TEST_F(CookieTest, AgeDecides) {
  EXPECT_EQ(StateAt(kMade), CookieState::kGood);
  EXPECT_EQ(StateAt(kMade + 1800), CookieState::kGood);
  EXPECT_EQ(StateAt(kMade + 1801), CookieState::kOld);
  EXPECT_EQ(StateAt(kMade + 3600), CookieState::kOld);
  EXPECT_EQ(StateAt(kMade + 3601), CookieState::kWrong);
  EXPECT_EQ(StateAt(kMade - 300), CookieState::kGood);
  EXPECT_EQ(StateAt(kMade - 301), CookieState::kWrong);
}

TEST_F(CookieTest, BelongsToOneAddressOneClientCookieAndOneVersion) {
  EXPECT_EQ(StateAt(kMade, "198.51.100.101"), CookieState::kWrong);
  const std::string good = kCookie;
  for (size_t digit = 0; digit < good.size(); ++digit) {
    std::string changed = good;
    changed[digit] = changed[digit] == '0' ? '1' : '0';
    EXPECT_EQ(StateAt(kMade, "198.51.100.100", changed.c_str()), CookieState::kWrong) << changed;
  }
}

TEST(CookieSecretsTest, OneOrTwoLinesOfHex) {
  const auto both =
      ParseCookieSecrets("# new, then old\n" + std::string(kSecret1) + "\r\n\n" + kSecret2);
  ASSERT_TRUE(both.ok()) << both.status();
  ASSERT_EQ(both->secrets.size(), 2u);
  EXPECT_EQ(absl::BytesToHexString(both->secrets[0]), kSecret1);
  EXPECT_NE(RandomCookieSecrets().secrets[0], RandomCookieSecrets().secrets[0]);
  const std::string three = std::string(kSecret1) + "\n" + kSecret2 + "\n" + kSecret3;
  for (const std::string& wrong :
       {std::string(), std::string("# none"), std::string(kSecret1).substr(1),
        std::string(kSecret1) + "00", std::string(32, 'g'), three}) {
    const auto secrets = ParseCookieSecrets(wrong);
    ASSERT_FALSE(secrets.ok()) << wrong;
    EXPECT_EQ(secrets.status().message().find(kSecret1), std::string::npos);
  }
}

TEST(CookieSecretsTest, AFileThatCannotBeUsedIsNamed) {
  testing::TempDir dir;
  const std::string path = dir.path() + "/secrets";
  EXPECT_NE(ReadCookieSecrets(path).status().message().find(path), std::string::npos);
  std::ofstream(path) << "short\n";
  EXPECT_NE(ReadCookieSecrets(path).status().message().find(path), std::string::npos);
  std::ofstream(path) << std::string(5000, '#');
  EXPECT_FALSE(ReadCookieSecrets(path).ok());
  std::ofstream(path) << kSecret1 << "\n";
  EXPECT_TRUE(ReadCookieSecrets(path).ok());
}

}  // namespace
}  // namespace nave::resolver
