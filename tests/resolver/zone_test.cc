#include "resolver/zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/dns/rdata.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using dns::RRType;
using Kind = ZoneResult::Kind;

const std::vector<std::string> kZone = {
    "example.com. 300 IN SOA ns.example.com. root.example.com. 7 3600 600 604800 120",
    "example.com. 300 IN NS ns.example.com.",
    "ns.example.com. 300 IN A 192.0.2.53",
    "www.example.com. 60 IN A 192.0.2.1",
    "alias.example.com. 60 IN CNAME www.example.com.",
    "a.b.ent.example.com. 60 IN A 192.0.2.2",
    "*.wild.example.com. 60 IN TXT \"w\"",
    "there.wild.example.com. 60 IN A 192.0.2.3",
    "*.cwild.example.com. 60 IN CNAME www.example.com.",
    "sub.example.com. 60 IN NS ns.sub.example.com.",
    "sub.example.com. 60 IN DS 1 8 2 "
    "0000000000000000000000000000000000000000000000000000000000000000",
    "ns.sub.example.com. 60 IN A 192.0.2.54",
    "old.example.com. 60 IN DNAME new.example.com.",
    "old.example.com. 60 IN A 192.0.2.4",
};

ZoneResult Lookup(const Zone& zone, const char* qname, RRType qtype) {
  return zone.Lookup(Suffixes(N(qname)), qtype);
}

TEST(ZoneTest, LookupTable) {
  const auto zone = MakeZone("example.com.", kZone);
  const struct {
    const char* qname;
    RRType qtype;
    Kind kind;
    const char* owner;  // Of the RRset, or null.
    bool from_wildcard;
  } cases[] = {
      {"www.example.com.", RRType::kA, Kind::kAnswer, "www.example.com.", false},
      {"WWW.EXAMPLE.COM.", RRType::kA, Kind::kAnswer, "www.example.com.", false},
      {"www.example.com.", RRType::kAaaa, Kind::kNoData, nullptr, false},
      {"example.com.", RRType::kNs, Kind::kAnswer, "example.com.", false},
      {"example.com.", RRType::kSoa, Kind::kAnswer, "example.com.", false},
      {"example.com.", RRType::kA, Kind::kNoData, nullptr, false},
      {"nope.example.com.", RRType::kA, Kind::kNxDomain, nullptr, false},
      {"x.www.example.com.", RRType::kA, Kind::kNxDomain, nullptr, false},
      // A CNAME answers for itself, and is followed for all else.
      {"alias.example.com.", RRType::kCname, Kind::kAnswer, "alias.example.com.", false},
      {"alias.example.com.", RRType::kA, Kind::kCname, "alias.example.com.", false},
      {"alias.example.com.", RRType::kAny, Kind::kAnswer, "alias.example.com.", false},
      // Empty non-terminals are there (RFC 8020).
      {"ent.example.com.", RRType::kA, Kind::kNoData, nullptr, false},
      {"b.ent.example.com.", RRType::kA, Kind::kNoData, nullptr, false},
      {"c.ent.example.com.", RRType::kA, Kind::kNxDomain, nullptr, false},
      {"ent.example.com.", RRType::kAny, Kind::kNoData, nullptr, false},
      // RFC 4592 section 2.2.1.
      {"x.wild.example.com.", RRType::kTxt, Kind::kAnswer, "*.wild.example.com.", true},
      {"x.y.wild.example.com.", RRType::kTxt, Kind::kAnswer, "*.wild.example.com.", true},
      {"x.wild.example.com.", RRType::kA, Kind::kNoData, nullptr, true},
      {"wild.example.com.", RRType::kTxt, Kind::kNoData, nullptr, false},
      {"there.wild.example.com.", RRType::kTxt, Kind::kNoData, nullptr, false},
      {"x.there.wild.example.com.", RRType::kTxt, Kind::kNxDomain, nullptr, false},
      {"*.wild.example.com.", RRType::kTxt, Kind::kAnswer, "*.wild.example.com.", false},
      {"x.*.wild.example.com.", RRType::kTxt, Kind::kNxDomain, nullptr, false},
      {"x.cwild.example.com.", RRType::kA, Kind::kCname, "*.cwild.example.com.", true},
      // Cuts, and the parent's side of them.
      {"sub.example.com.", RRType::kA, Kind::kReferral, "sub.example.com.", false},
      {"sub.example.com.", RRType::kNs, Kind::kReferral, "sub.example.com.", false},
      {"sub.example.com.", RRType::kDs, Kind::kAnswer, "sub.example.com.", false},
      {"ns.sub.example.com.", RRType::kA, Kind::kReferral, "sub.example.com.", false},
      {"x.y.sub.example.com.", RRType::kDs, Kind::kReferral, "sub.example.com.", false},
      // DNAME acts below its owner alone.
      {"old.example.com.", RRType::kA, Kind::kAnswer, "old.example.com.", false},
      {"old.example.com.", RRType::kDname, Kind::kAnswer, "old.example.com.", false},
      {"x.y.old.example.com.", RRType::kA, Kind::kDname, "old.example.com.", false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(std::string(c.qname) + " " + dns::RRTypeToText(c.qtype));
    const ZoneResult result = Lookup(*zone, c.qname, c.qtype);
    EXPECT_EQ(result.kind, c.kind);
    EXPECT_EQ(result.from_wildcard, c.from_wildcard);
    ASSERT_EQ(result.rrset == nullptr, c.owner == nullptr);
    if (c.owner != nullptr) {
      EXPECT_EQ(result.rrset->owner, N(c.owner));
    }
  }
}

TEST(ZoneTest, NegativeTtlIsTheLesserOfSoasTtlAndMinimum) {
  EXPECT_EQ(MakeZone("example.com.", kZone)->negative_ttl(), 120u);
  EXPECT_EQ(MakeZone("example.com.", {"example.com. 30 IN SOA a. b. 1 2 3 4 500"})->negative_ttl(),
            30u);
}

TEST(ZoneTest, ZoneWithoutSoaIsGivenOne) {
  const auto zone = MakeZone("example.com.", {"www.example.com. 60 IN A 192.0.2.1"});
  EXPECT_EQ(zone->soa().owner, N("example.com."));
  EXPECT_TRUE(dns::ParseSoa(zone->soa().rdatas.front()).has_value());
  EXPECT_EQ(zone->rrset_count(), 2u);
}

TEST(ZoneTest, ZoneOfTheRoot) {
  const auto zone = MakeZone(".", {"www.example. 60 IN A 192.0.2.1"});
  EXPECT_EQ(Lookup(*zone, "www.example.", RRType::kA).kind, Kind::kAnswer);
  EXPECT_EQ(Lookup(*zone, "example.", RRType::kA).kind, Kind::kNoData);
  EXPECT_EQ(Lookup(*zone, "org.", RRType::kA).kind, Kind::kNxDomain);
  EXPECT_EQ(Lookup(*zone, ".", RRType::kSoa).kind, Kind::kAnswer);
}

TEST(ZoneTest, RefusesWhatNoZoneMayHold) {
  const struct {
    std::vector<std::string> records;
    const char* message;
  } cases[] = {
      {{"www.example.org. 60 IN A 192.0.2.1"}, "not in the zone"},
      {{"a.example.com. 60 IN CNAME b.example.com.", "a.example.com. 60 IN A 192.0.2.1"},
       "CNAME beside"},
      {{"a.example.com. 60 IN CNAME b.example.com.", "a.example.com. 60 IN CNAME c.example.com."},
       "more than one"},
      {{"a.example.com. 60 IN DNAME b.example.com.", "a.example.com. 60 IN DNAME c.example.com."},
       "more than one"},
      {{"a.example.com. 60 IN SOA a. b. 1 2 3 4 5"}, "apex alone"},
  };
  for (const auto& c : cases) {
    const auto zone = Zone::Make("z", N("example.com."), ParseRecords(c.records));
    EXPECT_EQ(zone.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(zone.status().message()), ::testing::HasSubstr(c.message));
  }
  std::vector<dns::RRset> twice = ParseRecords({"a.example.com. 60 IN A 192.0.2.1"});
  twice.push_back(twice[0]);
  EXPECT_FALSE(Zone::Make("z", N("example.com."), twice).ok());
  twice.pop_back();
  twice[0].rdatas.clear();
  EXPECT_FALSE(Zone::Make("z", N("example.com."), twice).ok());
}

TEST(ZoneTest, NodesAreFoundBelowCuts) {
  const auto zone = MakeZone("example.com.", kZone);
  ASSERT_NE(zone->FindNode(N("NS.sub.example.com.")), nullptr);
  EXPECT_EQ(zone->FindNode(N("none.sub.example.com.")), nullptr);
}

}  // namespace
}  // namespace nave::resolver
