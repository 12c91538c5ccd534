#include "lib/dns/rrset.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/dns/rdata.h"

namespace nave::dns {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Name N(absl::string_view text) { return Name::FromText(text).value(); }

RRset Set(absl::string_view owner, RRType type, const std::vector<std::string>& rdatas) {
  RRset rrset{N(owner), type, RRClass::kIn, 60, {}};
  for (const std::string& text : rdatas) rrset.rdatas.push_back(RdataFromText(type, text).value());
  return rrset;
}

TEST(RRsetTest, AddRefusesDuplicatesWithoutCase) {
  RRset rrset{N("example."), RRType::kMx, RRClass::kIn, 60, {}};
  EXPECT_TRUE(rrset.AddText("10 mail", N("example.")).ok());
  EXPECT_EQ(rrset.AddText("10 MAIL.example.").code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(rrset.AddText("20 mail.example.").ok());
  EXPECT_EQ(rrset.AddText("x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(rrset.Add("x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(rrset.RdataTexts(), ElementsAre("10 mail.example.", "20 mail.example."));
  EXPECT_EQ(rrset.ToText(),
            "example. 60 IN MX 10 mail.example.\nexample. 60 IN MX 20 mail.example.\n");
}

TEST(RRsetTest, TxtDiffersByCase) {
  RRset rrset{N("example."), RRType::kTxt, RRClass::kIn, 60, {}};
  EXPECT_TRUE(rrset.AddText("a").ok());
  EXPECT_TRUE(rrset.AddText("A").ok());
}

TEST(RRsetTest, RdatasAreBounded) {
  RRset rrset{N("example."), RRType::kA, RRClass::kIn, 60, {}};
  for (size_t i = 0; i < kMaxRdatasPerRRset; ++i) rrset.rdatas.push_back("abcd");
  EXPECT_EQ(rrset.Add("efgh").code(), absl::StatusCode::kResourceExhausted);
}

TEST(RRsetTest, ValidateRRset) {
  EXPECT_TRUE(ValidateRRset(Set("a.", RRType::kA, {"192.0.2.1", "192.0.2.2"})).ok());
  RRset long_ttl = Set("a.", RRType::kA, {"192.0.2.1"});
  long_ttl.ttl = kMaxTtlSeconds + 1;
  RRset malformed = Set("a.", RRType::kA, {"192.0.2.1"});
  malformed.rdatas = {"abc"};
  RRset meta = Set("a.", RRType::kA, {"192.0.2.1"});
  meta.type = RRType::kAny;
  const struct {
    RRset rrset;
    absl::string_view why;
  } cases[] = {
      {Set("a.", RRType::kA, {}), "no rdata"},
      {Set("a.", RRType::kA, {"192.0.2.1", "192.0.2.1"}), "twice"},
      {Set("a.", RRType::kCname, {"b.", "c."}), "one rdata only"},
      {long_ttl, "TTL"},
      {malformed, "form of A"},
      {meta, "cannot be stored"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(std::string(ValidateRRset(c.rrset).message()), HasSubstr(std::string(c.why)));
  }
}

void Group(const std::vector<ResourceRecord>& records, RRsetGrouper* grouper) {
  for (const ResourceRecord& record : records) {
    grouper->Add({record.owner, record.type, record.rrclass, record.ttl, record.rdata});
  }
}

TEST(RRsetTest, GrouperTakesTheSmallestTtlAndDropsDuplicates) {
  std::vector<ResourceRecord> records =
      Set("a.", RRType::kA, {"192.0.2.1", "192.0.2.2"}).ToRecords();
  records.push_back(Set("b.", RRType::kA, {"192.0.2.3"}).ToRecords()[0]);
  records.push_back(records[0]);
  records.back().owner = N("A.");
  records.back().ttl = 5;
  RRsetGrouper grouper;
  Group(records, &grouper);
  const RRsets& rrsets = grouper.rrsets();
  ASSERT_EQ(rrsets.size(), 2u);
  EXPECT_EQ(rrsets[0].rdatas.size(), 2u);
  EXPECT_EQ(rrsets[0].ttl, 5u);
  EXPECT_EQ(rrsets[1].owner, N("b."));
}

TEST(RRsetTest, GrouperMakesTheSameOfManyRecords) {
  const RRset few = Set("a.", RRType::kNs, {"x.", "y."});
  RRset many = Set("b.", RRType::kNs, {});
  for (int i = 0; i < 300; ++i) ASSERT_TRUE(many.AddText("n" + std::to_string(i) + ".").ok());
  RRsetGrouper grouper;
  for (int round = 0; round < 2; ++round) {
    Group(few.ToRecords(), &grouper);
    Group(many.ToRecords(), &grouper);
    Group(Set("A.", RRType::kNs, {"X.", "Y."}).ToRecords(), &grouper);
  }
  ASSERT_EQ(grouper.rrsets().size(), 2u);
  EXPECT_EQ(grouper.rrsets()[0].rdatas, few.rdatas);
  EXPECT_EQ(grouper.rrsets()[1].rdatas, many.rdatas);
}

}  // namespace
}  // namespace nave::dns
