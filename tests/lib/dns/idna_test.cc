#include "lib/dns/idna.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nave::dns {
namespace {

using ::testing::HasSubstr;

struct NameCase {
  const char* text;
  const char* ascii;
};

// RFC 5890 to 5893, UTS 46 without the transitional mappings.
TEST(Rfc5891Test, LettersOfEveryScriptBecomeALabels) {
  const NameCase cases[] = {
      {"bücher.example", "xn--bcher-kva.example"},
      {"BÜCHER.Example.", "xn--bcher-kva.Example."},
      {"bu\u0308cher.example", "xn--bcher-kva.example"},  // composed by NFC
      {"straße.example", "xn--strae-oqa.example"},        // no ss: non-transitional
      {"例え.テスト", "xn--r8jz45g.xn--zckzah"},
      {"例え。テスト", "xn--r8jz45g.xn--zckzah"},  // the ideographic full stop (UTS 46 section 4)
      {"_sip._tcp.bücher.example.", "_sip._tcp.xn--bcher-kva.example."},
      {"*.bücher.example.", "*.xn--bcher-kva.example."},
      {"a\\.b.bücher.example.", "a\\.b.xn--bcher-kva.example."},
      {"عربي.example", "xn--ngbrx4e.example"},
      // Mixed scripts, Latin and Cyrillic: which may meet is not the protocol's matter.
      {"pаypal.example", "xn--pypal-4ve.example"},
  };
  for (const NameCase& c : cases) {
    const absl::StatusOr<std::string> ascii = ToAsciiName(c.text);
    ASSERT_TRUE(ascii.ok()) << c.text << ": " << ascii.status();
    EXPECT_EQ(*ascii, c.ascii);
    EXPECT_TRUE(Name::FromText(*ascii).ok());
  }
}

TEST(IdnaTest, AsciiIsLeftAsItIs) {
  for (const char* text :
       {"_dmarc.example.", "*.example.", "a\\255b.example.", "-x-.example.", "xn--fake.example.",
        "XN--bcher-kva.example.", ".", "", "a b.example."}) {
    EXPECT_EQ(*ToAsciiName(text), text);
  }
}

TEST(Rfc5892Test, WhatNamesMayNotHaveIsRefusedWithTheLabel) {
  const NameCase cases[] = {
      {"☕.example", "\"☕\""},
      {"www.i❤dns.example", "\"i❤dns\""},
      {"\u0308x.example", "is no internationalized name"},  // begins with a combining mark
      {"ü\\046x.example", "escapes"},
      {"\xff\xfe.example", "is no internationalized name"},
      {"a\u200Db.ü", "is no internationalized name"},  // a joiner outside its context
  };
  for (const NameCase& c : cases) {
    const absl::Status status = NameFromUnicode(c.text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.ascii)) << c.text;
  }
}

TEST(Rfc5893Test, ALabelThatMixesDirectionsIsRefused) {
  EXPECT_FALSE(ToAsciiName("اa.example").ok());
  EXPECT_FALSE(ToAsciiName("0ا.example").ok());
}

TEST(IdnaTest, LabelAndNameTooLong) {
  std::string label;
  for (int i = 0; i < 60; ++i) label += "ü";
  EXPECT_FALSE(ToAsciiName(label + ".example").ok());
  std::string name;
  for (int i = 0; i < 60; ++i) name += "ü.";
  EXPECT_FALSE(NameFromUnicode(name).ok()) << "255 octets in the form of the DNS";
  EXPECT_FALSE(ToAsciiName(std::string(kMaxUnicodeNameSize, 'a') + "ü").ok());
}

TEST(IdnaTest, RelativeNamesStandBelowTheirOrigin) {
  const Name origin = *Name::FromText("example.");
  EXPECT_EQ(NameFromUnicode("bücher", origin)->ToText(), "xn--bcher-kva.example.");
  EXPECT_EQ(NameFromUnicode("@", origin)->ToText(), "example.");
}

TEST(IdnaTest, NamesInRdata) {
  EXPECT_EQ(*ToAsciiRdata(RRType::kCname, "www.bücher.example."), "www.xn--bcher-kva.example.");
  EXPECT_EQ(*ToAsciiRdata(RRType::kMx, "10 bücher.example."), "10 xn--bcher-kva.example.");
  EXPECT_EQ(*ToAsciiRdata(RRType::kTxt, "\"bücher\""), "\"bücher\"") << "text is octets";
  EXPECT_FALSE(ToAsciiRdata(RRType::kCname, "☕.example.").ok());
}

}  // namespace
}  // namespace nave::dns
