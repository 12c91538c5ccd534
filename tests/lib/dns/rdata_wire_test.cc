#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

using std::string_literals::operator""s;

Name N(absl::string_view text) { return Name::FromText(text).value(); }

// What a reader makes of `rdata` that stands behind the name "a.b." at offset 0.
struct ReadResult {
  std::string rdata;
  WireError error;
};
ReadResult Read(RRType type, const std::string& rdata) {
  const std::string wire = "\1a\1b\0"s + rdata + "behind";
  WireReader reader(wire);
  reader.ReadName();
  ReadResult result;
  std::string buffer;
  result.rdata = std::string(ReadRdata(type, rdata.size(), &reader, &buffer));
  result.error = reader.error();
  if (reader.ok()) {
    EXPECT_EQ(reader.ReadRest(), "behind");
  }
  return result;
}

TEST(RdataWireTest, DecompressesTheTypesOfRfc3597Section4) {
  EXPECT_EQ(Read(RRType::kNs, "\300\0"s).rdata, "\1a\1b\0"s);
  EXPECT_EQ(Read(RRType::kMx, "\0\12\1c\300\2"s).rdata, "\0\12\1c\1b\0"s);
  EXPECT_EQ(Read(RRType::kSrv, "\0\1\0\2\0\3\300\0"s).rdata, "\0\1\0\2\0\3\1a\1b\0"s);
  EXPECT_EQ(Read(RRType::kDname, "\300\0"s).rdata, "\1a\1b\0"s);
  // An unknown type keeps its octets.
  EXPECT_EQ(Read(static_cast<RRType>(731), "\300\0"s).rdata, "\300\0"s);
}

TEST(RdataWireTest, MalformedRdataIsRejected) {
  const struct {
    RRType type;
    std::string rdata;
    WireError error;
  } cases[] = {
      {RRType::kA, "abc", WireError::kBadRdata},
      {RRType::kA, "abcde", WireError::kBadRdata},
      {RRType::kAaaa, "", WireError::kBadRdata},
      {RRType::kTxt, "", WireError::kBadRdata},
      {RRType::kTxt, "\3ab", WireError::kBadRdata},
      {RRType::kTxt, "\1a\2b", WireError::kBadRdata},
      {RRType::kNs, "\1a"s, WireError::kBadRdata},
      {RRType::kNs, "\1a\0x"s, WireError::kBadRdata},
      {RRType::kNs, "\300\5"s, WireError::kBadPointer},
      {RRType::kNs, "\100a\0"s, WireError::kBadLabel},
      {RRType::kHttps, "\0\1\300\0"s, WireError::kBadPointer},
      {RRType::kHttps, "\0\1\0\0\3\0\2\0\1\0\3\0\2\0\1"s, WireError::kBadRdata},
      {RRType::kCaa, "\0\0x"s, WireError::kBadRdata},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Read(c.type, c.rdata).error, c.error) << c.type << " " << c.rdata.size();
  }
}

TEST(RdataWireTest, CheckAndValidate) {
  EXPECT_EQ(CheckRdata(RRType::kA, "abcd"), WireError::kOk);
  EXPECT_EQ(CheckRdata(RRType::kA, "abc"), WireError::kBadRdata);
  EXPECT_EQ(CheckRdata(RRType::kNs, "\300\0"s), WireError::kBadRdata);
  EXPECT_EQ(CheckRdata(static_cast<RRType>(731), "anything"), WireError::kOk);
  EXPECT_EQ(CheckRdata(static_cast<RRType>(731), std::string(65536, 'x')), WireError::kBadRdata);
  EXPECT_TRUE(ValidateRdata(RRType::kA, "abcd").ok());
  EXPECT_EQ(ValidateRdata(RRType::kA, "").code(), absl::StatusCode::kInvalidArgument);
}

std::string Write(RRType type, absl::string_view rdata) {
  std::vector<uint8_t> buffer(512);
  WireWriter writer(absl::MakeSpan(buffer));
  writer.WriteU8(0);
  writer.WriteName(N("a.b."));
  const size_t start = writer.size();
  WriteRdata(type, rdata, &writer);
  return std::string(ToStringView(writer.written().subspan(start)));
}

TEST(RdataWireTest, OnlyTypesOfRfc1035AreCompressedWhenWritten) {
  EXPECT_EQ(Write(RRType::kNs, "\1a\1b\0"s), "\300\1"s);
  EXPECT_EQ(Write(RRType::kMx, "\0\12\1c\1B\0"s), "\0\12\1c\300\3"s);
  for (const RRType type : {RRType::kDname, static_cast<RRType>(731)}) {
    EXPECT_EQ(Write(type, "\1a\1b\0"s), "\1a\1b\0"s) << type;
  }
  EXPECT_EQ(Write(RRType::kSrv, "\0\1\0\2\0\3\1a\1b\0"s), "\0\1\0\2\0\3\1a\1b\0"s);
  // Not in its type's form: as it is.
  EXPECT_EQ(Write(RRType::kMx, "\0\12\1a"s), "\0\12\1a"s);
}

TEST(RdataWireTest, MalformedRdataDoesNotFreeAFullWriter) {
  std::vector<uint8_t> buffer(2);
  WireWriter writer(absl::MakeSpan(buffer));
  writer.WriteU32(0);
  WriteRdata(RRType::kMx, "", &writer);
  EXPECT_TRUE(writer.full());
  EXPECT_EQ(writer.size(), 0u);
}

TEST(RdataWireTest, CanonicalFormLowersTheNamesOfRfc4034) {
  EXPECT_EQ(CanonicalRdata(RRType::kMx, "\0A\1B\0"s), "\0A\1b\0"s);
  EXPECT_EQ(CanonicalRdata(RRType::kDname, "\1B\0"s), "\1b\0"s);
  EXPECT_EQ(CanonicalRdata(RRType::kTxt, "\1B"s), "\1B"s);
  EXPECT_EQ(CanonicalRdata(RRType::kSvcb, "\0\1\1B\0"s), "\0\1\1B\0"s);
}

TEST(RdataWireTest, Targets) {
  EXPECT_EQ(RdataTarget(RRType::kMx, "\0\12\1a\0"s), N("a."));
  EXPECT_EQ(RdataTarget(RRType::kCname, "\1a\1b\0"s), N("a.b."));
  EXPECT_EQ(RdataTarget(RRType::kHttps, "\0\0\1a\0"s), N("a."));
  EXPECT_FALSE(RdataTarget(RRType::kA, "abcd").has_value());
  EXPECT_FALSE(RdataTarget(RRType::kNs, "\1a"s).has_value());
}

TEST(RdataWireTest, SoaRoundTrips) {
  const std::string rdata = RdataFromText(RRType::kSoa, "ns. admin. 1 2 3 4 5").value();
  const std::optional<Soa> soa = ParseSoa(rdata);
  ASSERT_TRUE(soa.has_value());
  EXPECT_EQ(soa->rname, N("admin."));
  EXPECT_EQ(soa->serial, 1u);
  EXPECT_EQ(soa->minimum_seconds, 5u);
  EXPECT_EQ(MakeSoa(*soa), rdata);
  EXPECT_FALSE(ParseSoa(rdata + "x").has_value());
  EXPECT_FALSE(ParseSoa(rdata.substr(1)).has_value());
}

}  // namespace
}  // namespace nave::dns
