#include "lib/dns/edns.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/dns/message.h"
#include "lib/dns/wire_reader.h"

namespace nave::dns {
namespace {

using std::string_literals::operator""s;

std::string Write(const Edns& edns) {
  std::vector<uint8_t> buffer(4096);
  WireWriter writer(absl::MakeSpan(buffer));
  WriteEdns(edns, &writer);
  return std::string(ToStringView(writer.written()));
}

TEST(EdnsTest, WireFormOfRfc6891) {
  Edns edns;
  edns.udp_payload_size = 4096;
  edns.dnssec_ok = true;
  edns.extended_rcode = 1;
  edns.Add(EdnsOptionCode::kNsid, "ns1");
  EXPECT_EQ(Write(edns), "\0\0\51\20\0\1\0\200\0\0\7\0\3\0\3ns1"s);
  EXPECT_EQ(edns.WireSize(), Write(edns).size());
}

TEST(EdnsTest, RoundTrip) {
  Edns edns;
  edns.version = 1;
  edns.z = 0x1234;
  edns.Add(EdnsOptionCode::kCookie, "\1\2\3\4\5\6\7\10"s);
  edns.Add(static_cast<EdnsOptionCode>(65001), "");
  const std::string wire = Write(edns);
  WireReader reader(wire);
  const ResourceRecord record = ReadRecord(&reader);
  ASSERT_TRUE(reader.ok());
  Edns read;
  ASSERT_EQ(ParseEdns(static_cast<uint16_t>(record.rrclass), record.ttl, record.rdata, &read),
            WireError::kOk);
  EXPECT_EQ(read.version, 1);
  EXPECT_EQ(read.z, 0x1234);
  EXPECT_FALSE(read.dnssec_ok);
  EXPECT_EQ(read.udp_payload_size, kDefaultUdpPayloadSize);
  ASSERT_EQ(read.options.size(), 2u);
  EXPECT_EQ(read.Find(EdnsOptionCode::kCookie)->data.size(), 8u);
  EXPECT_EQ(Write(read), wire);
}

TEST(EdnsTest, MalformedOptionsAreRejected) {
  Edns edns;
  EXPECT_EQ(ParseEdns(512, 0, "\0\3\0"s, &edns), WireError::kBadRdata);
  EXPECT_EQ(ParseEdns(512, 0, "\0\3\0\2a"s, &edns), WireError::kBadRdata);
  std::string many;
  for (size_t i = 0; i <= kMaxEdnsOptions; ++i) many += "\0\3\0\0"s;
  EXPECT_EQ(ParseEdns(512, 0, many, &edns), WireError::kTooManyRecords);
  EXPECT_EQ(ParseEdns(512, 0, "", &edns), WireError::kOk);
}

TEST(EdnsTest, ExtendedErrors) {
  Edns edns;
  EXPECT_FALSE(edns.FindExtendedError().has_value());
  edns.AddExtendedError(ExtendedErrorCode::kNoReachableAuthority, "rule corp");
  EXPECT_EQ(edns.options[0].data, "\0\26rule corp"s);
  EXPECT_EQ(edns.FindExtendedError()->code, ExtendedErrorCode::kNoReachableAuthority);
  EXPECT_EQ(edns.FindExtendedError()->text, "rule corp");
  EXPECT_EQ(ExtendedErrorName(ExtendedErrorCode::kStaleAnswer), "Stale Answer");
  EXPECT_EQ(ExtendedErrorName(static_cast<ExtendedErrorCode>(999)), "Extended error 999");
  edns.Remove(EdnsOptionCode::kExtendedError);
  EXPECT_TRUE(edns.options.empty());
  edns.Add(EdnsOptionCode::kExtendedError, "\0"s);
  EXPECT_FALSE(edns.FindExtendedError().has_value());
}

TEST(EdnsTest, PaddingMakesTheMessageAMultiple) {
  Message message = MakeQuery(1, *Name::FromText("example.com."), RRType::kA);
  message.edns.emplace();
  const size_t size = SerializeMessage(message).size();
  message.edns->AddPadding(size, 128, 1232);
  EXPECT_EQ(SerializeMessage(message).size(), 128u);
  Edns edns;
  edns.AddPadding(500, 468, 512);
  EXPECT_FALSE(edns.Has(EdnsOptionCode::kPadding));
}

}  // namespace
}  // namespace nave::dns
