#include "resolver/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/dns/wire_reader.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AnswerTest : public ::testing::Test {
 protected:
  void Add(const std::vector<std::string>& records, AnswerSection* section) {
    for (dns::RRset& rrset : ParseRecords(records)) {
      section->push_back(
          {rrset.owner, rrset.type, rrset.ttl, answer_.Keep(std::move(rrset.rdatas))});
    }
  }
  dns::Message Write() {
    const size_t size = WriteAnswer(query_, answer_, format_, absl::MakeSpan(buffer_));
    EXPECT_LE(size, format_.size_max);
    dns::Message message;
    EXPECT_EQ(dns::ParseMessage(absl::MakeConstSpan(buffer_).subspan(0, size), &message),
              dns::WireError::kOk);
    return message;
  }
  void AddMany(int count) {
    std::vector<std::string> records;
    for (int i = 0; i < count; ++i) {
      records.push_back("www.example.com. 60 IN TXT \"" + std::string(90, 'x') + std::to_string(i) +
                        "\"");
    }
    Add(records, &answer_.answers);
  }

  Query query_ = MakeTestQuery("wWw.example.com.", dns::RRType::kA);
  Answer answer_;
  AnswerFormat format_;
  std::vector<uint8_t> buffer_ = std::vector<uint8_t>(dns::kMaxMessageSize);
};

TEST_F(AnswerTest, RepeatsWhatTheClientSent) {
  query_.header.id = 4711;
  query_.header.cd = true;
  answer_.authoritative = true;
  const dns::Message message = Write();
  EXPECT_TRUE(message.header.qr);
  EXPECT_EQ(message.header.id, 4711);
  EXPECT_TRUE(message.header.aa);
  EXPECT_TRUE(message.header.rd);
  EXPECT_TRUE(message.header.ra);
  EXPECT_TRUE(message.header.cd);
  EXPECT_FALSE(message.edns.has_value());
  ASSERT_EQ(message.questions.size(), 1u);
  EXPECT_TRUE(message.questions[0].name.EqualsWithCase(N("wWw.example.com.")));
}

// The owner is a pointer to the question, so it has the client's case.
TEST_F(AnswerTest, SectionsComeInOrder) {
  Add({"www.example.com. 60 IN A 192.0.2.1"}, &answer_.answers);
  Add({"example.com. 60 IN NS ns.example.com."}, &answer_.authorities);
  Add({"ns.example.com. 60 IN A 192.0.2.53"}, &answer_.additionals);
  const dns::Message message = Write();
  EXPECT_THAT(Texts(message.answers), ElementsAre("wWw.example.com. 60 IN A 192.0.2.1"));
  EXPECT_THAT(Texts(message.authorities), ElementsAre("example.com. 60 IN NS ns.example.com."));
  EXPECT_THAT(Texts(message.additionals), ElementsAre("ns.example.com. 60 IN A 192.0.2.53"));
}

TEST_F(AnswerTest, MultiValueRRsetsRotate) {
  Add({"www.example.com. 60 IN A 192.0.2.1", "www.example.com. 60 IN A 192.0.2.2",
       "www.example.com. 60 IN A 192.0.2.3"},
      &answer_.answers);
  std::vector<std::string> firsts;
  for (format_.rotation = 0; format_.rotation < 3; ++format_.rotation) {
    const dns::Message message = Write();
    EXPECT_EQ(message.answers.size(), 3u);
    firsts.push_back(message.answers[0].ToText());
  }
  EXPECT_THAT(firsts, ElementsAre("wWw.example.com. 60 IN A 192.0.2.1",
                                  "wWw.example.com. 60 IN A 192.0.2.2",
                                  "wWw.example.com. 60 IN A 192.0.2.3"));
}

TEST_F(AnswerTest, RRsetThatDoesNotFitIsLeftOutWholeWithTc) {
  query_.has_edns = true;
  AddMany(20);
  format_.size_max = 1232;
  dns::Message message = Write();
  EXPECT_TRUE(message.header.tc);
  EXPECT_THAT(message.answers, IsEmpty());
  EXPECT_TRUE(message.edns.has_value());
  format_.size_max = dns::kMaxMessageSize;
  message = Write();
  EXPECT_FALSE(message.header.tc);
  EXPECT_EQ(message.answers.size(), 20u);
}

TEST_F(AnswerTest, AdditionalDataIsDroppedWithoutTcButGlueIsNot) {
  AddMany(4);
  std::vector<std::string> glue;
  for (int i = 0; i < 20; ++i)
    glue.push_back("ns.example.com. 60 IN A 192.0.2." + std::to_string(i));
  Add(glue, &answer_.additionals);
  dns::Message message = Write();
  EXPECT_FALSE(message.header.tc);
  EXPECT_THAT(message.additionals, IsEmpty());
  answer_.glue_count = 1;
  EXPECT_TRUE(Write().header.tc);
}

TEST_F(AnswerTest, ExtendedErrorsAndRcodeNeedEdns) {
  answer_.Fail(dns::Rcode::kBadVers, dns::ExtendedErrorCode::kOther, "why");
  EXPECT_FALSE(Write().edns.has_value());
  query_.has_edns = true;
  query_.dnssec_ok = true;
  const dns::Message message = Write();
  ASSERT_TRUE(message.edns.has_value());
  EXPECT_EQ(message.FullRcode(), dns::Rcode::kBadVers);
  EXPECT_TRUE(message.edns->dnssec_ok);
  EXPECT_EQ(message.edns->udp_payload_size, 1232);
  ASSERT_TRUE(message.edns->FindExtendedError().has_value());
  EXPECT_EQ(message.edns->FindExtendedError()->text, "why");
}

TEST_F(AnswerTest, LongErrorTextIsCut) {
  query_.has_edns = true;
  answer_.AddError(dns::ExtendedErrorCode::kOther, std::string(5000, 'x'));
  EXPECT_EQ(Write().edns->FindExtendedError()->text.size(), 200u);
}

TEST_F(AnswerTest, NsidOnlyToThoseWhoAsk) {
  query_.has_edns = true;
  format_.node_id = "r1";
  EXPECT_FALSE(Write().edns->Has(dns::EdnsOptionCode::kNsid));
  query_.wants_nsid = true;
  const dns::Message message = Write();
  const dns::EdnsOption* nsid = message.edns->Find(dns::EdnsOptionCode::kNsid);
  ASSERT_NE(nsid, nullptr);
  EXPECT_EQ(nsid->data, "r1");
}

TEST_F(AnswerTest, AdOnlyToThoseWhoKnowIt) {
  answer_.authentic_data = true;
  EXPECT_FALSE(Write().header.ad);
  query_.header.ad = true;
  EXPECT_TRUE(Write().header.ad);
}

TEST_F(AnswerTest, KeepAllOutlivesTheSource) {
  auto rdatas = std::make_unique<dns::RdataList>();
  rdatas->push_back(absl::string_view("\xc0\x00\x02\x01", 4));
  answer_.answers.push_back({N("www.example.com."), dns::RRType::kA, 60, rdatas.get()});
  answer_.KeepAll();
  rdatas.reset();
  EXPECT_THAT(Texts(answer_.answers), ElementsAre("www.example.com. 60 IN A 192.0.2.1"));
}

// RFC 8914 section 3: what people read is shortened, and left out, before the message is too long.
TEST_F(AnswerTest, ExtendedErrorsNeverMakeTheOptTooLarge) {
  const std::string label(63, 'a');
  query_ = MakeTestQuery(label + "." + label + "." + label + "." + std::string(61, 'b') + ".",
                         dns::RRType::kA);
  query_.has_edns = true;
  query_.wants_nsid = true;
  query_.wants_keepalive = true;
  query_.cookie_state = CookieState::kGood;
  query_.cookie_size = query_.cookie.size();
  format_.node_id = "a-node-with-a-long-name";
  format_.keepalive_tenths = 100;
  for (int i = 0; i < 4; ++i) {
    answer_.AddError(dns::ExtendedErrorCode::kOther, std::string(300, 'e'));
  }
  const dns::Message message = Write();
  ASSERT_TRUE(message.edns.has_value());
  EXPECT_TRUE(message.edns->Has(dns::EdnsOptionCode::kNsid));
  EXPECT_TRUE(message.edns->Has(dns::EdnsOptionCode::kCookie));
  EXPECT_TRUE(message.edns->Has(dns::EdnsOptionCode::kTcpKeepalive));
  const auto error = message.edns->FindExtendedError();
  ASSERT_TRUE(error.has_value());
  EXPECT_LT(error->text.size(), 200u);
  EXPECT_GT(error->text.size(), 50u);
}

}  // namespace
}  // namespace nave::resolver
