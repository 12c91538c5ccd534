#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

Name N(absl::string_view text) { return Name::FromText(text).value(); }

struct TextCase {
  RRType type;
  absl::string_view in;
  absl::string_view out;
};

TEST(RdataTextTest, EveryTypeReadsAndWrites) {
  const TextCase cases[] = {
      {RRType::kA, "192.0.2.1", "192.0.2.1"},
      {RRType::kAaaa, "2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {RRType::kAaaa, "::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {RRType::kNs, "ns1", "ns1.example.com."},
      {RRType::kCname, "Other.Example.", "Other.Example."},
      {RRType::kDname, "@", "example.com."},
      {RRType::kPtr, R"(a\.b.c.)", R"(a\.b.c.)"},
      {RRType::kSoa, "ns1 admin ( 2024 1h 15m ; retry\n 2w 60 )",
       "ns1.example.com. admin.example.com. 2024 3600 900 1209600 60"},
      {RRType::kSoa, ". . 4294967295 4294967295 0 0 0", ". . 4294967295 4294967295 0 0 0"},
      {RRType::kMx, "10 mail", "10 mail.example.com."},
      {RRType::kMx, "0 .", "0 ."},
      {RRType::kTxt, "hello \"two words\" \"\"", R"("hello" "two words" "")"},
      {RRType::kTxt, R"("a\"b\\c\000;")", R"("a\"b\\c\000;")"},
      {RRType::kSrv, "1 2 5060 sip.example.net.", "1 2 5060 sip.example.net."},
      {RRType::kCaa, "0 issue \"ca.example.net; policy=ev\"",
       R"(0 issue "ca.example.net; policy=ev")"},
      {RRType::kCaa, "128 iodef mailto:a@example.net", R"(128 iodef "mailto:a@example.net")"},
      {RRType::kNaptr, R"(100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.)",
       R"(100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.)"},
      {RRType::kTlsa, "3 1 1 d2abde24 0d7cd3ee", "3 1 1 D2ABDE240D7CD3EE"},
      {RRType::kSshfp, "4 2 0123456789abcdef", "4 2 0123456789ABCDEF"},
      {RRType::kDs, "60485 5 1 ( 2BB183AF5F22588179A53B0A\n 98631FAD1A292118 )",
       "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118"},
      {RRType::kDnskey, "256 3 13 AQID BA==", "256 3 13 AQIDBA=="},
      {RRType::kHinfo, "cpu os", R"("cpu" "os")"},
      {RRType::kRp, "a.b. .", "a.b. ."},
      {RRType::kUri, "10 1 \"https://example.net/\"", R"(10 1 "https://example.net/")"},
      {RRType::kA, "\\# 4 C0 00 0201", "192.0.2.1"},
      {static_cast<RRType>(731), "\\# 6 abcdef 01 23 45", "\\# 6 ABCDEF012345"},
      {static_cast<RRType>(62347), "\\# 0", "\\# 0"},
  };
  for (const TextCase& c : cases) {
    const absl::StatusOr<std::string> rdata = RdataFromText(c.type, c.in, N("example.com."));
    ASSERT_TRUE(rdata.ok()) << c.type << " " << c.in << ": " << rdata.status();
    EXPECT_EQ(CheckRdata(c.type, *rdata), WireError::kOk) << c.in;
    const std::string text = RdataToText(c.type, *rdata);
    EXPECT_EQ(text, c.out);
    EXPECT_EQ(RdataFromText(c.type, text).value(), *rdata) << text;
  }
}

TEST(RdataTextTest, WireBytes) {
  EXPECT_EQ(*RdataFromText(RRType::kMx, "10 a.b."), "\0\12\1a\1b\0"s);
  EXPECT_EQ(*RdataFromText(RRType::kCaa, "0 issue \"ca\""), "\0\5issueca"s);
  EXPECT_EQ(*RdataFromText(RRType::kTxt, "a bc"), "\1a\2bc"s);
  EXPECT_EQ(*RdataFromText(RRType::kSrv, "1 2 3 ."), "\0\1\0\2\0\3\0"s);
}

TEST(RdataTextTest, ErrorsSayWhichFieldAndWhy) {
  const struct {
    RRType type;
    std::string text;
    absl::string_view why;
  } cases[] = {
      {RRType::kA, "192.0.2.256", "A rdata, field 1: \"192.0.2.256\" is not an IPv4 address"},
      {RRType::kA, "", "field 1: it is missing"},
      {RRType::kA, "192.0.2.1 x", "nothing may follow field 1"},
      {RRType::kAaaa, "192.0.2.1", "IPv6"},
      {RRType::kMx, "70000 a.", "a number from 0 to 65535"},
      {RRType::kMx, "-1 a.", "a number"},
      {RRType::kMx, "10", "field 2: it is missing"},
      {RRType::kMx, "10 \"a.\"", "quotes"},
      {RRType::kNs, "a..b.", "empty label"},
      {RRType::kTxt, "\"" + std::string(256, 'x') + "\"", "at most 255"},
      {RRType::kTxt, "", "missing"},
      {RRType::kSoa, "a. b. 1 2 3 4 1y", "1h30m"},
      {RRType::kDs, "1 2 3 abc", "hexadecimal"},
      {RRType::kDs, "1 2 3 zz", "hexadecimal"},
      {RRType::kDs, "1 2 3", "missing"},
      {RRType::kDnskey, "1 2 3 !!!", "base64"},
      {RRType::kCaa, "0 is-sue x", "letters and digits"},
      {RRType::kA, "\\# 4 c00002", "announces 4 octets, but there are 3"},
      {RRType::kA, "\\# 3 c00002", "form of A"},
      {RRType::kA, "\\# x", "length"},
      {static_cast<RRType>(731), "abc", "\\# LENGTH HEX"},
      {RRType::kAny, "\\# 0", "cannot be stored"},
      {RRType::kTxt, "\"open", "not closed"},
      {RRType::kTxt, R"("\999")", "backslash"},
      {RRType::kTxt, R"(foo"bar baz")", "a quote stands inside it"},
      {RRType::kTxt, R"("one" a=")", "not closed"},
      {RRType::kTxt, R"("one" a="b")", "a quote stands inside it"},
      {RRType::kNs, R"(a"b c".)", "a quote stands inside it"},
      {RRType::kCaa, R"(0 issue a"b")", "a quote stands inside it"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<std::string> rdata = RdataFromText(c.type, c.text);
    ASSERT_FALSE(rdata.ok()) << c.type << " " << c.text;
    EXPECT_EQ(rdata.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(rdata.status().message()), HasSubstr(std::string(c.why)));
  }
}

TEST(RdataTextTest, AQuoteInsideAWordMayStandBehindABackslash) {
  EXPECT_EQ(RdataFromText(RRType::kTxt, R"(foo\"bar)").value(), std::string("\x07"
                                                                            "foo\"bar"));
  EXPECT_TRUE(RdataFromText(RRType::kHttps, R"(1 . alpn="h2,h3")").ok());
}

TEST(RdataTextTest, MalformedRdataComesInGenericForm) {
  EXPECT_EQ(RdataToText(RRType::kA, "abc"), "\\# 3 616263");
  EXPECT_EQ(RdataToText(RRType::kMx, ""), "\\# 0");
  EXPECT_EQ(RdataToText(RRType::kTxt, "\5ab"), "\\# 3 056162");
  EXPECT_EQ(RdataToText(RRType::kCaa, "\0\1-x"s), "\\# 4 00012D78");
  // A digest of no octets has no presentation form.
  EXPECT_EQ(RdataToText(RRType::kDs, "\0\1\2\3"s), "\\# 4 00010203");
}

}  // namespace
}  // namespace nave::dns
