// Cases that at least three of BIND, NSD, Knot DNS and PowerDNS answer alike, from the Ferret data
// set (testdata/LICENSE.ferret): one JSON object a line, asked with RD=0 of a view that has the
// zone alone.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/dns/zone_file.h"
#include "resolver/walk.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {
namespace {

using google::protobuf::Struct;

constexpr char kCases[] = NAVE_SOURCE_DIR "/tests/resolver/testdata/authoritative_cases.jsonl";
constexpr int kCaseCount = 400;

std::string Field(const Struct& object, const std::string& name) {
  return object.fields().at(name).string_value();
}

// The list in our own presentation form, sorted.
std::vector<std::string> Records(const Struct& object, const std::string& name) {
  std::vector<std::string> texts;
  for (const auto& value : object.fields().at(name).list_value().values()) {
    for (const dns::RRset& rrset : ParseRecords({value.string_value()})) {
      for (const dns::ResourceRecord& record : rrset.ToRecords()) texts.push_back(record.ToText());
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

void RunCase(const Struct& test) {
  SCOPED_TRACE(absl::StrCat("case ", test.fields().at("id").number_value(), ": ",
                            Field(test, "qname"), " ", Field(test, "qtype"), "\n",
                            Field(test, "zone")));
  std::vector<dns::RRset> rrsets = ParseRecords({Field(test, "zone")});
  ASSERT_FALSE(rrsets.empty());
  const auto soa = std::find_if(rrsets.begin(), rrsets.end(), [](const dns::RRset& rrset) {
    return rrset.type == dns::RRType::kSoa;
  });
  ASSERT_NE(soa, rrsets.end());
  const dns::Name apex = soa->owner;
  auto zone = Zone::Make("z", apex, std::move(rrsets));
  ASSERT_TRUE(zone.ok()) << zone.status();
  auto view = std::make_shared<const View>(1, "v", std::vector<net::Prefix>(),
                                           std::vector<std::shared_ptr<const Zone>>{*zone},
                                           std::vector<std::shared_ptr<const Rule>>(), nullptr);
  const Snapshot snapshot(1, {}, {view}, 1, 0);
  Cache cache;
  const auto qtype = dns::RRTypeFromText(Field(test, "qtype"));
  ASSERT_TRUE(qtype.has_value());
  Walk walk(MakeTestQuery(Field(test, "qname"), *qtype, false), nullptr);
  ASSERT_EQ(walk.Start(snapshot, *view, &cache, absl::UnixEpoch()), Walk::State::kDone);
  EXPECT_EQ(dns::RcodeToText(walk.answer().rcode), Field(test, "rcode"));
  EXPECT_EQ(walk.answer().authoritative, test.fields().at("aa").bool_value());
  EXPECT_EQ(Texts(walk.answer().answers), Records(test, "answer"));
  if (test.fields().count("authority") != 0) {
    EXPECT_EQ(Texts(walk.answer().authorities), Records(test, "authority"));
  }
}

TEST(ConformanceTest, AnswersAsTheOtherServersDo) {
  std::ifstream file(kCases);
  std::string line;
  int count = 0;
  while (std::getline(file, line)) {
    Struct test;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(line, &test).ok()) << line;
    RunCase(test);
    ++count;
  }
  EXPECT_EQ(count, kCaseCount);
}

}  // namespace
}  // namespace nave::resolver
