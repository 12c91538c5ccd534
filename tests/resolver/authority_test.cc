// What a zone answers to a question with RD=0, as a message: one rule of an RFC each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "resolver/walk.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::Rcode;
using dns::RRType;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Zones = std::vector<std::shared_ptr<const Zone>>;

constexpr size_t kTcp = dns::kMaxMessageSize;
constexpr char kSoa[] =
    "example. 3600 IN SOA ns.example.com. root.example.com. 1 3600 600 604800 300";
constexpr char kNegativeSoa[] =
    "example. 300 IN SOA ns.example.com. root.example.com. 1 3600 600 604800 300";

dns::Message Ask(const Zones& zones, absl::string_view qname, RRType qtype,
                 size_t size_max = kTcp) {
  auto view = std::make_shared<const View>(1, "v", std::vector<net::Prefix>(), zones,
                                           std::vector<std::shared_ptr<const Rule>>(), nullptr);
  const Snapshot snapshot(1, {}, {view}, zones.size(), 0);
  Cache cache;
  Walk walk(MakeTestQuery(qname, qtype, false), nullptr);
  EXPECT_EQ(walk.Start(snapshot, *view, &cache, absl::UnixEpoch()), Walk::State::kDone);
  std::vector<uint8_t> buffer(dns::kMaxMessageSize);
  AnswerFormat format;
  format.size_max = size_max;
  const size_t size = WriteAnswer(walk.query(), walk.answer(), format, absl::MakeSpan(buffer));
  EXPECT_LE(size, size_max);
  dns::Message message;
  EXPECT_EQ(dns::ParseMessage(absl::MakeConstSpan(buffer).subspan(0, size), &message),
            dns::WireError::kOk);
  return message;
}

dns::Message Ask(const std::vector<std::string>& records, absl::string_view qname, RRType qtype,
                 size_t size_max = kTcp) {
  std::vector<std::string> all = records;
  all.push_back(kSoa);
  return Ask(Zones{MakeZone("example.", all)}, qname, qtype, size_max);
}

std::vector<std::string> InOrder(const std::vector<dns::ResourceRecord>& section) {
  std::vector<std::string> texts;
  for (const dns::ResourceRecord& record : section) texts.push_back(record.ToText());
  return texts;
}

// `count` records of one owner with addresses that differ.
std::vector<std::string> Addresses(absl::string_view owner, int count) {
  std::vector<std::string> records;
  for (int i = 0; i < count; ++i) {
    records.push_back(absl::StrCat(owner, " 60 IN A 10.0.", i / 256, ".", i % 256));
  }
  return records;
}

// A chain of CNAMEs n0 -> n1 -> ... that ends at an address.
std::vector<std::string> Chain(int count) {
  std::vector<std::string> records = {absl::StrCat("n", count, ".example. 60 IN A 192.0.2.1")};
  for (int i = 0; i < count; ++i) {
    records.push_back(absl::StrCat("n", i, ".example. 60 IN CNAME n", i + 1, ".example."));
  }
  return records;
}

// Section 4.3.2 step 3a.
TEST(Rfc1034Test, ChainComesInOrderAndTheRcodeIsOfItsEnd) {
  const std::vector<std::string> zone = {"b.example. 60 IN CNAME a.example.",
                                         "a.example. 60 IN CNAME c.example."};
  const dns::Message message = Ask(zone, "b.example.", RRType::kA);
  EXPECT_TRUE(message.header.aa);
  EXPECT_EQ(message.header.rcode, Rcode::kNxDomain);
  EXPECT_THAT(InOrder(message.answers), ElementsAre("b.example. 60 IN CNAME a.example.",
                                                    "a.example. 60 IN CNAME c.example."));
  EXPECT_THAT(InOrder(message.authorities), ElementsAre(kNegativeSoa));
}

TEST(Rfc1034Test, ChainToACutEndsWithItsReferralAndIsAuthoritative) {
  const std::vector<std::string> zone = {"a.example. 60 IN CNAME www.cut.example.",
                                         "cut.example. 60 IN NS ns.cut.example.",
                                         "ns.cut.example. 60 IN A 192.0.2.53"};
  const dns::Message message = Ask(zone, "a.example.", RRType::kA);
  EXPECT_TRUE(message.header.aa);
  EXPECT_THAT(message.answers, SizeIs(1));
  EXPECT_THAT(InOrder(message.authorities), ElementsAre("cut.example. 60 IN NS ns.cut.example."));
  EXPECT_THAT(InOrder(message.additionals), ElementsAre("ns.cut.example. 60 IN A 192.0.2.53"));
}

TEST(Rfc1034Test, ChainDoesNotLeaveTheZone) {
  const Zones zones = {MakeZone("one.", {"a.one. 60 IN CNAME a.two."}),
                       MakeZone("two.", {"a.two. 60 IN A 192.0.2.1"})};
  EXPECT_THAT(InOrder(Ask(zones, "a.one.", RRType::kA).answers),
              ElementsAre("a.one. 60 IN CNAME a.two."));
}

// Section 3.6.2: loops are the client's to see; what there is, once round.
TEST(Rfc1034Test, LoopIsAnsweredOnceRound) {
  const std::vector<std::string> zone = {"a.example. 60 IN CNAME b.example.",
                                         "b.example. 60 IN CNAME a.example."};
  const dns::Message message = Ask(zone, "a.example.", RRType::kA);
  EXPECT_EQ(message.header.rcode, Rcode::kNoError);
  EXPECT_THAT(message.answers, SizeIs(2));
}

TEST(Rfc1034Test, ChainBeyondTheBoundEndsWhereTheClientCanGoOn) {
  constexpr int kBound = kMaxCnamesInZone + kMaxFollows;
  dns::Message message = Ask(Chain(kBound), "n0.example.", RRType::kA);
  EXPECT_THAT(message.answers, SizeIs(kBound + 1));
  message = Ask(Chain(kBound + 10), "n0.example.", RRType::kA);
  EXPECT_EQ(message.header.rcode, Rcode::kNoError);
  EXPECT_TRUE(message.header.aa);
  EXPECT_THAT(message.answers, SizeIs(kBound + 1));
  EXPECT_EQ(message.answers.back().type, RRType::kCname);
}

// Section 5: a message has each record once.
TEST(Rfc2181Test, DnameThatAChainPassesTwiceIsThereOnce) {
  const std::vector<std::string> zone = {"d.example. 60 IN DNAME e.example.",
                                         "e.example. 60 IN CNAME x.d.example.",
                                         "x.e.example. 60 IN CNAME y.d.example."};
  const dns::Message message = Ask(zone, "x.d.example.", RRType::kA);
  EXPECT_THAT(InOrder(message.answers), ElementsAre("d.example. 60 IN DNAME e.example.",
                                                    "x.d.example. 60 IN CNAME x.e.example.",
                                                    "x.e.example. 60 IN CNAME y.d.example.",
                                                    "y.d.example. 60 IN CNAME y.e.example."));
  const std::vector<std::string> own = {"d.example. 60 IN DNAME example."};
  EXPECT_THAT(
      InOrder(Ask(own, "d.d.example.", RRType::kDname).answers),
      ElementsAre("d.example. 60 IN DNAME example.", "d.d.example. 60 IN CNAME d.example."));
}

// Section 9: RRsets are whole, and one that is left out sets TC.
TEST(Rfc2181Test, TruncatedAnswerHasWholeRRsetsOnly) {
  std::vector<std::string> zone = Addresses("www.example.", 100);
  zone.push_back("a.example. 60 IN CNAME www.example.");
  dns::Message message = Ask(zone, "a.example.", RRType::kA, 1232);
  EXPECT_TRUE(message.header.tc);
  EXPECT_THAT(InOrder(message.answers), ElementsAre("a.example. 60 IN CNAME www.example."));
  message = Ask(zone, "a.example.", RRType::kA);
  EXPECT_FALSE(message.header.tc);
  EXPECT_THAT(message.answers, SizeIs(101));
}

TEST(Rfc2181Test, SoaThatDoesNotFitSetsTc) {
  const dns::Message whole = Ask(Chain(12), "n0.example.", RRType::kTxt);
  ASSERT_THAT(whole.authorities, SizeIs(1));
  ASSERT_FALSE(whole.header.tc);
  int cut_count = 0;
  for (size_t size_max = 200; size_max <= 400; ++size_max) {
    const dns::Message message = Ask(Chain(12), "n0.example.", RRType::kTxt, size_max);
    EXPECT_EQ(message.header.tc, message.authorities.empty());
    const bool only_soa_is_missing = message.header.tc && message.answers.size() == 12;
    cut_count += only_soa_is_missing;
  }
  EXPECT_GT(cut_count, 0);
}

TEST(LargeRRsetTest, FullMessageByTcpAndTcForWhatNoMessageHolds) {
  dns::Message message = Ask(Addresses("www.example.", 4000), "www.example.", RRType::kA);
  EXPECT_FALSE(message.header.tc);
  EXPECT_THAT(message.answers, SizeIs(4000));
  // 4,096 addresses are 65,536 octets: more than a message (RFC 1035 section 4.2.2).
  message = Ask(Addresses("www.example.", dns::kMaxRdatasPerRRset), "www.example.", RRType::kA);
  EXPECT_TRUE(message.header.tc);
  EXPECT_THAT(message.answers, IsEmpty());
}

// Section 3 and 5: SOA, its TTL the lesser of its own and MINIMUM.
TEST(Rfc2308Test, NegativeAnswersHaveTheSoaWithTheLesserTtl) {
  const std::vector<std::string> zone = {"www.example. 60 IN A 192.0.2.1"};
  const dns::Message nodata = Ask(zone, "www.example.", RRType::kTxt);
  EXPECT_EQ(nodata.header.rcode, Rcode::kNoError);
  EXPECT_THAT(InOrder(nodata.authorities), ElementsAre(kNegativeSoa));
  const dns::Message nxdomain = Ask(zone, "no.example.", RRType::kSoa);
  EXPECT_EQ(nxdomain.header.rcode, Rcode::kNxDomain);
  EXPECT_THAT(InOrder(nxdomain.authorities), ElementsAre(kNegativeSoa));
  EXPECT_THAT(InOrder(Ask(zone, "example.", RRType::kSoa).answers), ElementsAre(kSoa));
}

// The zone of section 2.2.1 and its table of questions.
TEST(Rfc4592Test, TheExampleOfSection221) {
  const std::vector<std::string> zone = {
      "example. 3600 IN NS ns.example.com.",
      "example. 3600 IN NS ns.example.net.",
      "*.example. 3600 IN TXT \"this is a wildcard\"",
      "*.example. 3600 IN MX 10 host1.example.",
      "sub.*.example. 3600 IN TXT \"this is not a wildcard\"",
      "host1.example. 3600 IN A 192.0.2.1",
      "_ssh._tcp.host1.example. 3600 IN SRV 0 0 22 host1.example.",
      "_ssh._tcp.host2.example. 3600 IN SRV 0 0 22 host2.example.",
      "subdel.example. 3600 IN NS ns.example.com.",
      "subdel.example. 3600 IN NS ns.example.net."};
  const struct {
    const char* qname;
    RRType qtype;
    Rcode rcode;
    std::vector<std::string> answers;
  } cases[] = {
      {"host3.example.",
       RRType::kMx,
       Rcode::kNoError,
       {"host3.example. 3600 IN MX 10 host1.example."}},
      {"host3.example.", RRType::kA, Rcode::kNoError, {}},
      {"foo.bar.example.",
       RRType::kTxt,
       Rcode::kNoError,
       {"foo.bar.example. 3600 IN TXT \"this is a wildcard\""}},
      {"host1.example.", RRType::kMx, Rcode::kNoError, {}},
      {"sub.*.example.", RRType::kMx, Rcode::kNoError, {}},
      {"_telnet._tcp.host1.example.", RRType::kSrv, Rcode::kNxDomain, {}},
      {"host.subdel.example.", RRType::kA, Rcode::kNoError, {}},
      {"ghost.*.example.", RRType::kMx, Rcode::kNxDomain, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(absl::StrCat(c.qname, " ", dns::RRTypeToText(c.qtype)));
    const dns::Message message = Ask(zone, c.qname, c.qtype);
    EXPECT_EQ(message.header.rcode, c.rcode);
    EXPECT_EQ(InOrder(message.answers), c.answers);
    EXPECT_EQ(message.header.aa, absl::string_view(c.qname) != "host.subdel.example.");
  }
}

// Section 4.3: a CNAME at a wildcard is followed.
TEST(Rfc4592Test, CnameAtAWildcardIsFollowed) {
  const std::vector<std::string> zone = {"*.w.example. 60 IN CNAME www.example.",
                                         "www.example. 60 IN A 192.0.2.1"};
  EXPECT_THAT(
      InOrder(Ask(zone, "x.w.example.", RRType::kA).answers),
      ElementsAre("x.w.example. 60 IN CNAME www.example.", "www.example. 60 IN A 192.0.2.1"));
}

// Section 2.2: exactly one octet over the limit is too long; at the limit it is not.
TEST(Rfc6672Test, NameThatGetsTooLongIsYxdomain) {
  const std::string label(63, 'x');
  // 3 * 64 + 1 octets and "example": 9 more; the rest of 255 is left for what is before.
  const std::vector<std::string> zone = {
      absl::StrCat("d.example. 60 IN DNAME ", absl::StrJoin({label, label, label}, "."), ".")};
  const dns::Message fits =
      Ask(zone, absl::StrCat(std::string(61, 'y'), ".d.example."), RRType::kA);
  EXPECT_EQ(fits.header.rcode, Rcode::kNoError);
  EXPECT_THAT(fits.answers, SizeIs(2));
  const dns::Message over =
      Ask(zone, absl::StrCat(std::string(62, 'y'), ".d.example."), RRType::kA);
  EXPECT_EQ(over.header.rcode, Rcode::kYxDomain);
  EXPECT_TRUE(over.header.aa);
  ASSERT_THAT(over.answers, SizeIs(1));
  EXPECT_EQ(over.answers[0].type, RRType::kDname);
}

// Section 2.3 and 2.4: what is at the owner stays; section 3.1: the CNAME has the DNAME's TTL.
TEST(Rfc6672Test, DnameActsBelowItsOwnerWithACname) {
  const std::vector<std::string> zone = {"d.example. 77 IN DNAME e.example.",
                                         "d.example. 60 IN A 192.0.2.1",
                                         "x.e.example. 60 IN A 192.0.2.2"};
  EXPECT_THAT(InOrder(Ask(zone, "d.example.", RRType::kA).answers),
              ElementsAre("d.example. 60 IN A 192.0.2.1"));
  EXPECT_THAT(
      InOrder(Ask(zone, "x.d.example.", RRType::kA).answers),
      ElementsAre("d.example. 77 IN DNAME e.example.", "x.d.example. 77 IN CNAME x.e.example.",
                  "x.e.example. 60 IN A 192.0.2.2"));
  EXPECT_THAT(
      InOrder(Ask(zone, "x.d.example.", RRType::kCname).answers),
      ElementsAre("d.example. 77 IN DNAME e.example.", "x.d.example. 77 IN CNAME x.e.example."));
}

// Section 3.3: a wildcard's match is no ancestor of the qname, so nothing is substituted there;
// below the asterisk itself it is.
TEST(Rfc6672Test, DnameAtAWildcardActsBelowTheAsteriskAlone) {
  const std::vector<std::string> zone = {"*.w.example. 60 IN DNAME t.example.",
                                         "x.t.example. 60 IN A 192.0.2.1"};
  EXPECT_THAT(Ask(zone, "x.w.example.", RRType::kA).answers, IsEmpty());
  EXPECT_THAT(Ask(zone, "y.x.w.example.", RRType::kA).answers, IsEmpty());
  EXPECT_THAT(InOrder(Ask(zone, "x.w.example.", RRType::kDname).answers),
              ElementsAre("x.w.example. 60 IN DNAME t.example."));
  EXPECT_THAT(
      InOrder(Ask(zone, "x.*.w.example.", RRType::kA).answers),
      ElementsAre("*.w.example. 60 IN DNAME t.example.", "x.*.w.example. 60 IN CNAME x.t.example.",
                  "x.t.example. 60 IN A 192.0.2.1"));
}

TEST(Rfc6672Test, DnameAtTheApex) {
  const std::vector<std::string> zone = {"example. 60 IN DNAME other."};
  EXPECT_THAT(InOrder(Ask(zone, "www.example.", RRType::kA).answers),
              ElementsAre("example. 60 IN DNAME other.", "www.example. 60 IN CNAME www.other."));
  EXPECT_THAT(InOrder(Ask(zone, "example.", RRType::kSoa).answers), ElementsAre(kSoa));
}

// Section 2: an empty non-terminal is there, and what is below a name that is not there is not.
TEST(Rfc8020Test, EmptyNonTerminalIsNodata) {
  const std::vector<std::string> zone = {"a.b.example. 60 IN A 192.0.2.1"};
  EXPECT_EQ(Ask(zone, "b.example.", RRType::kA).header.rcode, Rcode::kNoError);
  EXPECT_EQ(Ask(zone, "c.example.", RRType::kA).header.rcode, Rcode::kNxDomain);
  EXPECT_EQ(Ask(zone, "a.c.example.", RRType::kA).header.rcode, Rcode::kNxDomain);
}

// Section 4.1.
TEST(Rfc8482Test, AnyIsAnsweredWithOneRRset) {
  const std::vector<std::string> zone = {
      "a.example. 60 IN TXT \"t\"", "a.example. 60 IN A 192.0.2.1", "a.example. 60 IN A 192.0.2.2",
      "c.b.example. 60 IN A 192.0.2.1"};
  const dns::Message message = Ask(zone, "a.example.", RRType::kAny);
  ASSERT_THAT(message.answers, Not(IsEmpty()));
  for (const dns::ResourceRecord& record : message.answers) {
    EXPECT_EQ(record.type, message.answers[0].type);
  }
  EXPECT_THAT(Ask(zone, "b.example.", RRType::kAny).answers, IsEmpty());
  EXPECT_EQ(Ask(zone, "no.example.", RRType::kAny).header.rcode, Rcode::kNxDomain);
}

// Section 3.1.4.1: DS is the parent's, whoever asks; a chain with RD=0 stays in the zone.
TEST(Rfc4035Test, DsIsOfTheParentSide) {
  const std::string ds = absl::StrCat("1 13 2 ", std::string(64, 'A'));
  const Zones zones = {
      MakeZone("one.", {"cut.one. 60 IN NS ns.cut.one.", absl::StrCat("cut.one. 60 IN DS ", ds),
                        "a.one. 60 IN CNAME cut.one.", "cut2.one. 60 IN NS ns.cut.one."}),
      MakeZone("cut.one.", {"cut.one. 60 IN SOA ns.cut.one. root.cut.one. 1 2 3 4 5",
                            "b.cut.one. 60 IN CNAME cut.one."})};
  EXPECT_THAT(InOrder(Ask(zones, "cut.one.", RRType::kDs).answers),
              ElementsAre(absl::StrCat("cut.one. 60 IN DS ", ds)));
  EXPECT_THAT(InOrder(Ask(zones, "a.one.", RRType::kDs).answers),
              ElementsAre("a.one. 60 IN CNAME cut.one.", absl::StrCat("cut.one. 60 IN DS ", ds)));
  const dns::Message own = Ask(zones, "b.cut.one.", RRType::kDs);
  EXPECT_THAT(own.answers, SizeIs(1));
  EXPECT_THAT(InOrder(own.authorities),
              ElementsAre("cut.one. 5 IN SOA ns.cut.one. root.cut.one. 1 2 3 4 5"));
  const dns::Message none = Ask(zones, "cut2.one.", RRType::kDs);
  EXPECT_TRUE(none.header.aa);
  EXPECT_THAT(none.answers, IsEmpty());
  EXPECT_EQ(none.authorities.at(0).type, RRType::kSoa);
}

// Section 3.1: TC unless all glue from below the cut is there.
TEST(Rfc9471Test, InDomainGlueThatDoesNotFitSetsTc) {
  std::vector<std::string> zone = Addresses("ns.cut.example.", 40);
  zone.push_back("cut.example. 60 IN NS ns.cut.example.");
  dns::Message message = Ask(zone, "www.cut.example.", RRType::kA, 512);
  EXPECT_TRUE(message.header.tc);
  EXPECT_THAT(message.authorities, SizeIs(1));
  EXPECT_THAT(message.additionals, IsEmpty());
  message = Ask(zone, "www.cut.example.", RRType::kA);
  EXPECT_FALSE(message.header.tc);
  EXPECT_THAT(message.additionals, SizeIs(40));
}

TEST(Rfc9471Test, AllInDomainGlueIsThereHoweverManyNameServers) {
  std::vector<std::string> zone;
  for (int i = 0; i < 200; ++i) {
    const std::string server = absl::StrCat("ns", i, ".cut.example.");
    zone.push_back(absl::StrCat("cut.example. 60 IN NS ", server));
    zone.push_back(absl::StrCat(server, " 60 IN A 192.0.2.", i));
    zone.push_back(absl::StrCat(server, " 60 IN AAAA 2001:db8::", i));
  }
  const dns::Message message = Ask(zone, "www.cut.example.", RRType::kA);
  EXPECT_FALSE(message.header.tc);
  EXPECT_THAT(message.authorities, SizeIs(200));
  EXPECT_THAT(message.additionals, SizeIs(400));
}

// Section 3.2: sibling glue comes behind, does not set TC, and leaves its room to what fits.
TEST(Rfc9471Test, SiblingGlueThatDoesNotFitDoesNotSetTc) {
  std::vector<std::string> zone = Addresses("a.sibling.example.", 40);
  zone.push_back("cut.example. 60 IN NS a.sibling.example.");
  zone.push_back("cut.example. 60 IN NS b.sibling.example.");
  zone.push_back("cut.example. 60 IN NS ns.cut.example.");
  zone.push_back("sibling.example. 60 IN NS b.sibling.example.");
  zone.push_back("b.sibling.example. 60 IN A 192.0.2.2");
  zone.push_back("ns.cut.example. 60 IN A 192.0.2.3");
  dns::Message message = Ask(zone, "www.cut.example.", RRType::kA, 512);
  EXPECT_FALSE(message.header.tc);
  EXPECT_THAT(InOrder(message.additionals), ElementsAre("ns.cut.example. 60 IN A 192.0.2.3",
                                                        "b.sibling.example. 60 IN A 192.0.2.2"));
  message = Ask(zone, "www.cut.example.", RRType::kA);
  EXPECT_THAT(message.additionals, SizeIs(42));
  EXPECT_THAT(InOrder(message.additionals), Contains("a.sibling.example. 60 IN A 10.0.0.0"));
}

}  // namespace
}  // namespace nave::resolver
