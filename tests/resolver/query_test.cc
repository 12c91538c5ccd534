#include "resolver/query.h"

#include <gtest/gtest.h>

#include "lib/dns/wire_reader.h"
#include "resolver/forwarder.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;

dns::Message Base() { return dns::MakeQuery(7, N("www.example.com."), RRType::kA); }

ParsedQuery Parse(const dns::Message& message) {
  return ParseQuery(dns::ToOctets(dns::SerializeMessage(message)));
}

TEST(QueryTest, AcceptsAQuestion) {
  dns::Message message = Base();
  message.edns.emplace();
  message.edns->udp_payload_size = 4000;
  message.edns->dnssec_ok = true;
  message.edns->Add(dns::EdnsOptionCode::kNsid, "");
  message.edns->Add(static_cast<dns::EdnsOptionCode>(kHopOptionCode), "\x03");
  const ParsedQuery parsed = Parse(message);
  EXPECT_EQ(parsed.verdict, QueryVerdict::kAccept);
  EXPECT_EQ(parsed.query.question.name, N("www.example.com."));
  EXPECT_EQ(parsed.query.header.id, 7);
  EXPECT_TRUE(parsed.query.has_edns);
  EXPECT_TRUE(parsed.query.dnssec_ok);
  EXPECT_TRUE(parsed.query.wants_nsid);
  EXPECT_EQ(parsed.query.udp_payload_size, 4000);
  EXPECT_EQ(parsed.query.hops.count, 3);
}

TEST(QueryTest, SmallPayloadSizeMeans512) {
  dns::Message message = Base();
  message.edns.emplace();
  message.edns->udp_payload_size = 100;
  EXPECT_EQ(Parse(message).query.udp_payload_size, 512);
  EXPECT_EQ(Parse(Base()).query.udp_payload_size, 512);
}

TEST(QueryTest, DropsWhatMustNotBeAnswered) {
  dns::Message response = Base();
  response.header.qr = true;
  EXPECT_EQ(Parse(response).verdict, QueryVerdict::kDrop);
  EXPECT_EQ(ParseQuery({}).verdict, QueryVerdict::kDrop);
  const std::string wire = dns::SerializeMessage(Base());
  EXPECT_EQ(ParseQuery(dns::ToOctets(wire.substr(0, 11))).verdict, QueryVerdict::kDrop);
}

TEST(QueryTest, RejectsWithTheRightRcode) {
  dns::Message two = Base();
  two.questions.push_back(two.questions[0]);
  dns::Message none = Base();
  none.questions.clear();
  dns::Message hesiod = Base();
  hesiod.questions[0].rrclass = dns::RRClass::kHs;
  dns::Message badvers = Base();
  badvers.edns.emplace();
  badvers.edns->version = 1;
  dns::Message hops = Base();
  hops.edns.emplace();
  hops.edns->Add(static_cast<dns::EdnsOptionCode>(kHopOptionCode), "\x08");
  const struct {
    dns::Message message;
    Rcode rcode;
  } cases[] = {{two, Rcode::kFormErr},
               {none, Rcode::kFormErr},
               {hesiod, Rcode::kRefused},
               {badvers, Rcode::kBadVers},
               {hops, Rcode::kServFail}};
  for (const auto& c : cases) {
    const ParsedQuery parsed = Parse(c.message);
    EXPECT_EQ(parsed.verdict, QueryVerdict::kReject);
    EXPECT_EQ(parsed.rcode, c.rcode) << c.message.ToText();
  }
}

TEST(QueryTest, RejectsByTypeAndOpcode) {
  const struct {
    RRType type;
    Rcode rcode;
  } types[] = {{RRType::kAxfr, Rcode::kRefused},         {RRType::kIxfr, Rcode::kRefused},
               {RRType::kMaila, Rcode::kNotImp},         {RRType::kTkey, Rcode::kNotImp},
               {RRType::kOpt, Rcode::kFormErr},          {RRType::kTsig, Rcode::kFormErr},
               {static_cast<RRType>(0), Rcode::kFormErr}};
  for (const auto& c : types) {
    dns::Message message = Base();
    message.questions[0].type = c.type;
    const ParsedQuery parsed = Parse(message);
    EXPECT_EQ(parsed.verdict, QueryVerdict::kReject) << c.type;
    EXPECT_EQ(parsed.rcode, c.rcode) << c.type;
  }
  dns::Message any = Base();
  any.questions[0].type = RRType::kAny;
  EXPECT_EQ(Parse(any).verdict, QueryVerdict::kAccept);
  const struct {
    dns::Opcode opcode;
    Rcode rcode;
  } opcodes[] = {{dns::Opcode::kUpdate, Rcode::kRefused},
                 {dns::Opcode::kNotify, Rcode::kNotImp},
                 {dns::Opcode::kStatus, Rcode::kNotImp}};
  for (const auto& c : opcodes) {
    dns::Message message = Base();
    message.header.opcode = c.opcode;
    EXPECT_EQ(Parse(message).rcode, c.rcode);
  }
}

TEST(QueryTest, EveryCutOfAQueryIsFormErrOrDropped) {
  dns::Message message = Base();
  message.edns.emplace();
  const std::string wire = dns::SerializeMessage(message);
  for (size_t size = dns::kHeaderSize; size < wire.size(); ++size) {
    const ParsedQuery parsed = ParseQuery(dns::ToOctets(wire.substr(0, size)));
    EXPECT_EQ(parsed.verdict, QueryVerdict::kReject) << size;
    EXPECT_EQ(parsed.rcode, Rcode::kFormErr) << size;
    EXPECT_EQ(parsed.query.header.id, 7);
  }
  EXPECT_EQ(ParseQuery(dns::ToOctets(wire + "x")).rcode, Rcode::kFormErr);
}

}  // namespace
}  // namespace nave::resolver
