#include "lib/dns/zone_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_split.h"
#include "lib/dns/zone_file.h"

namespace nave::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Name N(absl::string_view text) { return *Name::FromText(text); }

RRset Set(absl::string_view owner, RRType type, const std::vector<std::string>& rdatas) {
  RRset rrset{N(owner), type, RRClass::kIn, 60, {}};
  for (const std::string& rdata : rdatas) EXPECT_TRUE(rrset.AddText(rdata).ok()) << rdata;
  return rrset;
}

TEST(ZoneRulesTest, AZoneIsAskedAsAWhole) {
  const RRset soa = Set("example.", RRType::kSoa, {"ns. a. 1 2 3 4 5"});
  const RRset address = Set("www.example.", RRType::kA, {"192.0.2.1"});
  const RRset cname = Set("WWW.example.", RRType::kCname, {"a."});
  const RRset rrsig{N("www.example."), RRType::kRrsig, RRClass::kIn, 60, {"x"}};
  const RRset dname = Set("d.example.", RRType::kDname, {"other."});
  EXPECT_TRUE(ValidateZone(N("example."), {soa, address}).ok());
  EXPECT_TRUE(ValidateZone(N("example."), {soa, cname, rrsig, dname}).ok());
  EXPECT_TRUE(ValidateZone(N("example."), {Set("example.", RRType::kDname, {"o."}), soa}).ok());
  const struct {
    std::vector<RRset> rrsets;
    absl::string_view why;
  } cases[] = {
      {{soa, cname, address}, "alone at its owner"},
      {{soa, address, cname}, "alone at its owner"},
      {{soa, address, address}, "comes twice"},
      {{Set("other.", RRType::kA, {"192.0.2.1"})}, "not below the apex"},
      {{Set("example.", RRType::kCname, {"a."})}, "at the apex"},
      {{Set("a.example.", RRType::kSoa, {"ns. a. 1 2 3 4 5"})}, "apex only"},
      {{dname, Set("a.b.d.example.", RRType::kA, {"192.0.2.1"})},
       "hidden by the DNAME at d.example."},
      {{Set("www.example.", RRType::kA, {})}, "no rdata"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(std::string(ValidateZone(N("example."), c.rrsets).message()),
                HasSubstr(std::string(c.why)));
  }
}

// The RRsets of a text below example.
std::vector<RRset> Zone(absl::string_view text) {
  ZoneFileOptions options;
  options.origin = N("example.");
  options.default_ttl = 60;
  absl::StatusOr<ZoneFile> file = ReadZoneFile(text, options);
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? file->rrsets : std::vector<RRset>();
}

struct RuleCase {
  absl::string_view zone;
  absl::string_view why;  // empty: it is loaded
};

class ZoneRuleTest : public ::testing::TestWithParam<RuleCase> {};

TEST_P(ZoneRuleTest, IsKept) {
  const std::string message(ValidateZone(N("example."), Zone(GetParam().zone)).message());
  if (GetParam().why.empty()) {
    EXPECT_EQ(message, "");
  } else {
    EXPECT_THAT(message, HasSubstr(std::string(GetParam().why)));
  }
}

// The section that a case shows stands in what the refusal says.
INSTANTIATE_TEST_SUITE_P(
    Rfcs, ZoneRuleTest,
    ::testing::Values(
        RuleCase{"a CNAME b\na TXT t\n", "RFC 1034 section 3.6.2"},
        RuleCase{"@ CNAME b\n", "RFC 1912 section 2.4"},
        RuleCase{"a SOA n. h. 1 2 3 4 5\n", "RFC 1035 section 5.2"},
        RuleCase{"other. A 192.0.2.1\n", "RFC 1034 section 4.2.1"},
        RuleCase{"d DNAME o.\nd NS n.\n", "RFC 6672 section 2.3"},
        RuleCase{"@ DNAME o.\n@ NS n.\n", ""}, RuleCase{"d DNAME o.\nd A 192.0.2.1\n", ""},
        RuleCase{"x.d A 192.0.2.1\nd DNAME o.\n", "RFC 6672 section 2.4"},
        RuleCase{"@ DNAME o.\nx A 192.0.2.1\n", "RFC 6672 section 2.4"},
        RuleCase{"c NS n.c\nn.c A 192.0.2.1\nn.c AAAA 2001:db8::1\n", ""},
        RuleCase{"c NS c\nc A 192.0.2.1\nc DS 1 8 2 00\n", ""},
        RuleCase{"c NS n.\nx.c TXT t\n", "hidden by the delegation at c.example."},
        RuleCase{"x.y.c MX 1 m.\nc NS n.\n", "RFC 1034 section 4.2.1"},
        RuleCase{"c NS n.\nd.c NS n.\n", "hidden by the delegation at c.example."},
        RuleCase{"c NS n.\nd.c DS 1 8 2 00\n", "RFC 1034 section 4.2.1"},
        RuleCase{"c NS n.\nc TXT t\n", "RFC 2181 section 6.1"},
        RuleCase{"c NS n.\nc MX 1 m.\n", "its MX belongs into the zone below the cut"},
        RuleCase{"@ NS n\n@ MX 1 m\nn A 192.0.2.1\n", ""},
        RuleCase{"@ DS 1 8 2 00\n", "RFC 4035 section 2.4"}, RuleCase{"c DS 1 8 2 00\n", ""},
        RuleCase{"* NS n.\n", "RFC 4592 section 4.2"},
        RuleCase{"*.a DNAME o.\n", "RFC 4592 section 4.4"},
        RuleCase{"* CNAME o.\n*.a A 192.0.2.1\n", ""},
        // Empty non-terminals are of no matter (RFC 4592 section 2.2.2).
        RuleCase{"a.b.c A 192.0.2.1\na.b.d DNAME o.\na.b.e NS n.\n", ""}));

TEST(Rfc1035Test, AnRRsetThatFitsNoMessageIsRefused) {
  // Section 4.2.2: 16 bits of length. Each string takes 251 octets with its length and overhead.
  RRset rrset{N("big.example."), RRType::kTxt, RRClass::kIn, 60, {}};
  auto fill = [&](size_t count) {
    rrset.rdatas.clear();
    for (size_t i = 0; i < count; ++i) {
      std::string text(238, 'x');
      text[0] = static_cast<char>('a' + i % 26);
      text[1] = static_cast<char>('a' + i / 26);
      rrset.rdatas.push_back(std::string(1, static_cast<char>(238)) + text);
    }
  };
  const size_t most = (kMaxMessageSize - kMessageRoom) / 251;
  fill(most);
  EXPECT_TRUE(ValidateZone(N("example."), {rrset}).ok());
  fill(most + 1);
  EXPECT_THAT(std::string(ValidateZone(N("example."), {rrset}).message()),
              HasSubstr("RFC 1035 section 4.2.2"));
}

// A zone to ask about, kept as a list.
class ListedZone final : public ZoneData {
 public:
  explicit ListedZone(std::vector<RRset> rrsets) : rrsets_(std::move(rrsets)) {}
  absl::StatusOr<std::vector<RRType>> TypesAt(const Name& owner) override {
    std::vector<RRType> types;
    for (const RRset& rrset : rrsets_) {
      if (rrset.owner == owner) types.push_back(rrset.type);
    }
    return types;
  }
  absl::StatusOr<bool> Has(const Name& owner, RRType type) override {
    return (*Find(owner, type)).has_value();
  }
  absl::StatusOr<std::optional<RRset>> Find(const Name& owner, RRType type) override {
    for (const RRset& rrset : rrsets_) {
      if (rrset.owner == owner && rrset.type == type) return std::optional<RRset>(rrset);
    }
    return std::optional<RRset>();
  }
  // "OWNER TYPE: the word of the rule", in the order of the zone.
  std::vector<std::string> Warnings() {
    std::vector<std::string> all;
    for (const RRset& rrset : rrsets_) {
      auto warnings = WarningsOf(N("example."), rrset, *this);
      EXPECT_TRUE(warnings.ok());
      for (const RuleWarning& warning : *warnings) {
        all.push_back(rrset.owner.ToText() + " " + RRTypeToText(rrset.type) + ": " + warning.rule);
      }
    }
    return all;
  }

 private:
  std::vector<RRset> rrsets_;
};

std::vector<std::string> Warnings(absl::string_view text) {
  return ListedZone(Zone(text)).Warnings();
}

TEST(Rfc1034Test, GlueIsMissedWhereItIsNeeded) {
  // Section 4.2.1: needed for servers at or below the cut, and for no others.
  EXPECT_THAT(Warnings("c NS n.c\n"), ElementsAre(HasSubstr("c.example. NS: missing glue")));
  EXPECT_THAT(Warnings("c NS c\n"), ElementsAre(HasSubstr("missing glue")));
  EXPECT_THAT(Warnings("c NS n.c\nn.c AAAA 2001:db8::1\n"), IsEmpty());
  EXPECT_THAT(Warnings("c NS n.other.\n"), IsEmpty());
  EXPECT_THAT(Warnings("c NS n.d\nd NS n.other.\n"), IsEmpty()) << "d answers for n.d";
}

TEST(Rfc1034Test, AnAddressBelowACutThatNoServerNames) {
  EXPECT_THAT(Warnings("c NS n.other.\nx.c A 192.0.2.1\n"),
              ElementsAre(HasSubstr("x.c.example. A: address below a cut")));
  EXPECT_THAT(Warnings("x.c A 192.0.2.1\n"), IsEmpty());
}

TEST(Rfc2181Test, TargetsAreNoAliases) {
  // Section 10.3.
  EXPECT_THAT(Warnings("@ NS a\n@ MX 1 a\n_s._tcp SRV 1 1 1 a\na CNAME b.other.\n"),
              ElementsAre(HasSubstr("NS: target is an alias"), HasSubstr("MX: target is an alias"),
                          HasSubstr("SRV: target is an alias")));
}

TEST(ZoneWarningsTest, TargetsInTheZoneHaveAddresses) {
  EXPECT_THAT(Warnings("@ MX 1 m\n"), ElementsAre(HasSubstr("target without address")));
  EXPECT_THAT(Warnings("@ MX 1 m\nm A 192.0.2.1\n"), IsEmpty());
  EXPECT_THAT(Warnings("@ MX 1 m\n* A 192.0.2.1\n"), IsEmpty()) << "a wildcard answers";
  EXPECT_THAT(Warnings("@ MX 1 m.d\nd DNAME o.\n"), IsEmpty()) << "a DNAME leads out";
  EXPECT_THAT(Warnings("@ MX 0 .\n"), IsEmpty()) << "RFC 7505: no mail";
  EXPECT_THAT(Warnings("@ MX 1 m.other.\n"), IsEmpty());
}

TEST(Rfc4035Test, ADsWithoutDelegation) {
  // Section 2.4.
  EXPECT_THAT(Warnings("c DS 1 8 2 00\n"), ElementsAre(HasSubstr("DS without delegation")));
  EXPECT_THAT(Warnings("c DS 1 8 2 00\nc NS n.other.\n"), IsEmpty());
}

}  // namespace
}  // namespace nave::dns
