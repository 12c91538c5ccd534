#include "lib/dns/name.h"

#include <string>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/dns/wire_reader.h"

namespace nave::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Name N(absl::string_view text) { return Name::FromText(text).value(); }

TEST(NameTest, AssignsShortAndLongOnesAndItself) {
  const Name first = N("a.example."), second = N((std::string(60, 'b') + ".example.").c_str());
  Name name = first;
  name = second;
  EXPECT_TRUE(name.EqualsWithCase(second));
  EXPECT_EQ(name.label_count(), 2);
  const Name& same = name;
  name = same;
  EXPECT_TRUE(name.EqualsWithCase(second));
  name = first;
  EXPECT_TRUE(name.EqualsWithCase(first));
  EXPECT_EQ(name.AllocatedSize(), 0u);
  EXPECT_GE(second.AllocatedSize(), second.wire_size());
}

TEST(NameTest, TextRoundTrip) {
  const struct {
    absl::string_view in, out;
  } cases[] = {
      {".", "."},
      {"com", "com."},
      {"Example.COM.", "Example.COM."},
      {R"(a\.b.c.)", R"(a\.b.c.)"},
      {R"(a\046b.c.)", R"(a\.b.c.)"},
      {R"(\000\255.)", R"(\000\255.)"},
      {R"(sp\032ace.)", R"(sp\032ace.)"},
      {R"(back\\slash.)", R"(back\\slash.)"},
      {R"(\@.\;.\".\(.)", R"(\@.\;.\".\(.)"},
      {"*.example.", "*.example."},
      {"_sip._tcp.example.", "_sip._tcp.example."},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Name> name = Name::FromText(c.in);
    ASSERT_TRUE(name.ok()) << c.in << ": " << name.status();
    EXPECT_EQ(name->ToText(), c.out);
    EXPECT_TRUE(N(c.out).EqualsWithCase(*name));
  }
}

TEST(NameTest, BadTextIsRejected) {
  const std::string label63(63, 'a');
  const struct {
    std::string text;
    absl::string_view why;
  } cases[] = {
      {"", "empty"},
      {"..", "empty label"},
      {".com", "empty label"},
      {"a..b", "empty label"},
      {std::string(64, 'a'), "63"},
      {absl::StrCat(label63, ".", label63, ".", label63, ".", label63, "."), "255"},
      {R"(a\)", "backslash"},
      {R"(a\25)", "backslash"},
      {R"(a\256)", "backslash"},
      {R"(a\1x2)", "backslash"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Name> name = Name::FromText(c.text);
    ASSERT_FALSE(name.ok()) << c.text;
    EXPECT_THAT(std::string(name.status().message()), HasSubstr(std::string(c.why)));
  }
}

TEST(NameTest, LongestNameIsAccepted) {
  const std::string label63(63, 'a');
  const std::string text =
      absl::StrCat(label63, ".", label63, ".", label63, ".", std::string(61, 'b'), ".");
  EXPECT_EQ(N(text).wire_size(), 255);
  EXPECT_EQ(N(text).ToText(), text);
  std::string many;
  for (int i = 0; i < 127; ++i) many += "a.";
  EXPECT_EQ(N(many).label_count(), 127);
  EXPECT_FALSE(Name::FromText(many + "a.").ok());
}

TEST(NameTest, RelativeTextTakesTheOrigin) {
  const Name origin = N("example.com.");
  EXPECT_EQ(Name::FromText("www", origin)->ToText(), "www.example.com.");
  EXPECT_EQ(Name::FromText("www.", origin)->ToText(), "www.");
  EXPECT_EQ(Name::FromText("@", origin)->ToText(), "example.com.");
  EXPECT_EQ(Name::FromText(R"(\@)", origin)->ToText(), R"(\@.example.com.)");
  EXPECT_FALSE(
      Name::FromText("a", N(absl::StrCat(std::string(63, 'a'), ".", std::string(63, 'a'), ".",
                                         std::string(63, 'a'), ".", std::string(61, 'a'), ".")))
          .ok());
}

TEST(NameTest, ComparesWithoutCaseAndKeepsIt) {
  const Name a = N("WwW.Example."), b = N("www.eXAMPLE.");
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a.EqualsWithCase(b));
  EXPECT_EQ(absl::HashOf(a), absl::HashOf(b));
  EXPECT_EQ(a.ToText(), "WwW.Example.");
  EXPECT_EQ(a.ToKey(), "www.example.");
  EXPECT_NE(a, N("www.example2."));
  // Only A to Z fold: the octets beside them do not.
  EXPECT_NE(N("@a."), N("`a."));
  EXPECT_NE(N("[."), N("{."));
}

// RFC 4034 section 6.1's own example.
TEST(NameTest, CanonicalOrder) {
  const absl::string_view sorted[] = {
      "example.",           "a.example.",      "yljkjljk.a.example.",
      "Z.a.example.",       "zABC.a.EXAMPLE.", "z.example.",
      R"(\001.z.example.)", "*.z.example.",    R"(\200.z.example.)"};
  for (size_t i = 0; i < std::size(sorted); ++i) {
    for (size_t j = 0; j < std::size(sorted); ++j) {
      const int order = N(sorted[i]).Compare(N(sorted[j]));
      EXPECT_EQ(order < 0, i < j) << sorted[i] << " " << sorted[j];
      EXPECT_EQ(order == 0, i == j) << sorted[i] << " " << sorted[j];
    }
  }
}

TEST(NameTest, Subdomains) {
  EXPECT_TRUE(N("a.Example.").IsSubdomainOf(N("example.")));
  EXPECT_TRUE(N("example.").IsSubdomainOf(N("example.")));
  EXPECT_TRUE(N("example.").IsSubdomainOf(Name()));
  EXPECT_FALSE(N("example.").IsSubdomainOf(N("a.example.")));
  EXPECT_FALSE(N("badexample.").IsSubdomainOf(N("example.")));
  // The octets of "\003com" inside a label are not the label com.
  EXPECT_FALSE(N(R"(a\003com.)").IsSubdomainOf(N("com.")));
  EXPECT_TRUE(N("a.example.").IsStrictSubdomainOf(N("example.")));
  EXPECT_FALSE(N("example.").IsStrictSubdomainOf(N("EXAMPLE.")));
  EXPECT_EQ(N("a.b.c.").CommonLabels(N("x.B.c.")), 2);
  EXPECT_EQ(N("a.").CommonLabels(N("b.")), 0);
}

TEST(NameTest, Parts) {
  const Name name = N("a.bc.def.");
  std::vector<std::string> labels;
  for (const absl::string_view label : name.labels()) labels.emplace_back(label);
  EXPECT_THAT(labels, ElementsAre("a", "bc", "def"));
  EXPECT_EQ(name.Parent().ToText(), "bc.def.");
  EXPECT_EQ(Name().Parent(), Name());
  EXPECT_EQ(name.Suffix(1).ToText(), "def.");
  EXPECT_EQ(name.Suffix(0), Name());
  EXPECT_EQ(name.Suffix(3), name);
  EXPECT_EQ(name.first_label(), "a");
  EXPECT_EQ(Name().label_count(), 0);
}

TEST(NameTest, ChildAndWildcard) {
  EXPECT_EQ(N("example.").Child("www")->ToText(), "www.example.");
  EXPECT_EQ(N("example.").Wildcard()->ToText(), "*.example.");
  EXPECT_TRUE(N("*.example.").IsWildcard());
  EXPECT_TRUE(N("*.").IsWildcard());
  EXPECT_FALSE(N("**.example.").IsWildcard());
  EXPECT_FALSE(N("a.*.example.").IsWildcard());
  EXPECT_FALSE(N("example.").Child("").has_value());
  EXPECT_FALSE(N("example.").Child(std::string(64, 'a')).has_value());
}

TEST(NameTest, ReplaceSuffixIsWhatDnameDoes) {
  EXPECT_EQ(N("a.b.old.").ReplaceSuffix(N("OLD."), N("new.example."))->ToText(),
            "a.b.new.example.");
  EXPECT_FALSE(N("a.other.").ReplaceSuffix(N("old."), N("new.")).has_value());
  const std::string label(63, 'x');
  const Name longer = N(absl::StrCat(label, ".", label, ".", label, "."));
  EXPECT_FALSE(N(absl::StrCat(label, ".old.")).ReplaceSuffix(N("old."), longer).has_value());
}

struct WireCase {
  absl::string_view what;
  std::string wire;
  size_t offset;
  WireError error;
  absl::string_view text;
  size_t end;
};

TEST(NameTest, FromWire) {
  using std::string_literals::operator""s;
  const WireCase cases[] = {
      {"root", "\0"s, 0, WireError::kOk, ".", 1},
      {"plain", "\1a\3com\0x"s, 0, WireError::kOk, "a.com.", 7},
      {"pointer", "\3com\0\1a\300\0x"s, 5, WireError::kOk, "a.com.", 9},
      {"pointer to pointer", "\3com\0\1a\300\0\1b\300\5"s, 9, WireError::kOk, "b.a.com.", 13},
      {"pointer to root", "\0\1a\300\0"s, 1, WireError::kOk, "a.", 5},
      {"empty", "", 0, WireError::kTruncated, "", 0},
      {"no root", "\1a"s, 0, WireError::kTruncated, "", 0},
      {"label cut", "\5abc"s, 0, WireError::kTruncated, "", 0},
      {"pointer cut", "\1a\300"s, 0, WireError::kTruncated, "", 0},
      {"to itself", "\300\0"s, 0, WireError::kBadPointer, "", 0},
      {"loop", "\1a\300\0"s, 0, WireError::kBadPointer, "", 0},
      {"forward", "\300\2\1a\0"s, 0, WireError::kBadPointer, "", 0},
      {"two-step loop", "\1a\300\4\1b\300\0"s, 4, WireError::kBadPointer, "", 0},
      {"label type 01", "\100a\0"s, 0, WireError::kBadLabel, "", 0},
      {"label type 10", "\200a\0"s, 0, WireError::kBadLabel, "", 0},
  };
  for (const WireCase& c : cases) {
    Name name;
    size_t offset = c.offset;
    EXPECT_EQ(Name::FromWire(ToOctets(c.wire), &offset, &name), c.error) << c.what;
    if (c.error != WireError::kOk) continue;
    EXPECT_EQ(name.ToText(), c.text) << c.what;
    EXPECT_EQ(offset, c.end) << c.what;
    EXPECT_EQ(name, N(c.text)) << c.what;
    EXPECT_EQ(name.label_count(), N(c.text).label_count()) << c.what;
  }
}

TEST(NameTest, FromWireBoundsLengthAcrossPointers) {
  // A chain in which every name adds 63 octets to the one before.
  std::string wire(1, '\0');
  size_t last = 0;
  WireError error = WireError::kOk;
  for (int i = 0; i < 5; ++i) {
    const size_t start = wire.size();
    wire += absl::StrCat("\x3f", std::string(63, 'a'));
    wire.push_back(static_cast<char>(0xC0 | last >> 8));
    wire.push_back(static_cast<char>(last & 0xFF));
    last = start;
    Name name;
    size_t offset = start;
    error = Name::FromWire(ToOctets(wire), &offset, &name);
    if (i < 3) {
      EXPECT_EQ(error, WireError::kOk) << i;
    }
  }
  EXPECT_EQ(error, WireError::kNameTooLong);
}

TEST(NameTest, FromWireBoundsHops) {
  std::string wire(1, '\0');
  size_t last = 0;
  for (int i = 0; i < kMaxPointerHops + 1; ++i) {
    const size_t at = wire.size();
    wire.push_back(static_cast<char>(0xC0 | last >> 8));
    wire.push_back(static_cast<char>(last & 0xFF));
    last = at;
  }
  Name name;
  size_t offset = last;
  EXPECT_EQ(Name::FromWire(ToOctets(wire), &offset, &name), WireError::kBadPointer);
  offset = last - 2;
  EXPECT_EQ(Name::FromWire(ToOctets(wire), &offset, &name), WireError::kOk);
}

TEST(NameTest, FromUncompressedRefusesPointers) {
  using std::string_literals::operator""s;
  Name name;
  size_t size = 0;
  EXPECT_EQ(Name::FromUncompressed("\1a\0rest"s, &size, &name), WireError::kOk);
  EXPECT_EQ(size, 3);
  EXPECT_EQ(name, N("a."));
  EXPECT_EQ(Name::FromUncompressed("\1a\300\0"s, &size, &name), WireError::kBadPointer);
  EXPECT_EQ(Name::FromUncompressed("\1a"s, &size, &name), WireError::kTruncated);
}

TEST(NameTest, ToLowerOctetsIsOctetByOctet) {
  std::string all;
  for (int octet = 0; octet < 256; ++octet) all.push_back(static_cast<char>(octet));
  for (size_t from = 0; from < 20; ++from) {
    for (size_t size = 0; from + size <= all.size(); ++size) {
      const auto* octets = reinterpret_cast<const uint8_t*>(all.data()) + from;
      std::vector<uint8_t> lower(size + 1, 0xee);
      ToLowerOctets(octets, size, lower.data());
      for (size_t i = 0; i < size; ++i) ASSERT_EQ(lower[i], ToLowerOctet(octets[i])) << from + i;
      ASSERT_EQ(lower[size], 0xee) << "nothing behind is touched";
    }
  }
}

}  // namespace
}  // namespace nave::dns
