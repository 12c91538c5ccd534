#include "lib/dns/type.h"

#include "gtest/gtest.h"

namespace nave::dns {
namespace {

TEST(TypeTest, MnemonicsRoundTrip) {
  for (int value = 0; value <= 0xFFFF; ++value) {
    const auto type = static_cast<RRType>(value);
    EXPECT_EQ(RRTypeFromText(RRTypeToText(type)), type) << value;
    const auto rrclass = static_cast<RRClass>(value);
    EXPECT_EQ(RRClassFromText(RRClassToText(rrclass)), rrclass) << value;
  }
}

TEST(TypeTest, TextsOfRfc3597) {
  EXPECT_EQ(RRTypeToText(RRType::kHttps), "HTTPS");
  EXPECT_EQ(RRTypeToText(static_cast<RRType>(65280)), "TYPE65280");
  EXPECT_EQ(RRTypeFromText("aAaA"), RRType::kAaaa);
  EXPECT_EQ(RRTypeFromText("type1"), RRType::kA);
  EXPECT_EQ(RRClassFromText("CLASS1"), RRClass::kIn);
  EXPECT_EQ(RRClassToText(static_cast<RRClass>(32)), "CLASS32");
}

TEST(TypeTest, BadTextsAreRejected) {
  for (const char* text : {"", "TYPE", "TYPE65536", "TYPE-1", "TYPE+1", "TYPE 1", "TYPE1 ",
                           "TYPE1x", "AA", "CLASS1", "TYPE99999999999"}) {
    EXPECT_FALSE(RRTypeFromText(text).has_value()) << text;
  }
}

TEST(TypeTest, Rcodes) {
  EXPECT_EQ(RcodeToText(Rcode::kNxDomain), "NXDOMAIN");
  EXPECT_EQ(RcodeFromText("badvers"), Rcode::kBadVers);
  EXPECT_EQ(RcodeToText(static_cast<Rcode>(3841)), "RCODE3841");
  EXPECT_EQ(OpcodeToText(Opcode::kNotify), "NOTIFY");
  EXPECT_EQ(OpcodeToText(static_cast<Opcode>(6)), "OPCODE6");
}

TEST(TypeTest, MetaTypes) {
  EXPECT_TRUE(IsMetaType(RRType::kAny));
  EXPECT_TRUE(IsMetaType(RRType::kOpt));
  EXPECT_TRUE(IsMetaType(static_cast<RRType>(0)));
  EXPECT_FALSE(IsMetaType(RRType::kA));
  EXPECT_FALSE(IsMetaType(RRType::kCaa));
}

}  // namespace
}  // namespace nave::dns
