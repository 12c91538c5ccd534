#include "resolver/cache.h"

#include <gtest/gtest.h>

#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

const absl::Time kStart = absl::UnixEpoch();

CacheKey Key(const char* name, uint64_t view = 1, uint64_t group = 1) {
  return CacheKey(view, group, N(name), dns::RRType::kA);
}

std::shared_ptr<const Reply> MakeTestReply(uint32_t ttl, dns::Rcode rcode = dns::Rcode::kNoError) {
  Reply reply;
  reply.rcode = rcode;
  reply.ttl_seconds = ttl;
  reply.received = kStart;
  return std::make_shared<const Reply>(std::move(reply));
}

TEST(CacheTest, KeepsUntilTheTtlEnds) {
  Cache cache;
  const auto reply = MakeTestReply(60);
  cache.Insert(Key("www.example.com."), reply);
  EXPECT_EQ(cache.Find(Key("WWW.example.com."), kStart + absl::Seconds(59)), reply);
  EXPECT_EQ(cache.Find(Key("www.example.com."), kStart + absl::Seconds(60)), nullptr);
  EXPECT_EQ(cache.entry_count(), 0u);
  EXPECT_EQ(cache.byte_size(), 0u);
}

TEST(CacheTest, EveryPartOfTheKeyCounts) {
  Cache cache;
  const CacheKey key = Key("www.example.com.");
  cache.Insert(key, MakeTestReply(60));
  EXPECT_EQ(cache.Find(Key("www.example.com.", 2), kStart), nullptr);
  EXPECT_EQ(cache.Find(Key("www.example.com.", 1, 2), kStart), nullptr);
  EXPECT_EQ(cache.Find(Key("www.example.org."), kStart), nullptr);
  EXPECT_EQ(cache.Find(key.WithType(dns::RRType::kAaaa), kStart), nullptr);
  const dns::Name name = N("www.example.com.");
  EXPECT_EQ(cache.Find(CacheKey(1, 1, name, dns::RRType::kA, true, false), kStart), nullptr);
  EXPECT_EQ(cache.Find(CacheKey(1, 1, name, dns::RRType::kA, false, true), kStart), nullptr);
  EXPECT_NE(cache.Find(key, kStart), nullptr);
}

TEST(CacheTest, NxDomainStandsForEveryTypeAndEveryNameBelow) {
  Cache cache;
  const auto reply = MakeTestReply(60, dns::Rcode::kNxDomain);
  cache.Insert(Key("none.example.com."), reply);
  EXPECT_EQ(cache.Find(Key("a.b.none.example.com.").WithType(dns::RRType::kTxt), kStart), reply);
  EXPECT_EQ(cache.Find(Key("example.com."), kStart), nullptr);
  EXPECT_EQ(cache.Find(Key("xnone.example.com."), kStart), nullptr);
  // Never across views or groups.
  EXPECT_EQ(cache.Find(Key("a.none.example.com.", 2), kStart), nullptr);
  EXPECT_EQ(cache.Find(Key("a.none.example.com.", 1, 2), kStart), nullptr);
}

TEST(CacheTest, TtlZeroIsNotKeptAndReplacesWhatWas) {
  Cache cache;
  cache.Insert(Key("a."), MakeTestReply(60));
  cache.Insert(Key("a."), MakeTestReply(0));
  EXPECT_EQ(cache.Find(Key("a."), kStart), nullptr);
}

TEST(CacheTest, MemoryIsBoundedAndTheLongestUnusedGoes) {
  Cache cache(16384);
  cache.Insert(Key("keep."), MakeTestReply(60));
  for (int i = 0; i < 1000; ++i) {
    cache.Insert(Key(("n" + std::to_string(i) + ".").c_str()), MakeTestReply(60));
    EXPECT_LE(cache.byte_size(), cache.max_bytes());
    ASSERT_NE(cache.Find(Key("keep."), kStart), nullptr) << i;
  }
  EXPECT_EQ(cache.Find(Key("n0."), kStart), nullptr);
  EXPECT_NE(cache.Find(Key("n999."), kStart), nullptr);
}

TEST(CacheTest, ReplyLargerThanAQuarterIsNotKept) {
  Cache cache(4096);
  Reply large;
  large.ttl_seconds = 60;
  large.received = kStart;
  dns::RRset rrset;
  for (int i = 0; i < 100; ++i) rrset.rdatas.push_back(std::string(100, 'x'));
  large.answers.push_back(rrset);
  cache.Insert(Key("a."), std::make_shared<const Reply>(large));
  EXPECT_EQ(cache.entry_count(), 0u);
}

TEST(CacheTest, FlushesWhatIsMeantStaleAndDenialsIncluded) {
  Cache cache;
  cache.SetStaleLife(absl::Hours(1));
  for (const char* name : {"a.", "b.", "c.", "d."}) {
    cache.Insert(Key(name), MakeTestReply(60));
  }
  cache.Insert(Key("none."), MakeTestReply(60, dns::Rcode::kNxDomain));
  size_t seen = 0, bytes = 0;
  cache.ForEach([&](const CacheKey&, const Reply&, size_t byte_size) {
    ++seen;
    bytes += byte_size;
  });
  EXPECT_EQ(seen, 5u);
  EXPECT_EQ(bytes, cache.byte_size());
  const absl::Time late = kStart + absl::Seconds(61);
  EXPECT_EQ(cache.Flush([](const CacheKey& key, const Reply&) {
    return key.name() == N("a.") || key.name() == N("c.");
  }),
            2u);
  EXPECT_EQ(cache.entry_count(), 3u);
  EXPECT_EQ(cache.FindStale(Key("a."), late), nullptr);
  EXPECT_NE(cache.FindStale(Key("b."), late), nullptr);
  EXPECT_EQ(cache.Flush([](const CacheKey&, const Reply&) { return true; }), 3u);
  EXPECT_EQ(cache.byte_size(), 0u);
  EXPECT_EQ(cache.Find(Key("x.none."), kStart), nullptr);
}

// RFC 8767 section 4: after its TTL, and for so long.
TEST(CacheTest, AnAnswerIsKeptAsStaleForItsLife) {
  Cache cache;
  cache.SetStaleLife(absl::Seconds(100));
  cache.Insert(Key("a."), MakeTestReply(60));
  EXPECT_EQ(cache.Find(Key("a."), kStart + absl::Seconds(60)), nullptr);
  const auto stale = cache.FindStale(Key("a."), kStart + absl::Seconds(159));
  ASSERT_NE(stale, nullptr);
  EXPECT_TRUE(stale->is_stale);
  EXPECT_EQ(stale->expiry(), kStart + absl::Seconds(160));
  ASSERT_EQ(stale->extra->errors.size(), 1u);
  EXPECT_EQ(stale->extra->errors[0].code, dns::ExtendedErrorCode::kStaleAnswer);
  EXPECT_EQ(cache.FindStale(Key("a."), kStart + absl::Seconds(160)), nullptr);
  EXPECT_EQ(cache.Find(Key("a."), kStart + absl::Seconds(160)), nullptr);
  EXPECT_EQ(cache.entry_count(), 0u);
}

TEST(CacheTest, AFailureIsNeverStale) {
  Cache cache;
  cache.SetStaleLife(absl::Seconds(100));
  cache.Insert(Key("a."), MakeTestReply(60, dns::Rcode::kServFail));
  EXPECT_EQ(cache.FindStale(Key("a."), kStart + absl::Seconds(61)), nullptr);
}

TEST(CacheTest, AStaleAnswerServesAndIsAskedForAgainOnceASecond) {
  Cache cache;
  cache.SetStaleLife(absl::Seconds(100));
  cache.Insert(Key("a."), MakeTestReply(60));
  const absl::Time failed = kStart + absl::Seconds(70);
  cache.Insert(Key("a."), cache.FindStale(Key("a."), failed));
  bool due = false;
  EXPECT_NE(cache.Find(Key("a."), failed + absl::Milliseconds(999), &due), nullptr);
  EXPECT_FALSE(due);
  EXPECT_NE(cache.Find(Key("a."), failed + absl::Seconds(1), &due), nullptr);
  EXPECT_TRUE(due);
  due = false;
  EXPECT_NE(cache.Find(Key("a."), failed + absl::Milliseconds(1999), &due), nullptr);
  EXPECT_FALSE(due);
  EXPECT_NE(cache.Find(Key("a."), failed + absl::Seconds(2), &due), nullptr);
  EXPECT_TRUE(due);
}

TEST(CacheTest, AnswersAreDueInTheLastTenthOfTheirTtl) {
  Cache cache;
  cache.SetPrefetch(true);
  cache.Insert(Key("a."), MakeTestReply(60));
  cache.Insert(Key("short."), MakeTestReply(9));
  cache.Insert(Key("failure."), MakeTestReply(60, dns::Rcode::kServFail));
  bool due = false;
  cache.Find(Key("a."), kStart + absl::Milliseconds(53999), &due);
  cache.Find(Key("short."), kStart + absl::Milliseconds(8999), &due);
  cache.Find(Key("failure."), kStart + absl::Milliseconds(59999), &due);
  EXPECT_FALSE(due);
  cache.Find(Key("a."), kStart + absl::Seconds(54), &due);
  EXPECT_TRUE(due);
}

TEST(CacheTest, WhatANameIsDeniedTakesThePlaceOfWhatItHadAndBack) {
  Cache cache;
  cache.SetStaleLife(absl::Seconds(100));
  cache.Insert(Key("a."), MakeTestReply(60));
  const auto denial = MakeTestReply(60, dns::Rcode::kNxDomain);
  cache.Insert(Key("a."), denial);
  EXPECT_EQ(cache.Find(Key("a."), kStart), denial);
  EXPECT_EQ(cache.entry_count(), 1u);
  const auto reply = MakeTestReply(60);
  cache.Insert(Key("a."), reply);
  EXPECT_EQ(cache.Find(Key("a."), kStart), reply);
  EXPECT_EQ(cache.Find(Key("b.a."), kStart), nullptr);
}

}  // namespace
}  // namespace nave::resolver
