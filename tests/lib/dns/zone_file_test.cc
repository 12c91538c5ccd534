#include "lib/dns/zone_file.h"

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/dns/message.h"
#include "tests/testing/source_dir.h"

namespace nave::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Name N(absl::string_view text) { return Name::FromText(text).value(); }

ZoneFileOptions Options() {
  ZoneFileOptions options;
  options.origin = N("example.com.");
  return options;
}

// All records, in the order read, one per line.
std::string Read(absl::string_view text, const ZoneFileOptions& options = Options()) {
  const absl::StatusOr<ZoneFile> file = ReadZoneFile(text, options);
  if (!file.ok()) return absl::StrCat("error: ", file.status().message());
  std::string out;
  for (const RRset& rrset : file->rrsets) absl::StrAppend(&out, rrset.ToText());
  return out;
}

TEST(ZoneFileTest, AFileWithEverything) {
  EXPECT_EQ(
      Read(R"(; a comment
$TTL 1h
@       IN SOA ns1 admin (
            20240101 ; serial
            3h 15m 1w  ; refresh, retry, expire
            300 )
        NS  ns1
        IN  NS ns2.other.
ns1     5m IN A 192.0.2.1
        IN 10 AAAA 2001:db8::1
$ORIGIN sub
www     CNAME @
txt     TXT "a ; b" c\ d
$ORIGIN other.example.com.
x       A 192.0.2.9
type731 TYPE731 \# 2 abcd
)"),
      R"(example.com. 3600 IN SOA ns1.example.com. admin.example.com. 20240101 10800 900 604800 300
example.com. 3600 IN NS ns1.example.com.
example.com. 3600 IN NS ns2.other.
ns1.example.com. 300 IN A 192.0.2.1
ns1.example.com. 10 IN AAAA 2001:db8::1
www.sub.example.com. 3600 IN CNAME sub.example.com.
txt.sub.example.com. 3600 IN TXT "a ; b" "c d"
x.other.example.com. 3600 IN A 192.0.2.9
type731.other.example.com. 3600 IN TYPE731 \# 2 ABCD
)");
}

TEST(ZoneFileTest, TtlComesFromTheLineThenTtlDirectiveThenEarlierLines) {
  EXPECT_EQ(Read("a 5 A 192.0.2.1\nb A 192.0.2.2\n$TTL 9\nc A 192.0.2.3\n"),
            "a.example.com. 5 IN A 192.0.2.1\nb.example.com. 5 IN A 192.0.2.2\n"
            "c.example.com. 9 IN A 192.0.2.3\n");
  EXPECT_THAT(Read("@ SOA . . 1 2 3 4 77\na A 192.0.2.1\n"), HasSubstr("a.example.com. 77 IN A"));
  ZoneFileOptions options = Options();
  options.default_ttl = 42;
  EXPECT_EQ(Read("a A 192.0.2.1", options), "a.example.com. 42 IN A 192.0.2.1\n");
}

TEST(ZoneFileTest, AnOwnerMayLookLikeATtlOrAType) {
  EXPECT_EQ(Read("10 5 A 192.0.2.1\nIN 5 IN A 192.0.2.2\nA 5 A 192.0.2.3\n"),
            "10.example.com. 5 IN A 192.0.2.1\nIN.example.com. 5 IN A 192.0.2.2\n"
            "A.example.com. 5 IN A 192.0.2.3\n");
}

TEST(ZoneFileTest, ErrorsNameTheLine) {
  const struct {
    absl::string_view text, why;
  } cases[] = {
      {"$TTL 5\n\na A 1.2.3\n", "line 3: A rdata, field 1"},
      {"a A 192.0.2.1\n", "line 1: the record has no TTL"},
      {"  A 192.0.2.1\n", "line 1: the first record has no owner"},
      {"$INCLUDE other.zone\n", "$INCLUDE is not supported"},
      {"$GENERATE 1-9 a$ A 192.0.2.$\n", "$GENERATE is not supported"},
      {"$FOO\n", "unknown directive"},
      {"$TTL\n", "needs one value"},
      {"$TTL 1y\n", "not a TTL"},
      {"$ORIGIN a..b\n", "empty label"},
      {"a 5\n", "no type"},
      {"a 5 FOO bar\n", "\"FOO\" is not a type"},
      {"a 5 CH A 192.0.2.1\n", "only IN"},
      {"a 99999999999 A 192.0.2.1\n", "not a TTL"},
      {"a 5 IN ANY \\# 0\n", "cannot be stored"},
      {"a 5 TXT \"x\nb 5 A 192.0.2.1\n", "line 1: a line ends"},
      {"a 5 SOA a. b. ( 1 2\n3 4 5\n", "not closed"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Read(c.text), HasSubstr(std::string(c.why))) << c.text;
  }
}

TEST(ZoneFileTest, Bounds) {
  ZoneFileOptions options = Options();
  options.max_records = 1;
  EXPECT_EQ(ReadZoneFile("a 5 A 192.0.2.1\nb 5 A 192.0.2.1\n", options).status().code(),
            absl::StatusCode::kResourceExhausted);
  options.max_size = 3;
  EXPECT_EQ(ReadZoneFile("    ", options).status().code(), absl::StatusCode::kResourceExhausted);
  std::string wide = "a 5 TXT";
  for (size_t i = 0; i < kMaxTokensPerEntry; ++i) wide += " x";
  EXPECT_EQ(ReadZoneFile(wide, Options()).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(Rfc2181Test, MixedTtlsOfAnRRsetAreRefusedWithBothLines) {
  // Section 5.2.
  ZoneFileOptions options = Options();
  options.refuse_mixed_ttls = true;
  const absl::StatusOr<ZoneFile> file =
      ReadZoneFile("a 9 A 192.0.2.1\nb 9 A 192.0.2.1\n\nA 5 A 192.0.2.2\n", options);
  EXPECT_EQ(std::string(file.status().message()),
            "line 4: a.example.com. A: the TTL 5 differs from 9 at line 1; an RRset has one (RFC "
            "2181 section 5.2)");
  EXPECT_TRUE(ReadZoneFile("a 9 A 192.0.2.1\na 5 AAAA 2001:db8::1\n", options).ok());
  // RFC 4034 section 3: a signature has the TTL of what it signs.
  EXPECT_TRUE(ReadZoneFile("a 9 RRSIG \\# 1 00\na 5 RRSIG \\# 1 01\n", options).ok());
}

TEST(ZoneFileTest, WarnsOfDuplicatesAndMixedTtls) {
  const absl::StatusOr<ZoneFile> file =
      ReadZoneFile("a 9 A 192.0.2.1\nA 9 A 192.0.2.1\na 5 A 192.0.2.2\n", Options());
  ASSERT_TRUE(file.ok());
  EXPECT_THAT(file->warnings, ElementsAre(HasSubstr("line 2: a.example.com. A: the same record"),
                                          HasSubstr("line 3: a.example.com. A: different TTLs")));
  ASSERT_EQ(file->rrsets.size(), 1u);
  EXPECT_EQ(file->rrsets[0].ttl, 5u);
  EXPECT_EQ(file->rrsets[0].rdatas.size(), 2u);
}

TEST(ZoneFileTest, WritesSoaFirstThenCanonicalOrder) {
  const absl::StatusOr<ZoneFile> file = ReadZoneFile(
      "b 5 A 192.0.2.1\na 5 TXT x\n@ 5 NS ns\na 5 A 192.0.2.2\n@ 5 SOA ns a 1 2 3 4 5\n",
      Options());
  ASSERT_TRUE(file.ok()) << file.status();
  const std::string text = WriteZoneFile(N("example.com."), file->rrsets);
  EXPECT_EQ(text, R"($ORIGIN example.com.
example.com. 5 IN SOA ns.example.com. a.example.com. 1 2 3 4 5
example.com. 5 IN NS ns.example.com.
a.example.com. 5 IN A 192.0.2.2
a.example.com. 5 IN TXT "x"
b.example.com. 5 IN A 192.0.2.1
)");
  const absl::StatusOr<ZoneFile> again = ReadZoneFile(text, ZoneFileOptions());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(WriteZoneFile(N("example.com."), again->rrsets), text);
}

TEST(ZoneFileTest, ParseTtl) {
  const struct {
    absl::string_view text;
    std::optional<uint32_t> seconds;
  } cases[] = {
      {"0", 0},
      {"3600", 3600},
      {"1h30m", 5400},
      {"1W2D", 777600},
      {"2147483647", 2147483647},
      {"2147483648", std::nullopt},
      {"", std::nullopt},
      {"h", std::nullopt},
      {"1h30", std::nullopt},
      {"1x", std::nullopt},
      {"-1", std::nullopt},
      {"99999w", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(ParseTtl(c.text), c.seconds) << c.text;
}

// Records of the Ferret dataset (testdata/LICENSE.ferret): each reads, writes the same, and goes
// through a message.
TEST(ZoneFileTest, FerretRecordsRoundTrip) {
  std::ifstream in(testing::SourcePath("tests/lib/dns/testdata/ferret_records.txt"));
  std::string line;
  int count = 0;
  while (std::getline(in, line)) {
    ++count;
    const absl::StatusOr<ZoneFile> file = ReadZoneFile(line, ZoneFileOptions());
    ASSERT_TRUE(file.ok()) << line << ": " << file.status();
    ASSERT_EQ(file->rrsets.size(), 1u) << line;
    EXPECT_EQ(file->rrsets[0].ToText(), line + "\n");
    Message message = MakeQuery(1, file->rrsets[0].owner, file->rrsets[0].type);
    message.answers = file->rrsets[0].ToRecords();
    Message read;
    ASSERT_EQ(ParseMessage(SerializeMessage(message), &read), WireError::kOk) << line;
    EXPECT_EQ(read.answers.at(0).ToText(), line);
  }
  EXPECT_EQ(count, 280);
}

}  // namespace
}  // namespace nave::dns
