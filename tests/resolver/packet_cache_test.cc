#include "resolver/packet_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "lib/dns/message.h"
#include "lib/dns/rdata.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::RRType;
using ::testing::ElementsAre;

const absl::Time kStart = absl::UnixEpoch() + absl::Hours(1);
constexpr uint64_t kView = 7;

dns::Message QueryFor(const char* qname, RRType type = RRType::kA) {
  dns::Message query = dns::MakeQuery(9, N(qname), type);
  query.edns.emplace();
  return query;
}

dns::Message AnswerTo(const dns::Message& query, const std::vector<std::string>& records) {
  dns::Message answer = query;
  answer.header.qr = true;
  answer.header.ra = true;
  for (const dns::RRset& rrset : ParseRecords(records)) {
    for (dns::ResourceRecord& record : rrset.ToRecords()) answer.answers.push_back(record);
  }
  return answer;
}

PacketKey KeyOf(const dns::Message& query) {
  PacketKey key;
  EXPECT_TRUE(ReadPacketKey(dns::ToOctets(dns::SerializeMessage(query)), &key));
  return key;
}

bool IsPlain(const dns::Message& query) {
  PacketKey key;
  return ReadPacketKey(dns::ToOctets(dns::SerializeMessage(query)), &key);
}

class PacketCacheTest : public ::testing::Test {
 protected:
  void Insert(const dns::Message& query, const std::vector<std::string>& records,
              const PacketCache::Origin& origin = {}, uint64_t view = kView) {
    const std::string wire = dns::SerializeMessage(AnswerTo(query, records));
    cache_.Insert(KeyOf(query), view, kStart, origin, dns::ToOctets(wire));
  }
  // The answer; false if there is none.
  bool Find(const dns::Message& query, absl::Time now = kStart, uint64_t view = kView,
            uint32_t rotation = 0) {
    const std::string wire = dns::SerializeMessage(query);
    std::vector<uint8_t> buffer(PacketCache::kMaxPacketSize);
    const size_t size = cache_.Find(KeyOf(query), view, now, rotation, size_max_,
                                    dns::ToOctets(wire), absl::MakeSpan(buffer));
    if (size == 0) return false;
    answer_ = dns::Message();
    EXPECT_EQ(dns::ParseMessage(absl::MakeConstSpan(buffer).subspan(0, size), &answer_),
              dns::WireError::kOk);
    return true;
  }
  std::vector<std::string> Rdatas() const {
    std::vector<std::string> texts;
    for (const dns::ResourceRecord& record : answer_.answers) {
      texts.push_back(dns::RdataToText(record.type, record.rdata));
    }
    return texts;
  }

  CacheUse use_;
  PacketCache cache_{&use_, 1 << 16};
  dns::Message answer_;
  size_t size_max_ = dns::kDefaultUdpPayloadSize;
};

TEST(PacketKeyTest, PlainIsOneQuestionAndAtMostAnEmptyOpt) {
  EXPECT_TRUE(IsPlain(QueryFor("www.example.com.")));
  EXPECT_TRUE(IsPlain(QueryFor(".")));
  dns::Message query = dns::MakeQuery(9, N("www.example.com."), RRType::kHttps);
  EXPECT_TRUE(IsPlain(query));
  query.header.opcode = dns::Opcode::kNotify;
  EXPECT_FALSE(IsPlain(query));
  query = QueryFor("www.example.com.");
  query.header.qr = true;
  EXPECT_FALSE(IsPlain(query));
  query = QueryFor("www.example.com.");
  query.header.z = true;
  EXPECT_FALSE(IsPlain(query));
  query = QueryFor("www.example.com.");
  query.questions.push_back(query.questions[0]);
  EXPECT_FALSE(IsPlain(query));
  query = QueryFor("www.example.com.");
  query.questions[0].rrclass = dns::RRClass::kCh;
  EXPECT_FALSE(IsPlain(query));
  query = QueryFor("www.example.com.");
  query.edns->version = 1;
  EXPECT_FALSE(IsPlain(query));
  query = QueryFor("www.example.com.");
  query.edns->Add(dns::EdnsOptionCode::kNsid, "");
  EXPECT_FALSE(IsPlain(query));
  query = AnswerTo(QueryFor("www.example.com."), {"www.example.com. 60 IN A 192.0.2.1"});
  query.header.qr = false;
  EXPECT_FALSE(IsPlain(query));
}

TEST(PacketKeyTest, WhatIsCutOrGoesOnIsNotPlain) {
  const std::string wire = dns::SerializeMessage(QueryFor("www.example.com."));
  PacketKey key;
  for (size_t size = 0; size < wire.size(); ++size) {
    EXPECT_FALSE(ReadPacketKey(dns::ToOctets(wire.substr(0, size)), &key)) << size;
  }
  EXPECT_FALSE(ReadPacketKey(dns::ToOctets(wire + "x"), &key));
  // A pointer where the name should be, and a label type that there is not.
  for (const char label : {'\xc0', '\x40'}) {
    std::string other = wire;
    other[dns::kHeaderSize] = label;
    EXPECT_FALSE(ReadPacketKey(dns::ToOctets(other), &key));
  }
}

TEST(PacketKeyTest, ANameOfMoreThan255OctetsIsNotPlain) {
  std::string wire = dns::SerializeMessage(QueryFor("."));
  std::string name;
  for (int i = 0; i < 128; ++i) name += "\1a";
  wire.insert(dns::kHeaderSize, name);
  PacketKey key;
  EXPECT_FALSE(ReadPacketKey(dns::ToOctets(wire), &key));
  // Two octets less are 255 in all.
  wire.erase(dns::kHeaderSize, 2);
  EXPECT_TRUE(ReadPacketKey(dns::ToOctets(wire), &key));
}

TEST(PacketKeyTest, TheHashIsOfTheQuestionWhateverItsCase) {
  const PacketKey key = KeyOf(QueryFor("wWw.example.com."));
  EXPECT_EQ(key.hash, HashOfQuestion({N("www.EXAMPLE.com."), RRType::kA, dns::RRClass::kIn}));
  EXPECT_NE(key.hash, HashOfQuestion({N("www.example.com."), RRType::kTxt, dns::RRClass::kIn}));
}

TEST_F(PacketCacheTest, AnswersWithTheClientsIdAndCase) {
  Insert(QueryFor("www.example.com."), {"www.example.com. 60 IN A 192.0.2.1"});
  dns::Message query = QueryFor("wWw.EXAMPLE.com.");
  query.header.id = 4711;
  ASSERT_TRUE(Find(query));
  EXPECT_EQ(answer_.header.id, 4711);
  EXPECT_EQ(answer_.questions[0].name.ToText(), "wWw.EXAMPLE.com.");
  EXPECT_THAT(Rdatas(), ElementsAre("192.0.2.1"));
}

TEST_F(PacketCacheTest, EveryPartOfTheKeyCounts) {
  const dns::Message query = QueryFor("www.example.com.");
  Insert(query, {"www.example.com. 60 IN A 192.0.2.1"});
  EXPECT_TRUE(Find(query));
  EXPECT_FALSE(Find(query, kStart, kView + 1));
  EXPECT_FALSE(Find(QueryFor("www.example.org.")));
  EXPECT_FALSE(Find(QueryFor("www.example.com.", RRType::kAaaa)));
  dns::Message other = query;
  other.header.rd = !other.header.rd;
  EXPECT_FALSE(Find(other));
  other = query;
  other.header.ad = true;
  EXPECT_FALSE(Find(other));
  other = query;
  other.header.cd = true;
  EXPECT_FALSE(Find(other));
  other = query;
  other.edns->dnssec_ok = true;
  EXPECT_FALSE(Find(other));
  other = query;
  other.edns.reset();
  EXPECT_FALSE(Find(other));
}

TEST_F(PacketCacheTest, WhatTheClientCannotTakeIsNotGiven) {
  const dns::Message query = QueryFor("www.example.com.");
  Insert(query, {"www.example.com. 60 IN A 192.0.2.1"});
  size_max_ = 40;
  EXPECT_FALSE(Find(query));
}

TEST_F(PacketCacheTest, AddressesTakeTurns) {
  const dns::Message query = QueryFor("www.example.com.");
  Insert(query, {"www.example.com. 60 IN A 192.0.2.1", "www.example.com. 60 IN A 192.0.2.2",
                 "www.example.com. 60 IN A 192.0.2.3"});
  ASSERT_TRUE(Find(query, kStart, kView, 0));
  EXPECT_THAT(Rdatas(), ElementsAre("192.0.2.1", "192.0.2.2", "192.0.2.3"));
  ASSERT_TRUE(Find(query, kStart, kView, 5));
  EXPECT_THAT(Rdatas(), ElementsAre("192.0.2.3", "192.0.2.1", "192.0.2.2"));
}

TEST_F(PacketCacheTest, NamesThatWouldTakeTurnsAreNotKept) {
  const dns::Message query = QueryFor("example.com.", RRType::kMx);
  Insert(query,
         {"example.com. 60 IN MX 1 a.example.com.", "example.com. 60 IN MX 1 b.example.com."});
  EXPECT_FALSE(Find(query));
}

TEST_F(PacketCacheTest, RepliesAgeAndEnd) {
  const dns::Message query = QueryFor("www.example.com.");
  PacketCache::Origin origin;
  origin.is_ours = false;
  origin.received = kStart - absl::Milliseconds(2500);
  origin.fresh_until = kStart + absl::Seconds(50);
  Insert(query, {"www.example.com. 58 IN A 192.0.2.1"}, origin);
  ASSERT_TRUE(Find(query));
  EXPECT_EQ(answer_.answers[0].ttl, 58u);
  ASSERT_TRUE(Find(query, kStart + absl::Milliseconds(499)));
  EXPECT_EQ(answer_.answers[0].ttl, 58u);
  ASSERT_TRUE(Find(query, kStart + absl::Milliseconds(500)));
  EXPECT_EQ(answer_.answers[0].ttl, 57u);
  // Not the OPT, whose flags are where a TTL would be.
  ASSERT_TRUE(answer_.edns.has_value());
  EXPECT_FALSE(answer_.edns->dnssec_ok);
  EXPECT_FALSE(Find(query, kStart + absl::Seconds(50)));
  EXPECT_EQ(cache_.packet_count(), 0u);
  EXPECT_EQ(cache_.byte_size(), 0u);
}

TEST_F(PacketCacheTest, ForgetsRepliesAndNotZones) {
  PacketCache::Origin origin;
  origin.is_ours = false;
  origin.received = kStart;
  origin.fresh_until = kStart + absl::Seconds(50);
  Insert(QueryFor("a.example.com."), {"a.example.com. 60 IN A 192.0.2.1"}, origin);
  Insert(QueryFor("b.example.com."), {"b.example.com. 60 IN A 192.0.2.1"});
  cache_.ForgetReplies();
  EXPECT_FALSE(Find(QueryFor("a.example.com.")));
  EXPECT_TRUE(Find(QueryFor("b.example.com."), kStart + absl::Hours(24)));
}

TEST_F(PacketCacheTest, WhatIsTruncatedIsNotKept) {
  const dns::Message query = QueryFor("www.example.com.");
  dns::Message answer = AnswerTo(query, {"www.example.com. 60 IN A 192.0.2.1"});
  answer.header.tc = true;
  const std::string wire = dns::SerializeMessage(answer);
  cache_.Insert(KeyOf(query), kView, kStart, {}, dns::ToOctets(wire));
  EXPECT_EQ(cache_.packet_count(), 0u);
}

TEST_F(PacketCacheTest, StaysWithinItsBoundAndKeepsWhatIsUsed) {
  const dns::Message popular = QueryFor("popular.example.com.");
  Insert(popular, {"popular.example.com. 60 IN A 192.0.2.1"});
  for (int i = 0; i < 5000; ++i) {
    const std::string name = absl::StrCat("n", i, ".example.com.");
    Insert(QueryFor(name.c_str()), {absl::StrCat(name, " 60 IN A 192.0.2.1")});
    ASSERT_LE(cache_.byte_size(), size_t{1} << 16);
    ASSERT_TRUE(Find(popular)) << i;
  }
  EXPECT_GT(cache_.packet_count(), 100u);
  EXPECT_FALSE(Find(QueryFor("n0.example.com.")));
  EXPECT_TRUE(Find(QueryFor("n4999.example.com.")));
}

TEST_F(PacketCacheTest, TheNewestAnswerToAQuestionCounts) {
  const dns::Message query = QueryFor("www.example.com.");
  Insert(query, {"www.example.com. 60 IN A 192.0.2.1"});
  Insert(query, {"www.example.com. 60 IN A 192.0.2.2"});
  ASSERT_TRUE(Find(query));
  EXPECT_THAT(Rdatas(), ElementsAre("192.0.2.2"));
  EXPECT_EQ(cache_.packet_count(), 1u);
}

}  // namespace
}  // namespace nave::resolver
