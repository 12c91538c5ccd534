#include "resolver/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kSoa[] = "example.com. 300 IN SOA ns.example.com. root.example.com. 1 2 3 4 120";

dns::Message Message(Rcode rcode, const std::vector<std::string>& answers,
                     const std::vector<std::string>& authorities = {}) {
  dns::Message message =
      dns::MakeReply(dns::MakeQuery(1, N("www.example.com."), RRType::kA), rcode);
  const auto add = [](const std::vector<std::string>& texts,
                      std::vector<dns::ResourceRecord>* section) {
    for (const dns::RRset& rrset : ParseRecords(texts)) {
      for (dns::ResourceRecord& record : rrset.ToRecords()) section->push_back(record);
    }
  };
  add(answers, &message.answers);
  add(authorities, &message.authorities);
  return message;
}

Reply Make(const dns::Message& message, RRType type = RRType::kA) {
  return *MakeTestReply({N("www.example.com."), type, dns::RRClass::kIn}, message);
}

std::vector<std::string> Lines(absl::Span<const dns::RRset> rrsets) {
  std::vector<std::string> lines;
  for (const dns::RRset& rrset : rrsets) {
    for (const dns::ResourceRecord& record : rrset.ToRecords()) lines.push_back(record.ToText());
  }
  return lines;
}

TEST(ReplyTest, TakesTheChainInOrderAndNothingElse) {
  const Reply reply = Make(Message(
      Rcode::kNoError,
      {"a.example.com. 20 IN A 192.0.2.1", "www.example.com. 60 IN CNAME a.example.com.",
       "victim.example.net. 9999 IN A 203.0.113.1", "b.example.com. 5 IN CNAME a.example.com."}));
  EXPECT_THAT(Lines(reply.answers), ElementsAre("www.example.com. 60 IN CNAME a.example.com.",
                                                "a.example.com. 20 IN A 192.0.2.1"));
  EXPECT_EQ(reply.ttl_seconds, 20u);
}

TEST(ReplyTest, KnowsItsMemory) {
  const Reply small = Make(Message(Rcode::kNoError, {"www.example.com. 60 IN A 192.0.2.1"}));
  EXPECT_EQ(small.ByteSize(), sizeof(Reply));
  const Reply large =
      Make(Message(Rcode::kNoError, {"www.example.com. 60 IN TXT " + std::string(200, 'x')}),
           RRType::kTxt);
  EXPECT_GE(large.ByteSize(), sizeof(Reply) + 200);
  const Reply chain = Make(Message(Rcode::kNoError, {"www.example.com. 60 IN CNAME a.example.com.",
                                                     "a.example.com. 60 IN A 192.0.2.1"}));
  EXPECT_GE(chain.ByteSize(), sizeof(Reply) + 2 * sizeof(dns::RRset));
  const Reply denial = Make(Message(Rcode::kNxDomain, {}, {kSoa}));
  EXPECT_GE(denial.ByteSize(), sizeof(Reply) + sizeof(Reply::Extra) + sizeof(dns::RRset));
}

TEST(ReplyTest, TakesTheDnameThatMadeACname) {
  const Reply reply =
      Make(Message(Rcode::kNoError, {"example.com. 60 IN DNAME example.net.",
                                     "www.example.com. 60 IN CNAME www.example.net.",
                                     "www.example.net. 60 IN A 192.0.2.1"}));
  EXPECT_EQ(reply.answers.size(), 3u);
  EXPECT_EQ(reply.answers[0].type, RRType::kDname);
}

TEST(ReplyTest, CnameLoopInOneReplyEnds) {
  const Reply reply =
      Make(Message(Rcode::kNoError, {"www.example.com. 60 IN CNAME a.example.com.",
                                     "a.example.com. 60 IN CNAME www.example.com."}));
  EXPECT_LE(reply.answers.size(), static_cast<size_t>(kMaxChainInReply));
}

TEST(ReplyTest, AnyTakesAllTypesOfTheName) {
  const Reply reply = Make(Message(Rcode::kNoError, {"www.example.com. 60 IN A 192.0.2.1",
                                                     "www.example.com. 60 IN TXT \"t\"",
                                                     "x.example.com. 60 IN A 192.0.2.1"}),
                           RRType::kAny);
  EXPECT_EQ(reply.answers.size(), 2u);
}

TEST(ReplyTest, TtlTable) {
  const struct {
    const char* what;
    dns::Message message;
    uint32_t ttl;
  } cases[] = {
      {"capped", Message(Rcode::kNoError, {"www.example.com. 9999999 IN A 192.0.2.1"}),
       kMaxTtlSeconds},
      {"NODATA by SOA", Message(Rcode::kNoError, {}, {kSoa}), 120},
      {"NXDOMAIN by SOA", Message(Rcode::kNxDomain, {}, {kSoa}), 120},
      {"negative without SOA is not kept", Message(Rcode::kNxDomain, {}), 0},
      {"negative is capped",
       Message(Rcode::kNxDomain, {}, {"example.com. 99999 IN SOA a. b. 1 2 3 4 99999"}),
       kMaxNegativeTtlSeconds},
      {"chain to NXDOMAIN",
       Message(Rcode::kNxDomain, {"www.example.com. 60 IN CNAME a.example.com."}, {kSoa}), 60},
      {"failure", Message(Rcode::kServFail, {}), kFailureTtlSeconds},
      {"zero", Message(Rcode::kNoError, {"www.example.com. 0 IN A 192.0.2.1"}), 0},
  };
  for (const auto& c : cases) EXPECT_EQ(Make(c.message).ttl_seconds, c.ttl) << c.what;
}

TEST(ReplyTest, AuthorityKeepsWhatProvesANegative) {
  const Reply reply =
      Make(Message(Rcode::kNoError, {}, {kSoa, "example.com. 60 IN NS ns.example.com."}));
  EXPECT_EQ(reply.extra->authorities.size(), 1u);
  ASSERT_NE(reply.FindSoa(), nullptr);
  EXPECT_FALSE(reply.is_referral);
}

// RFC 2181 section 5: an RRset is of one class; and a record of another class need not have rdata.
TEST(ReplyTest, RecordsOfAnotherClassAreLeftOut) {
  dns::Message message =
      Message(Rcode::kNoError, {"www.example.com. 60 IN CNAME a.example.com."}, {kSoa});
  message.answers.push_back({N("a.example.com."), RRType::kA, dns::RRClass::kAny, 60, ""});
  message.authorities.push_back({N("."), RRType::kSoa, dns::RRClass::kNone, 60, ""});
  const Reply reply = Make(message);
  EXPECT_THAT(Lines(reply.answers), ElementsAre("www.example.com. 60 IN CNAME a.example.com."));
  EXPECT_THAT(Lines(reply.extra->authorities), ElementsAre(kSoa));
  message.answers.clear();
  message.answers.push_back({N("www.example.com."), RRType::kA, dns::RRClass::kCh, 60, "\1\2\3\4"});
  EXPECT_THAT(Make(message).answers, IsEmpty());
}

TEST(ReplyTest, NsWithoutAnswerIsAReferral) {
  const Reply reply = Make(Message(Rcode::kNoError, {}, {"example.com. 60 IN NS ns.example.com."}));
  EXPECT_TRUE(reply.is_referral);
  EXPECT_THAT(reply.extra->authorities, IsEmpty());
}

TEST(ReplyTest, PassesTheExtendedErrorOn) {
  dns::Message message = Message(Rcode::kServFail, {});
  message.edns.emplace();
  message.edns->AddExtendedError(dns::ExtendedErrorCode::kDnssecBogus, "bad signature");
  const Reply reply = Make(message);
  ASSERT_EQ(reply.extra->errors.size(), 1u);
  EXPECT_EQ(reply.extra->errors[0].text, "bad signature");
}

}  // namespace
}  // namespace nave::resolver
