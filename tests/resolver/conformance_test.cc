// Cases that at least three of BIND, NSD, Knot DNS and PowerDNS answer alike, asked with RD=0 of a
// view that has the zone alone. testdata/authoritative_cases.txt says how they are written.
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "resolver/walk.h"
#include "tests/resolver/resolver_testing.h"
#include "tests/testing/source_dir.h"

namespace nave::resolver {
namespace {

constexpr char kCases[] = "tests/resolver/testdata/authoritative_cases.txt";
constexpr int kCaseCount = 1200;

struct Case {
  std::string id;
  std::vector<std::string> zone;
  std::string qname, qtype, rcode;
  bool authoritative = false;
  std::vector<std::string> answers;
  bool authority_matters = false;
  std::vector<std::string> authorities;
};

void ReadLine(absl::string_view line, Case* out) {
  if (absl::ConsumePrefix(&line, "case ")) {
    out->id = std::string(line);
  } else if (absl::ConsumePrefix(&line, "zone ")) {
    out->zone.emplace_back(line);
  } else if (absl::ConsumePrefix(&line, "ask ")) {
    std::tie(out->qname, out->qtype) =
        static_cast<std::pair<std::string, std::string>>(absl::StrSplit(line, ' '));
  } else if (absl::ConsumePrefix(&line, "rcode ")) {
    out->authoritative = absl::ConsumeSuffix(&line, " aa");
    out->rcode = std::string(line);
  } else if (absl::ConsumePrefix(&line, "answer ")) {
    out->answers.emplace_back(line);
  } else if (line == "authority-matters") {
    out->authority_matters = true;
  } else if (absl::ConsumePrefix(&line, "authority ")) {
    out->authorities.emplace_back(line);
  } else {
    FAIL() << "cannot read: " << line;
  }
}

std::vector<Case> ReadCases() {
  std::vector<Case> cases;
  std::ifstream file(testing::SourcePath(kCases));
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    if (absl::StartsWith(line, "case ")) cases.emplace_back();
    ReadLine(line, &cases.back());
  }
  return cases;
}

// The records in our own presentation form, sorted.
std::vector<std::string> Canonical(const std::vector<std::string>& records) {
  std::vector<dns::ResourceRecord> all;
  for (const std::string& text : records) {
    for (const dns::RRset& rrset : ParseRecords({text})) {
      for (dns::ResourceRecord& record : rrset.ToRecords()) all.push_back(std::move(record));
    }
  }
  return Texts(all);
}

dns::Name ApexOf(const std::vector<dns::RRset>& rrsets) {
  for (const dns::RRset& rrset : rrsets) {
    if (rrset.type == dns::RRType::kSoa) return rrset.owner;
  }
  ADD_FAILURE() << "no SOA";
  return dns::Name();
}

void RunCase(const Case& test) {
  SCOPED_TRACE(absl::StrCat("case ", test.id, ": ", test.qname, " ", test.qtype, "\n",
                            absl::StrJoin(test.zone, "\n")));
  std::vector<dns::RRset> rrsets = ParseRecords(test.zone);
  const dns::Name apex = ApexOf(rrsets);
  auto zone = Zone::Make("z", apex, std::move(rrsets));
  ASSERT_TRUE(zone.ok()) << zone.status();
  auto view = std::make_shared<const View>(1, "v", std::vector<net::Prefix>(),
                                           std::vector<std::shared_ptr<const Zone>>{*zone},
                                           std::vector<std::shared_ptr<const Rule>>(), nullptr);
  const Snapshot snapshot(1, {}, {view}, 1, 0);
  Cache cache;
  const auto qtype = dns::RRTypeFromText(test.qtype);
  ASSERT_TRUE(qtype.has_value());
  Walk walk(MakeTestQuery(test.qname, *qtype, false), nullptr);
  ASSERT_EQ(walk.Start(snapshot, *view, &cache, absl::UnixEpoch()), Walk::State::kDone);
  EXPECT_EQ(dns::RcodeToText(walk.answer().rcode), test.rcode);
  EXPECT_EQ(walk.answer().authoritative, test.authoritative);
  EXPECT_EQ(Texts(walk.answer().answers), Canonical(test.answers));
  if (test.authority_matters) {
    EXPECT_EQ(Texts(walk.answer().authorities), Canonical(test.authorities));
  }
}

TEST(ConformanceTest, AnswersAsTheOtherServersDo) {
  const std::vector<Case> cases = ReadCases();
  EXPECT_EQ(cases.size(), kCaseCount);
  for (const Case& test : cases) RunCase(test);
}

}  // namespace
}  // namespace nave::resolver
