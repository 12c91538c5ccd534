#include "lib/dns/message.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

using std::string_literals::operator""s;
using ::testing::HasSubstr;

Name N(absl::string_view text) { return Name::FromText(text).value(); }

ResourceRecord Record(absl::string_view owner, RRType type, absl::string_view rdata) {
  return {N(owner), type, RRClass::kIn, 60, RdataFromText(type, rdata).value()};
}

Message Reply() {
  Message reply = MakeReply(MakeQuery(7, N("www.example.com."), RRType::kA), Rcode::kNoError);
  reply.header.aa = true;
  reply.answers = {Record("www.example.com.", RRType::kCname, "web.example.com."),
                   Record("web.example.com.", RRType::kA, "192.0.2.1"),
                   Record("web.example.com.", RRType::kA, "192.0.2.2")};
  reply.authorities = {Record("example.com.", RRType::kNs, "ns.example.com.")};
  reply.additionals = {Record("ns.example.com.", RRType::kAaaa, "2001:db8::1")};
  return reply;
}

TEST(MessageTest, ReplyRoundTrips) {
  Message reply = Reply();
  reply.edns.emplace().dnssec_ok = true;
  reply.SetRcode(Rcode::kBadVers);
  const std::string wire = SerializeMessage(reply);
  Message read;
  ASSERT_EQ(ParseMessage(wire, &read), WireError::kOk);
  EXPECT_EQ(read.ToText(), reply.ToText());
  EXPECT_EQ(read.FullRcode(), Rcode::kBadVers);
  EXPECT_EQ(read.header.additional_count, 2);
  EXPECT_EQ(SerializeMessage(read), wire);
  EXPECT_LT(wire.size(), 150u) << "names are compressed";
}

TEST(MessageTest, QueryBytesAreThoseOfRfc1035) {
  const std::string wire = SerializeMessage(MakeQuery(0x1234, N("a.b."), RRType::kA));
  EXPECT_EQ(wire, "\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\1b\0\0\1\0\1"s);
}

TEST(MessageTest, TextShowsAllSections) {
  Message reply = Reply();
  reply.edns.emplace().AddExtendedError(ExtendedErrorCode::kStaleAnswer, "rule");
  const std::string text = reply.ToText();
  for (const char* part : {";; QUERY NOERROR, id 7, flags qr aa rd", ";www.example.com. IN A",
                           "web.example.com. 60 IN A 192.0.2.2", ";; AUTHORITY", ";; ADDITIONAL",
                           "EDE: 3 (Stale Answer)"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(MessageTest, EveryPrefixIsRejectedAndHarmless) {
  Message reply = Reply();
  reply.edns.emplace().Add(EdnsOptionCode::kCookie, "12345678");
  const std::string wire = SerializeMessage(reply);
  for (size_t size = 0; size < wire.size(); ++size) {
    Message read;
    EXPECT_NE(ParseMessage(wire.substr(0, size), &read), WireError::kOk) << size;
    if (size >= kHeaderSize) {
      EXPECT_EQ(read.header.id, 7);
    }
  }
}

std::string HeaderWire(int questions, int answers, int authorities, int additionals) {
  std::string wire = "\0\1\0\0"s;
  for (const int count : {questions, answers, authorities, additionals}) {
    wire.push_back(static_cast<char>(count >> 8));
    wire.push_back(static_cast<char>(count & 0xFF));
  }
  return wire;
}

TEST(MessageTest, MalformedMessages) {
  const std::string opt = "\0\0\51\4\320\0\0\0\0\0\0"s;
  const struct {
    absl::string_view what;
    std::string wire;
    WireError error;
  } cases[] = {
      {"trailing", HeaderWire(0, 0, 0, 0) + "x", WireError::kTrailingBytes},
      {"too many questions", HeaderWire(9, 0, 0, 0), WireError::kTooManyRecords},
      {"too many records", HeaderWire(0, 65535, 65535, 0), WireError::kTooManyRecords},
      {"two OPT", HeaderWire(0, 0, 0, 2) + opt + opt, WireError::kBadOpt},
      {"OPT as an answer", HeaderWire(0, 1, 0, 0) + opt, WireError::kBadOpt},
      {"OPT with an owner", HeaderWire(0, 0, 0, 1) + "\1a" + opt, WireError::kBadOpt},
      {"A of 3 octets", HeaderWire(0, 1, 0, 0) + "\0\0\1\0\1\0\0\0\0\0\3abc"s,
       WireError::kBadRdata},
      {"A without rdata", HeaderWire(0, 1, 0, 0) + "\0\0\1\0\1\0\0\0\0\0\0"s, WireError::kBadRdata},
      {"NS longer than RDLENGTH", HeaderWire(0, 1, 0, 0) + "\0\0\2\0\1\0\0\0\0\0\2\1a\0"s,
       WireError::kBadRdata},
      {"question loops", HeaderWire(1, 0, 0, 0) + "\300\14\0\1\0\1"s, WireError::kBadPointer},
      {"DNAME in SVCB compressed",
       HeaderWire(1, 1, 0, 0) + "\1a\0\0\1\0\1\0\0\100\0\1\0\0\0\0\0\4\0\1\300\14"s,
       WireError::kBadPointer},
  };
  for (const auto& c : cases) {
    Message message;
    EXPECT_EQ(ParseMessage(c.wire, &message), c.error) << c.what;
  }
}

TEST(MessageTest, TtlWithTheTopBitCountsAsZero) {
  Message message;
  ASSERT_EQ(ParseMessage(HeaderWire(0, 1, 0, 0) + "\0\0\1\0\1\200\0\0\1\0\4abcd"s, &message),
            WireError::kOk);
  EXPECT_EQ(message.answers[0].ttl, 0u);
}

TEST(MessageTest, TruncationDropsWholeRRsetsAndSetsTc) {
  Message reply = Reply();
  reply.edns.emplace();
  const size_t whole = SerializeMessage(reply).size();
  for (size_t limit = kHeaderSize; limit < whole; ++limit) {
    const std::string wire = SerializeMessage(reply, limit);
    if (wire.empty()) {
      EXPECT_LT(limit, kHeaderSize + 21 + kOptFixedSize);
      continue;
    }
    ASSERT_LE(wire.size(), limit);
    Message read;
    ASSERT_EQ(ParseMessage(wire, &read), WireError::kOk) << limit;
    EXPECT_TRUE(read.edns.has_value());
    EXPECT_NE(read.answers.size(), 2u) << "half an RRset at limit " << limit;
    const bool lost = read.answers.size() < 3 || read.authorities.empty();
    EXPECT_EQ(read.header.tc, lost) << limit;
  }
}

TEST(MessageTest, AMissingAdditionalRecordIsNoTruncation) {
  Message reply = Reply();
  const std::string whole = SerializeMessage(reply);
  Message read;
  ASSERT_EQ(ParseMessage(SerializeMessage(reply, whole.size() - 1), &read), WireError::kOk);
  EXPECT_FALSE(read.header.tc);
  EXPECT_TRUE(read.additionals.empty());
  EXPECT_EQ(read.authorities.size(), 1u);
}

TEST(MessageTest, UpdateRecordsMayHaveNoRdata) {
  Message message;
  EXPECT_EQ(ParseMessage(HeaderWire(0, 1, 0, 0) + "\0\0\1\0\377\0\0\0\0\0\0"s, &message),
            WireError::kOk);
  EXPECT_EQ(message.answers[0].rrclass, RRClass::kAny);
}

TEST(MessageTest, RepliesKeepTheQuestionsCase) {
  const Message query = MakeQuery(9, N("WWW.eXample."), RRType::kA, false);
  const Message reply = MakeReply(query, Rcode::kRefused);
  EXPECT_TRUE(reply.questions[0].name.EqualsWithCase(query.questions[0].name));
  EXPECT_TRUE(reply.header.qr);
  EXPECT_FALSE(reply.header.rd);
  EXPECT_EQ(reply.FullRcode(), Rcode::kRefused);
}

}  // namespace
}  // namespace nave::dns
