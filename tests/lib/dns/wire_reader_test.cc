#include "lib/dns/wire_reader.h"

#include <string>

#include "gtest/gtest.h"

namespace nave::dns {
namespace {

using std::string_literals::operator""s;

TEST(WireReaderTest, ReadsNetworkOrder) {
  const std::string wire = "\1\2\3\4\5\6\7\2hi"s;
  WireReader reader(wire);
  EXPECT_EQ(reader.ReadU8(), 1);
  EXPECT_EQ(reader.ReadU16(), 0x0203);
  EXPECT_EQ(reader.ReadU32(), 0x04050607u);
  EXPECT_EQ(reader.ReadCharacterString(), "hi");
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.AtEnd());
}

TEST(WireReaderTest, TheFirstErrorSticks) {
  const std::string wire = "\1\2\3"s;
  WireReader reader(wire);
  EXPECT_EQ(reader.ReadU32(), 0u);
  EXPECT_EQ(reader.error(), WireError::kTruncated);
  EXPECT_EQ(reader.ReadU8(), 0);
  EXPECT_TRUE(reader.ReadName().IsRoot());
  EXPECT_EQ(reader.remaining(), 0u);
  reader.Fail(WireError::kBadOpt);
  EXPECT_EQ(reader.error(), WireError::kTruncated);
}

TEST(WireReaderTest, SubReadsItsOctetsOnlyButFollowsPointersBefore) {
  const std::string wire = "\3com\0\1a\300\0zz"s;
  WireReader reader(wire);
  EXPECT_EQ(reader.ReadName().ToText(), "com.");
  WireReader sub = reader.Sub(4);
  EXPECT_EQ(sub.ReadName().ToText(), "a.com.");
  EXPECT_TRUE(sub.AtEnd());
  EXPECT_EQ(reader.ReadRest(), "zz");
}

TEST(WireReaderTest, ANameMayNotRunOverTheEndOfASub) {
  const std::string wire = "\3com\0"s;
  WireReader reader(wire);
  WireReader sub = reader.Sub(4);
  sub.ReadName();
  EXPECT_EQ(sub.error(), WireError::kTruncated);
  EXPECT_TRUE(reader.ok());
}

TEST(WireReaderTest, SubBehindTheEndFailsBoth) {
  const std::string wire = "abc";
  WireReader reader(wire);
  WireReader sub = reader.Sub(4);
  EXPECT_EQ(sub.error(), WireError::kTruncated);
  EXPECT_EQ(reader.error(), WireError::kTruncated);
}

TEST(WireReaderTest, EveryErrorHasItsOwnWords) {
  EXPECT_EQ(WireErrorName(WireError::kOk), "ok");
  for (int i = 0; i <= static_cast<int>(WireError::kTrailingBytes); ++i) {
    EXPECT_NE(WireErrorName(static_cast<WireError>(i)), "unknown error") << i;
  }
}

}  // namespace
}  // namespace nave::dns
