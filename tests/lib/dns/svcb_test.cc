#include "lib/dns/svcb.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

// The test vectors of RFC 9460 appendix D.
TEST(SvcbTest, Rfc9460Vectors) {
  const struct {
    absl::string_view text;
    std::string wire;
  } cases[] = {
      {"0 foo.example.com.", "\0\0\3foo\7example\3com\0"s},
      {"1 .", "\0\1\0"s},
      {"16 foo.example.com. port=53", "\0\20\3foo\7example\3com\0\0\3\0\2\0\65"s},
      {"1 foo.example.com. key667=hello", "\0\1\3foo\7example\3com\0\2\233\0\5hello"s},
      {R"(1 foo.example.com. key667="hello\210qoo")",
       "\0\1\3foo\7example\3com\0\2\233\0\11hello\322qoo"s},
      {R"(1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1")",
       "\0\1\3foo\7example\3com\0\0\6\0\40\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
       "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\x53\0\1"s},
      {R"(16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1)",
       "\0\20\3foo\7example\3org\0\0\0\0\4\0\1\0\4\0\1\0\11\2h2\5h3-19\0\4\0\4\300\0\2\1"s},
      {R"(16 foo.example.org. alpn="f\\\\oo\\,bar,h2")",
       "\0\20\3foo\7example\3org\0\0\1\0\14\10f\\oo,bar\2h2"s},
      {R"(16 foo.example.org. alpn=f\\\092oo\092,bar,h2)",
       "\0\20\3foo\7example\3org\0\0\1\0\14\10f\\oo,bar\2h2"s},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<std::string> rdata = RdataFromText(RRType::kSvcb, c.text);
    ASSERT_TRUE(rdata.ok()) << c.text << ": " << rdata.status();
    EXPECT_EQ(*rdata, c.wire) << c.text;
    const std::string text = RdataToText(RRType::kHttps, *rdata);
    EXPECT_EQ(RdataFromText(RRType::kHttps, text).value(), *rdata) << text;
  }
}

TEST(SvcbTest, TextHasOneForm) {
  const absl::string_view text =
      R"(1 . mandatory=alpn,port alpn="h2,h3" no-default-alpn port=8443 )"
      R"(ipv4hint=192.0.2.1,192.0.2.2 )"
      R"(ech="AEX+DQ==" ipv6hint=2001:db8::1 dohpath="/q{?dns}" key65000="x y" key65001)";
  EXPECT_EQ(RdataToText(RRType::kHttps, RdataFromText(RRType::kHttps, text).value()), text);
}

TEST(SvcbTest, BadParametersAreRejected) {
  const struct {
    absl::string_view text, why;
  } cases[] = {
      {"1 . foo=bar", "unknown"},
      {"1 . key123=a key123=b", "twice"},
      {"1 . port=1 port=2", "twice"},
      {"1 . mandatory", "form"},
      {"1 . alpn", "form"},
      {"1 . port", "form"},
      {"1 . ipv4hint", "form"},
      {"1 . ipv6hint", "form"},
      {"1 . no-default-alpn=abc", "form"},
      {"1 . mandatory=key123", "mandatory but not there"},
      {"1 . mandatory=mandatory", "form"},
      {"1 . mandatory=key123,key123 key123=abc", "form"},
      {"1 . port=65536", "form"},
      {"1 . port=+1", "form"},
      {"1 . alpn=h2,,h3", "form"},
      {"1 . ipv4hint=192.0.2.1,", "form"},
      {"1 . ech=***", "form"},
      {"1 . key65535=a", "unknown"},
      {"1 . key3=abc", "form"},
      {"1 . keyx=abc", "unknown"},
      {"1 . key05=abc", "unknown"},
      {"1 . alpn=h\"2 alpn=h\"3", "inside its value"},
      {"1 . alpn=\"h2\"\"h3\"", "inside its value"},
      {"1 . key00007=abc", "unknown"},
      {"1 . \"port=1\"", "key in front"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<std::string> rdata = RdataFromText(RRType::kSvcb, c.text);
    ASSERT_FALSE(rdata.ok()) << c.text;
    EXPECT_THAT(std::string(rdata.status().message()), HasSubstr(std::string(c.why))) << c.text;
  }
}

TEST(SvcbTest, WireOrderIsChecked) {
  EXPECT_TRUE(CheckSvcParams(""));
  EXPECT_TRUE(CheckSvcParams("\0\1\0\0\0\3\0\0"s));
  EXPECT_FALSE(CheckSvcParams("\0\3\0\0\0\1\0\0"s));
  EXPECT_FALSE(CheckSvcParams("\0\3\0\0\0\3\0\0"s));
  EXPECT_FALSE(CheckSvcParams("\0\3\0\1"s));
}

TEST(SvcbTest, ValuesWithoutTheFormOfTheirKeyPassAsGenericText) {
  const std::string rdata = "\0\1\0\0\3\0\1x"s;
  EXPECT_EQ(CheckRdata(RRType::kSvcb, rdata), WireError::kOk);
  EXPECT_EQ(RdataToText(RRType::kSvcb, rdata), "\\# 8 0001000003000178");
  EXPECT_EQ(RdataFromText(RRType::kSvcb, RdataToText(RRType::kSvcb, rdata)).value(), rdata);
  // A mandatory key that is not there.
  EXPECT_EQ(RdataToText(RRType::kSvcb, "\0\1\0\0\0\0\2\0\3"s), "\\# 9 000100000000020003");
}

}  // namespace
}  // namespace nave::dns
