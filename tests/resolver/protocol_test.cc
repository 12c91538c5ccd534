// What a resolver answers to queries of every shape, over real UDP and TCP, octet by octet. The
// cases are tables; each says where its rule comes from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lib/dns/wire_reader.h"
#include "tests/resolver/protocol_testing.h"

namespace nave::resolver {
namespace {

using dns::EdnsOptionCode;
using dns::Rcode;
using std::string_literals::operator""s;
using ::testing::HasSubstr;

constexpr int kSilence = -1;
constexpr int kA = 1, kNs = 2, kSoa = 6, kTxt = 16, kSig = 24, kDnskey = 48, kTsig = 250,
              kAny = 255;
constexpr int kCh = 3;
// From our own zone; refused or malformed.
constexpr uint16_t kOwn = kQr | kAa | kRa, kBare = kQr | kRa;

struct Case {
  const char* shows;
  std::string query;
  int rcode;
  // The header's second word without the RCODE.
  uint16_t flags = kBare | kRd;
  int answers = 0;
  bool echoes_question = true;
  // RFC 6891 sections 6.1.1 and 7: where the query had one. Some have one that cannot be read.
  bool opt_is_unread = false;
};

// The word of `wire` at `at`.
int Word(const std::string& wire, size_t at) {
  return static_cast<uint8_t>(wire[at]) << 8 | static_cast<uint8_t>(wire[at + 1]);
}

class ProtocolTest : public ::testing::TestWithParam<bool> {
 protected:
  std::string AskWire(const std::string& query) { return server_.Ask(query, GetParam()); }
  dns::Message Ask(const std::string& query) { return ParseReply(AskWire(query)); }
  bool tcp() const { return GetParam(); }

  void Check(const Case& c) {
    SCOPED_TRACE(c.shows);
    const std::string wire = AskWire(c.query);
    if (c.rcode == kSilence) {
      EXPECT_EQ(wire, "");
      return;
    }
    ASSERT_GE(wire.size(), dns::kHeaderSize);
    const dns::Message reply = ParseReply(wire);
    EXPECT_EQ(Word(wire, 0), kTestId);
    const int opcode = Word(c.query, 2) & OpcodeBits(15);
    EXPECT_EQ(Word(wire, 2) & 0xfff0, c.flags | opcode) << reply.ToText();
    EXPECT_EQ(static_cast<int>(reply.FullRcode()), c.rcode) << reply.ToText();
    EXPECT_EQ(static_cast<int>(reply.answers.size()), c.answers) << reply.ToText();
    const bool opt = Word(c.query, 10) > 0 && !c.opt_is_unread;
    ASSERT_EQ(reply.edns.has_value(), opt);
    EXPECT_EQ(Word(wire, 10), opt ? 1 : 0);
    if (opt) {
      EXPECT_EQ(reply.edns->version, 0);
      EXPECT_EQ(reply.edns->z, 0);
      EXPECT_EQ(reply.edns->udp_payload_size, 1232);
    }
    if (!c.echoes_question) {
      EXPECT_TRUE(reply.questions.empty());
      return;
    }
    ASSERT_EQ(reply.questions.size(), 1u);
    const size_t size = reply.questions[0].name.wire_size() + 4;
    EXPECT_EQ(wire.substr(12, size), c.query.substr(12, size)) << "the question, its case kept";
  }
  void CheckAll(const std::vector<Case>& cases) {
    for (const Case& c : cases) Check(c);
  }

  WireServer server_;
};

INSTANTIATE_TEST_SUITE_P(Transports, ProtocolTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Tcp" : "Udp"; });

std::string Www(const std::string& opt = "", uint16_t flags = kRd) {
  return QueryWire("www.one.test.", kA, opt, flags);
}

// Each query that RFC 8906 section 8 lists, in its order, and what a correct server says.
TEST_P(ProtocolTest, Rfc8906Section8) {
  const std::string some = OptionWire(100, "");
  CheckAll({
      {"8.1.1 plain DNS", QueryWire("one.test.", kSoa, "", 0), 0, kOwn, 1},
      {"8.1.2 unknown type", QueryWire("one.test.", 1000, "", 0), 0, kOwn},
      {"8.1.3.1 CD is copied", QueryWire("one.test.", kSoa, "", kCd), 0, kOwn | kCd, 1},
      {"8.1.3.2 AD is not echoed", QueryWire("one.test.", kSoa, "", kAd), 0, kOwn, 1},
      {"8.1.3.3 Z is ignored and zero", QueryWire("one.test.", kSoa, "", kZ), 0, kOwn, 1},
      {"8.1.3.4 RD", QueryWire("one.test.", kSoa, "", kRd), 0, kOwn | kRd, 1},
      {"8.1.4 unknown opcode", Header(OpcodeBits(15), {0, 0, 0, 0}), 4, kBare, 0, false},
      {"8.2.1 minimal EDNS", Www(OptWire()), 0, kOwn | kRd, 1},
      {"8.2.2 EDNS version", Www(OptWire("", 1)), 16},
      {"8.2.3 unknown option", Www(OptWire(some)), 0, kOwn | kRd, 1},
      {"8.2.4 unknown flags", Www(OptWire("", 0, 0x0040)), 0, kOwn | kRd, 1},
      {"8.2.5 version and flags", Www(OptWire("", 1, 0x0040)), 16},
      {"8.2.6 version and option", Www(OptWire(some, 1)), 16},
      {"8.2.8 DO", Www(OptWire("", 0, kDo)), 0, kOwn | kRd, 1},
      {"8.2.9 version and DO", Www(OptWire("", 1, kDo)), 16},
      {"8.2.10 several options",
       Www(OptWire(OptionWire(10, "12345678") + OptionWire(3, "") + OptionWire(9, "") +
                   OptionWire(8, "\0\1\0\0"s))),
       0, kOwn | kRd, 1},
  });
}

// RFC 8906 section 8.2.7: a truncated reply keeps its OPT.
TEST_P(ProtocolTest, Rfc8906Section827Truncation) {
  const uint16_t tc = tcp() ? 0 : kTc;
  CheckAll({
      {"with OPT", QueryWire("big.one.test.", kTxt, OptWire("", 0, 0, 512)), 0,
       static_cast<uint16_t>(kOwn | kRd | tc), tcp() ? 20 : 0},
      {"without", QueryWire("big.one.test.", kTxt), 0, static_cast<uint16_t>(kOwn | kRd | tc),
       tcp() ? 20 : 0},
      // RFC 6891 section 6.2.3.
      {"less than 512 means 512", QueryWire("www.one.test.", kA, OptWire("", 0, 0, 0)), 0,
       kOwn | kRd, 1},
      {"never more than we advertise", QueryWire("big.one.test.", kTxt, OptWire("", 0, 0, 65535)),
       0, static_cast<uint16_t>(kOwn | kRd | tc), tcp() ? 20 : 0},
  });
}

TEST_P(ProtocolTest, Rfc6891OptWhereAndHow) {
  const std::string question = QuestionWire("www.one.test.", kA);
  const std::string opt = OptWire(), next = OptWire("", 1);
  CheckAll({
      {"6.1.1 two", Header(kRd, {1, 0, 0, 2}) + question + opt + opt, 1},
      {"6.1.2 owner is not the root",
       Header(kRd, {1, 0, 0, 1}) + question + OptWire("", 0, 0, 1232, "\1x\0"s), 1, kBare | kRd, 0,
       true, true},
      {"in the answer section", Header(kRd, {1, 1, 0, 0}) + question + opt, 1},
      {"in the authority section", Header(kRd, {1, 0, 1, 0}) + question + opt, 1},
      {"an option runs over the end", Www(OptWire(OptionWire(100, "abc").substr(0, 5))), 1},
      {"the same in a later version", Www(OptWire(OptionWire(100, "abc").substr(0, 5), 1)), 16},
      {"RDLENGTH runs over the end", Www(opt.substr(0, 9) + U16(1)), 1, kBare | kRd, 0, true, true},
      {"6.1.3 the version is judged first",
       Header(OpcodeBits(15) | kRd, {1, 0, 0, 1}) + question + next, 16},
      {"33 options", Www(OptWire([] {
         std::string options;
         for (int i = 0; i < 33; ++i) options += OptionWire(100, "");
         return options;
       }())),
       1},
      {"beside another record",
       Header(kRd, {1, 0, 0, 2}) + question + RecordWire("x.", kA, 1, "\1\2\3\4") + opt, 0,
       kOwn | kRd, 1},
  });
}

// RFC 8906 section 8.2.6: what an option of a later version means is not known.
TEST_P(ProtocolTest, OptionsOfALaterVersionAreNotAnswered) {
  const std::string options =
      OptionWire(3, "") + OptionWire(10, "12345678") + OptionWire(11, "") + OptionWire(10, "1");
  const dns::Message reply = Ask(Www(OptWire(options, 1)));
  EXPECT_EQ(reply.FullRcode(), Rcode::kBadVers);
  EXPECT_TRUE(reply.edns->options.empty());
}

TEST_P(ProtocolTest, UnknownOptionsAreNotEchoed) {
  const std::string options = OptionWire(100, "x") + OptionWire(12, std::string(64, '\0')) +
                              OptionWire(8, "\0\1\x18\0\xc0\0\2"s) + OptionWire(9, "") +
                              OptionWire(65001, "y");
  const dns::Message reply = Ask(Www(OptWire(options, 0, 0x7fff)));
  ASSERT_TRUE(reply.edns.has_value());
  EXPECT_TRUE(reply.edns->options.empty());
  EXPECT_FALSE(reply.edns->dnssec_ok);
}

// RFC 9619: one question, or none where only a cookie is asked for (RFC 7873 section 5.4).
TEST_P(ProtocolTest, Rfc9619QuestionCount) {
  const std::string question = QuestionWire("www.one.test.", kA);
  const std::string cookie = OptWire(OptionWire(10, "12345678"));
  CheckAll({
      {"none", Header(kRd, {0, 0, 0, 0}), 1, kBare | kRd, 0, false},
      {"none, with OPT", Header(kRd, {0, 0, 0, 1}) + OptWire(), 1, kBare | kRd, 0, false},
      {"none, with a cookie", Header(kRd, {0, 0, 0, 1}) + cookie, 0, kBare | kRd, 0, false},
      {"none, with a cookie of no legal size",
       Header(kRd, {0, 0, 0, 1}) + OptWire(OptionWire(10, "1234567")), 1, kBare | kRd, 0, false},
      {"two", Header(kRd, {2, 0, 0, 0}) + question + question, 1, kBare | kRd, 0, false},
      {"two, with a cookie", Header(kRd, {2, 0, 0, 1}) + question + question + cookie, 1,
       kBare | kRd, 0, false},
      {"65535", Header(kRd, {65535, 0, 0, 0}) + question, 1, kBare | kRd, 0, false},
  });
}

// RFC 1035 section 4.1, and what no message may look like.
TEST_P(ProtocolTest, Rfc1035Form) {
  const std::string www = Www();
  const std::string one = Header(kRd, {1, 0, 0, 0});
  const std::string tail = U16(kA) + U16(1);
  std::string four;
  for (int i = 0; i < 4; ++i) four += "\x3f" + std::string(63, 'a');
  const auto malformed = [](const char* shows, const std::string& query, bool echoes = false) {
    return Case{shows, query, 1, kBare | kRd, 0, echoes, true};
  };
  CheckAll({
      malformed("octets behind the end", www + "x", true),
      malformed("no question behind the header", one),
      malformed("half a name", one + "\3ww"),
      malformed("a name without its end", one + "\3www\3one\4test"),
      malformed("no class", one + www.substr(12, www.size() - 14)),
      malformed("a pointer to itself", one + "\xc0\x0c" + tail),
      malformed("a pointer forward", one + "\xc0\x20" + tail + std::string(20, '\0')),
      malformed("a pointer into the header, where a root could be read", one + "\xc0\4"s + tail),
      malformed("a label and a pointer into the header", one + "\1x\xc0\4"s + tail),
      malformed("a label of the types 01 and 10", one + "\x41x\0"s + tail),
      malformed("the same with 10", one + "\x81x\0"s + tail),
      malformed("a name of 257 octets", one + four + "\0"s + tail),
      malformed("a record that is counted and not there",
                Header(kRd, {1, 0, 0, 1}) + www.substr(12), true),
      malformed("an answer that is counted and not there",
                Header(kRd, {1, 1, 0, 0}) + www.substr(12), true),
      malformed("65535 records", Header(kRd, {1, 65535, 65535, 65535}) + www.substr(12), false),
      malformed("rdata that is none of its type",
                Header(kRd, {1, 0, 0, 1}) + www.substr(12) + RecordWire("x.", kA, 1, "\1"), true),
  });
}

// Silence is due to what is no query, or cannot be answered; never to anything else.
TEST_P(ProtocolTest, SilenceWhereItIsDue) {
  const std::string www = Www();
  CheckAll({
      {"a response", QueryWire("www.one.test.", kA, "", kQr | kRd), kSilence},
      {"a response that is malformed", Header(kQr, {9, 9, 9, 9}), kSilence},
      {"a response of another opcode", Header(kQr | OpcodeBits(5), {0, 0, 0, 0}), kSilence},
      {"eleven octets", www.substr(0, 11), kSilence},
      {"one octet", "x", kSilence},
      {"nothing", "", kSilence},
      {"twelve octets are answered", www.substr(0, 12), 1, kBare | kRd, 0, false},
  });
}

TEST_P(ProtocolTest, Opcodes) {
  const std::string body = Www().substr(12);
  std::vector<Case> cases = {
      {"RFC 3425 IQUERY", Header(OpcodeBits(1) | kRd, {1, 0, 0, 0}) + body, 4},
      {"STATUS", Header(OpcodeBits(2) | kRd, {1, 0, 0, 0}) + body, 4},
      {"unassigned 3", Header(OpcodeBits(3) | kRd, {1, 0, 0, 0}) + body, 4},
      {"RFC 1996 NOTIFY", Header(OpcodeBits(4) | kAa, {1, 0, 0, 0}) + body, 4, kBare},
      {"RFC 2136 UPDATE", Header(OpcodeBits(5), {1, 0, 0, 0}) + body, 5, kBare},
      {"RFC 2136 UPDATE with records of class ANY and NONE",
       Header(OpcodeBits(5), {1, 1, 1, 0}) + body + RecordWire("x.one.test.", kA, 255, "") +
           RecordWire("x.one.test.", kA, 254, "\1\2\3\4"),
       5, kBare},
      {"RFC 8490 DSO", Header(OpcodeBits(6), {0, 0, 0, 0}) + "\0\1\0\4\0\0\0\0"s, 4, kBare, 0,
       false},
  };
  for (int opcode = 7; opcode < 16; ++opcode) {
    cases.push_back({"unassigned", Header(OpcodeBits(opcode) | kRd, {1, 0, 0, 0}) + body, 4});
  }
  CheckAll(cases);
}

TEST_P(ProtocolTest, TypesThatNoZoneHolds) {
  std::vector<Case> cases = {
      {"RFC 8482 ANY is a question", QueryWire("www.one.test.", kAny), 0, kOwn | kRd, 1},
      {"AXFR", QueryWire("one.test.", 252), 5},
      {"IXFR", QueryWire("one.test.", 251), 5},
      {"MAILB", QueryWire("one.test.", 253), 4},
      {"MAILA", QueryWire("one.test.", 254), 4},
      {"TKEY", QueryWire("one.test.", 249), 4},
      {"TSIG", QueryWire("one.test.", 250), 1},
      {"OPT", QueryWire("one.test.", 41), 1},
      {"0", QueryWire("one.test.", 0), 1},
      {"RFC 9824 NXNAME", QueryWire("one.test.", 128), 1},
      {"RFC 6895 section 3.1: the last of the meta types", QueryWire("one.test.", 248), 1},
      {"RFC 3597: any other type is data", QueryWire("one.test.", 65535), 0, kOwn | kRd},
      {"the first behind the meta types", QueryWire("one.test.", 256), 0, kOwn | kRd},
  };
  CheckAll(cases);
}

TEST_P(ProtocolTest, Classes) {
  CheckAll({
      {"HS", QueryWire("www.one.test.", kA, "", kRd, 4), 5},
      {"NONE", QueryWire("www.one.test.", kA, "", kRd, 254), 5},
      {"ANY", QueryWire("www.one.test.", kA, "", kRd, 255), 5},
      {"0", QueryWire("www.one.test.", kA, "", kRd, 0), 5},
      {"65280", QueryWire("www.one.test.", kA, "", kRd, 65280), 5},
  });
}

// Records that a query needs no more than its question are read and not used; a signature is
// another matter: RFC 8945 section 5.2.1 for TSIG, RFC 2931 section 3.2 for SIG(0).
TEST_P(ProtocolTest, RecordsBesideTheQuestion) {
  const std::string question = QuestionWire("www.one.test.", kA);
  const std::string record = RecordWire("www.one.test.", kA, 1, "\1\2\3\4");
  const std::string tsig = RecordWire("key.", kTsig, 255, "\0\0\0\0\0\0\0\1\x2c\0\0\0\0\0\0\0\0"s);
  const std::string sig0 = RecordWire(".", kSig, 255, std::string(18, '\0') + "\0"s);
  CheckAll({
      {"an answer", Header(kRd, {1, 1, 0, 0}) + question + record, 0, kOwn | kRd, 1},
      {"an authority", Header(kRd, {1, 0, 1, 0}) + question + record, 0, kOwn | kRd, 1},
      {"TSIG", Header(kRd, {1, 0, 0, 1}) + question + tsig, 9, kBare | kRd, 0, true, true},
      {"SIG(0)", Header(kRd, {1, 0, 0, 1}) + question + sig0, 0, kOwn | kRd, 1, true, true},
  });
}

TEST_P(ProtocolTest, HeaderBitsOfAQueryThatOnlyRepliesHave) {
  CheckAll({
      {"AA, TC, RA", Www("", kRd | kAa | kTc | kRa), 0, kOwn | kRd, 1},
      {"all", Www("", kRd | kAa | kTc | kRa | kZ | kAd | kCd), 0, kOwn | kRd | kCd, 1},
      {"an RCODE", Www("", kRd | 5), 0, kOwn | kRd, 1},
      {"RFC 1034 section 4.3.1: without RD nothing is asked of targets",
       QueryWire("www.corp.test.", kA, "", 0), 5, kBare},
      {"a target that fails", QueryWire("www.corp.test.", kA, "", kRd), 2},
      {"no zone and no rule", QueryWire("www.example.", kNs), 5},
      {"no such name", QueryWire("nX.One.Test.", kDnskey), 3, kOwn | kRd},
  });
}

// RFC 4892, and the names that came before it.
TEST_P(ProtocolTest, Rfc4892Identity) {
  const auto chaos = [](const char* name, int type) {
    return QueryWire(name, type, OptWire(), kRd, kCh);
  };
  const struct {
    const char* name;
    const char* text;
  } names[] = {{"id.server.", "\2r1"},
               {"HOSTNAME.bind.", "\2r1"},
               {"version.server.", "\2v9"},
               {"version.bind.", "\2v9"}};
  for (const auto& c : names) {
    for (int type : {kTxt, kAny}) {
      const dns::Message reply = Ask(chaos(c.name, type));
      EXPECT_EQ(reply.FullRcode(), Rcode::kNoError);
      EXPECT_TRUE(reply.header.aa);
      ASSERT_EQ(reply.answers.size(), 1u);
      EXPECT_EQ(reply.answers[0].rrclass, dns::RRClass::kCh);
      EXPECT_EQ(reply.answers[0].type, dns::RRType::kTxt);
      EXPECT_EQ(reply.answers[0].ttl, 0u);
      EXPECT_EQ(reply.answers[0].rdata, c.text);
    }
  }
  CheckAll({
      {"another type", chaos("id.server.", kA), 5},
      {"another name", chaos("authors.bind.", kTxt), 5},
      {"a name of a zone", chaos("www.one.test.", kTxt), 5},
      {"the same name in class IN", QueryWire("id.server.", kTxt), 5},
  });
}

TEST_P(ProtocolTest, Rfc5001Nsid) {
  const dns::Message reply = Ask(Www(OptWire(OptionWire(3, ""))));
  EXPECT_EQ(reply.edns->Find(EdnsOptionCode::kNsid)->data, "r1");
  EXPECT_FALSE(Ask(Www(OptWire())).edns->Has(EdnsOptionCode::kNsid));
}

// RFC 7828 section 3.3.2: our idle timeout in tenths of a second; nothing over UDP.
TEST_P(ProtocolTest, Rfc7828Keepalive) {
  const dns::Message reply = Ask(Www(OptWire(OptionWire(11, ""))));
  const dns::EdnsOption* option = reply.edns->Find(EdnsOptionCode::kTcpKeepalive);
  ASSERT_EQ(option != nullptr, tcp());
  if (option != nullptr) {
    EXPECT_EQ(option->data, "\0\x64"s);
  }
  EXPECT_FALSE(Ask(Www(OptWire())).edns->Has(EdnsOptionCode::kTcpKeepalive));
}

// RFC 8914: which code a failure gets, and whose name it says.
TEST_P(ProtocolTest, Rfc8914ExtendedErrors) {
  const struct {
    std::string query;
    dns::ExtendedErrorCode code;
    const char* text;
  } cases[] = {
      {QueryWire("www.example.", kA, OptWire()), dns::ExtendedErrorCode::kNotAuthoritative,
       "no zone and no rule for www.example."},
      {QueryWire("www.corp.test.", kA, OptWire()), dns::ExtendedErrorCode::kNoReachableAuthority,
       "r: "},
      {QueryWire("www.corp.test.", kA, OptWire(), 0), dns::ExtendedErrorCode::kNotAuthoritative,
       "recursion was not asked for"},
      {QueryWire("one.test.", 252, OptWire()), dns::ExtendedErrorCode::kNotSupported,
       "zone transfers"},
      {QueryWire("www.one.test.", kA, OptWire(), kRd, 4), dns::ExtendedErrorCode::kNotSupported,
       "class"},
  };
  for (const auto& c : cases) {
    const dns::Message reply = Ask(c.query);
    const auto error = reply.edns->FindExtendedError();
    ASSERT_TRUE(error.has_value()) << c.text;
    EXPECT_EQ(error->code, c.code) << error->text;
    EXPECT_THAT(error->text, HasSubstr(c.text));
  }
}

}  // namespace
}  // namespace nave::resolver
