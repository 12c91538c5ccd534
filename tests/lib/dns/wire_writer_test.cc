#include "lib/dns/wire_writer.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/dns/wire_reader.h"

namespace nave::dns {
namespace {

using std::string_literals::operator""s;

Name N(absl::string_view text) { return Name::FromText(text).value(); }

class WireWriterTest : public ::testing::Test {
 protected:
  std::string Written() const { return std::string(ToStringView(writer_.written())); }

  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(512);
  WireWriter writer_{absl::MakeSpan(buffer_)};
};

TEST_F(WireWriterTest, WritesNetworkOrder) {
  writer_.WriteU8(1);
  writer_.WriteU16(0x0203);
  writer_.WriteU32(0x04050607);
  writer_.WriteBytes("hi");
  writer_.PatchU16(1, 0x0909);
  EXPECT_EQ(Written(), "\1\11\11\4\5\6\7hi"s);
}

TEST_F(WireWriterTest, CompressesTheLongestSuffix) {
  writer_.WriteU8(0);  // Offset 0 is never a target: no name starts a message.
  writer_.WriteName(N("a.example."));
  writer_.WriteName(N("b.example."));
  writer_.WriteName(N("A.Example."));
  writer_.WriteName(N("x.b.example."));
  EXPECT_EQ(Written(), "\0\1a\7example\0\1b\300\3\300\1\1x\300\14"s);
}

TEST_F(WireWriterTest, TheRootIsOneOctet) {
  writer_.WriteU8(7);
  writer_.WriteName(Name());
  writer_.WriteName(Name());
  EXPECT_EQ(Written(), "\7\0\0"s);
}

TEST_F(WireWriterTest, FullStaysFullUntilRolledBack) {
  writer_.set_limit(4);
  writer_.WriteU16(1);
  const WireWriter::Mark mark = writer_.mark();
  writer_.WriteU16(2);
  writer_.WriteU16(3);
  EXPECT_TRUE(writer_.full());
  writer_.WriteU8(4);
  EXPECT_EQ(writer_.size(), 4u);
  writer_.RollBack(mark);
  EXPECT_FALSE(writer_.full());
  EXPECT_EQ(writer_.room(), 2u);
}

TEST_F(WireWriterTest, RolledBackNamesAreNoTargets) {
  writer_.WriteU8(0);
  const WireWriter::Mark mark = writer_.mark();
  writer_.WriteName(N("gone.example."));
  writer_.RollBack(mark);
  writer_.WriteName(N("kept.test."));
  writer_.WriteName(N("gone.example."));
  WireReader reader(writer_.written());
  reader.ReadU8();
  EXPECT_EQ(reader.ReadName().ToText(), "kept.test.");
  EXPECT_EQ(reader.ReadName().ToText(), "gone.example.");
  EXPECT_TRUE(reader.ok());
}

TEST_F(WireWriterTest, ANameThatDoesNotFitLeavesNothing) {
  writer_.WriteU8(0);
  writer_.set_limit(6);
  writer_.WriteName(N("example."));
  EXPECT_TRUE(writer_.full());
  EXPECT_EQ(writer_.size(), 1u);
}

TEST_F(WireWriterTest, LimitStaysInsideTheBuffer) {
  writer_.WriteU32(0);
  writer_.set_limit(2);
  EXPECT_EQ(writer_.limit(), 4u);
  writer_.set_limit(100000);
  EXPECT_EQ(writer_.limit(), 512u);
}

TEST(WireWriterLargeTest, ManyNamesBehindThePointerRangeStillRead) {
  std::vector<uint8_t> buffer(65535);
  WireWriter writer(absl::MakeSpan(buffer));
  writer.WriteU8(0);
  std::vector<Name> names;
  while (writer.room() > 300) {
    names.push_back(N(absl::StrCat("host", names.size(), ".zone", names.size() % 7, ".example.")));
    writer.WriteName(names.back());
  }
  ASSERT_GT(writer.size(), 0x3FFFu);
  WireReader reader(writer.written());
  reader.ReadU8();
  for (const Name& name : names) ASSERT_EQ(reader.ReadName(), name);
  EXPECT_TRUE(reader.ok() && reader.AtEnd());
}

}  // namespace
}  // namespace nave::dns
