#include "lib/dns/header.h"

#include <vector>

#include "gtest/gtest.h"

namespace nave::dns {
namespace {

TEST(HeaderTest, EveryFlagWordRoundTrips) {
  for (int flags = 0; flags <= 0xFFFF; ++flags) {
    Header header;
    header.SetFlags(flags);
    ASSERT_EQ(header.Flags(), flags);
  }
}

TEST(HeaderTest, FlagsAreWhereRfc1035PutsThem) {
  Header header;
  header.SetFlags(0x8583);
  EXPECT_TRUE(header.qr && header.aa && header.rd && header.ra);
  EXPECT_FALSE(header.tc || header.z || header.ad || header.cd);
  EXPECT_EQ(header.opcode, Opcode::kQuery);
  EXPECT_EQ(header.rcode, Rcode::kNxDomain);
  header.SetFlags(0x2A30);
  EXPECT_EQ(header.opcode, Opcode::kUpdate);
  EXPECT_TRUE(header.tc && header.ad && header.cd);
}

TEST(HeaderTest, ReadsAndWrites) {
  std::vector<uint8_t> buffer(kHeaderSize);
  WireWriter writer(absl::MakeSpan(buffer));
  Header header;
  header.id = 0xABCD;
  header.question_count = 1;
  header.additional_count = 0x0102;
  WriteHeader(header, &writer);
  WireReader reader(writer.written());
  const Header read = ReadHeader(&reader);
  EXPECT_TRUE(reader.ok() && reader.AtEnd());
  EXPECT_EQ(read.id, 0xABCD);
  EXPECT_EQ(read.question_count, 1);
  EXPECT_EQ(read.additional_count, 0x0102);
}

TEST(HeaderTest, ElevenOctetsAreTruncated) {
  const std::vector<uint8_t> wire(kHeaderSize - 1);
  WireReader reader{absl::MakeConstSpan(wire)};
  ReadHeader(&reader);
  EXPECT_EQ(reader.error(), WireError::kTruncated);
}

}  // namespace
}  // namespace nave::dns
