#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "cli/errors.h"
#include "cli/zone_import.h"
#include "cli/zones.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/governance/v1/node.pb.h"
#include "tests/cli/fake_control_plane.h"
#include "tests/testing/temp_dir.h"

namespace nave::cli {
namespace {

using dns::v1::ApplyChangeBatchRequest;
using dns::v1::ApplyChangeBatchResponse;
using dns::v1::RecordChange;
using dns::v1::RecordSet;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kRecords = "nave.dns.v1.RecordSetService/";
const std::string kApply = kRecords + "ApplyChangeBatch";
const std::string kZones = "nave.dns.v1.ZoneService/";
const std::string kPrefix = "accounts/a/zones/z/recordSets/";

RecordSet MakeRecordSet(const std::string& owner_and_type, const std::vector<std::string>& rdata) {
  RecordSet record_set;
  record_set.set_name(kPrefix + owner_and_type);
  record_set.set_ttl_seconds(300);
  *record_set.mutable_rdata() = {rdata.begin(), rdata.end()};
  return record_set;
}

// A server with the zone z.example. of the account a.
class ZoneRecordsTest : public ::testing::Test {
 protected:
  ZoneRecordsTest() : session_(server_) {
    dns::v1::Zone zone;
    zone.set_name("accounts/a/zones/z");
    zone.set_domain_name("z.example.");
    server_.Returns(kZones + "GetZone", zone);
    dns::v1::ListZonesResponse zones;
    *zones.add_zones() = zone;
    server_.Returns(kZones + "ListZones", zones);
    Holds({MakeRecordSet("z.example./SOA", {"ns.z.example. hm.z.example. 1 2 3 4 5"}),
           MakeRecordSet("z.example./NS", {"ns.z.example."}),
           MakeRecordSet("old.z.example./A", {"192.0.2.1", "192.0.2.2"})});
    server_.On<ApplyChangeBatchRequest, ApplyChangeBatchResponse>(
        kApply, [this](const ApplyChangeBatchRequest& request, ApplyChangeBatchResponse* response) {
          batches_.push_back(request);
          for (const RecordChange& change : request.changes()) {
            if (change.action() != RecordChange::DELETE) {
              *response->add_record_sets() = change.record_set();
            }
          }
          response->set_revision(41 + static_cast<int64_t>(batches_.size()));
          return absl::OkStatus();
        });
  }
  void Holds(const std::vector<RecordSet>& record_sets) {
    dns::v1::ListRecordSetsResponse response;
    *response.mutable_record_sets() = {record_sets.begin(), record_sets.end()};
    server_.Returns(kRecords + "ListRecordSets", response);
  }
  absl::Status Line(const std::vector<std::string>& arguments) {
    std::vector<std::string> line = {"zone", "records"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    return RunLine(session_, AddZoneRecords, line);
  }
  // What was asked for, such as `UPSERT app.z.example./A`.
  std::vector<std::string> changes() const {
    std::vector<std::string> texts;
    for (const ApplyChangeBatchRequest& batch : batches_) {
      for (const RecordChange& change : batch.changes()) {
        texts.push_back(absl::StrCat(RecordChange::Action_Name(change.action()), " ",
                                     change.record_set().name().substr(kPrefix.size())));
      }
    }
    return texts;
  }

  FakeControlPlane server_;
  FakeSession session_;
  std::vector<ApplyChangeBatchRequest> batches_;
};

TEST_F(ZoneRecordsTest, SetSendsOneUpsert) {
  const absl::Status status =
      Line({"set", "Z.example", "App", "a", "192.0.2.11", "192.0.2.12", "--ttl", "1m"});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(changes(), ElementsAre("UPSERT app.z.example./A"));
  const RecordSet& sent = batches_[0].changes(0).record_set();
  EXPECT_EQ(sent.ttl_seconds(), 60);
  EXPECT_THAT(sent.rdata(), ElementsAre("192.0.2.11", "192.0.2.12"));
  EXPECT_EQ(batches_[0].zone(), "accounts/a/zones/z");
  EXPECT_THAT(session_.err(), HasSubstr("revision 42"));
}

TEST_F(ZoneRecordsTest, OwnersAreRelativeAbsoluteOrTheApex) {
  for (const char* owner : {"x", "x.z.example.", "x.z.example"}) {
    ASSERT_TRUE(Line({"delete", "accounts/a/zones/z", owner, "TXT"}).ok()) << owner;
    EXPECT_EQ(changes().back(), "DELETE x.z.example./TXT") << owner;
  }
  ASSERT_TRUE(Line({"delete", "accounts/a/zones/z", "@", "MX"}).ok());
  EXPECT_EQ(changes().back(), "DELETE z.example./MX");
  ASSERT_TRUE(Line({"delete", "accounts/a/zones/z", "1/2", "PTR"}).ok());
  EXPECT_EQ(changes().back(), "DELETE 1\\0472.z.example./PTR");
  EXPECT_EQ(ExitCodeOf(Line({"delete", "accounts/a/zones/z", "x.other.", "TXT"})), kExitUsage);
}

TEST_F(ZoneRecordsTest, WhatTheDnsDoesNotAllowIsAUsageError) {
  const std::vector<std::vector<std::string>> wrong = {{"app", "A", "192.0.2.256"},
                                                       {"app", "NOTYPE", "x"},
                                                       {"app", "CNAME", "a.", "b."},
                                                       {"app", "A", "192.0.2.1", "192.0.2.1"},
                                                       {"app", "A", "192.0.2.1", "--ttl", "soon"},
                                                       {"a..b", "A", "192.0.2.1"}};
  for (const auto& rest : wrong) {
    std::vector<std::string> line = {"set", "z.example"};
    line.insert(line.end(), rest.begin(), rest.end());
    EXPECT_EQ(ExitCodeOf(Line(line)), kExitUsage) << ::testing::PrintToString(rest);
  }
  EXPECT_THAT(changes(), ElementsAre());
}

TEST_F(ZoneRecordsTest, AnApexThatTwoZonesHaveMustBeNamed) {
  dns::v1::ListZonesResponse zones;
  for (const char* name : {"accounts/a/zones/z", "accounts/b/zones/z"}) {
    zones.add_zones()->set_name(name);
    zones.mutable_zones()->rbegin()->set_domain_name("z.example.");
  }
  server_.Returns(kZones + "ListZones", zones);
  const absl::Status status = Line({"list", "z.example"});
  EXPECT_EQ(ExitCodeOf(status), kExitUsage);
  EXPECT_THAT(std::string(status.message()), HasSubstr("accounts/a/zones/z, accounts/b/zones/z"));
  EXPECT_EQ(server_.last<api::v1::ListRequest>(kZones + "ListZones").filter(),
            "domain_name = \"z.example.\"");
}

TEST_F(ZoneRecordsTest, AnIdIsLookedForInItsAccount) {
  EXPECT_TRUE(Line({"list", "z", "--account", "a"}).ok());
  EXPECT_EQ(server_.last<api::v1::ListRequest>(kZones + "ListZones").parent(), "accounts/a");
  EXPECT_EQ(ExitCodeOf(Line({"list", "y", "--account", "a"})), kExitUsage);
}

TEST_F(ZoneRecordsTest, WaitAsksForTheRevisionOfTheChange) {
  governance::v1::WaitServedResponse served;
  served.set_served_revision(43);
  server_.Returns("nave.governance.v1.NodeService/WaitServed", served);
  ASSERT_TRUE(Line({"set", "z.example", "app", "A", "192.0.2.1", "--wait"}).ok());
  EXPECT_EQ(
      server_.last<governance::v1::WaitServedRequest>("nave.governance.v1.NodeService/WaitServed")
          .revision(),
      42);
}

TEST_F(ZoneRecordsTest, WhatIsExportedIsImportedWithoutAChange) {
  ASSERT_TRUE(Line({"export", "z.example"}).ok());
  EXPECT_THAT(session_.out(), HasSubstr("$ORIGIN z.example."));
  session_.Type(session_.out());
  const absl::Status status = Line({"import", "z.example", "-", "--replace", "--with-apex"});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(changes(), ElementsAre());
}

TEST_F(ZoneRecordsTest, ImportAddsAndReplaceDeletesFirst) {
  session_.Type("$TTL 300\n@ SOA ns hm 9 2 3 4 5\nnew A 192.0.2.3\n");
  ASSERT_TRUE(Line({"import", "z.example", "-"}).ok());
  EXPECT_THAT(changes(), ElementsAre("UPSERT new.z.example./A"));
  batches_.clear();
  session_.Type("$TTL 300\nold CNAME www.z.example.\n");
  ASSERT_TRUE(Line({"import", "z.example", "-", "--replace"}).ok());
  EXPECT_THAT(changes(), ElementsAre("DELETE old.z.example./A", "UPSERT old.z.example./CNAME"));
}

TEST_F(ZoneRecordsTest, ImportSaysWhereTheFileIsWrong) {
  nave::testing::TempDir dir;
  const std::string path = dir.File("z.zone");
  std::ofstream(path) << "$TTL 300\nnew A 192.0.2.3\nbad A 192.0.2\n";
  const absl::Status status = Line({"import", "z.example", path});
  EXPECT_EQ(ExitCodeOf(status), kExitUsage);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path + ": line 3"));
  EXPECT_EQ(ExitCodeOf(Line({"import", "z.example", dir.File("none")})), kExitUsage);
}

// RFC 2181 section 5.2.
TEST_F(ZoneRecordsTest, AFileWithMixedTtlsIsRefusedUnlessLenient) {
  testing::TempDir directory;
  const std::string file = directory.path() + "/z.zone";
  std::ofstream(file) << "a 60 A 192.0.2.1\na 30 A 192.0.2.2\n";
  const absl::Status status = Line({"import", "z.example", file});
  EXPECT_EQ(ExitCodeOf(status), kExitUsage);
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2: a.z.example. A: the TTL 30"));
  EXPECT_TRUE(batches_.empty());
  ASSERT_TRUE(Line({"import", "z.example", file, "--lenient"}).ok());
  ASSERT_EQ(batches_.size(), 1u);
  EXPECT_EQ(batches_[0].changes(0).record_set().ttl_seconds(), 30);
  EXPECT_THAT(session_.err(), HasSubstr("different TTLs"));
}

TEST_F(ZoneRecordsTest, WarningsGoToStandardError) {
  server_.On<ApplyChangeBatchRequest, ApplyChangeBatchResponse>(
      kApply, [](const ApplyChangeBatchRequest&, ApplyChangeBatchResponse* response) {
        auto* warning = response->add_warnings();
        warning->set_record_set(kPrefix + "c.z.example./NS");
        warning->set_rule("missing glue (RFC 1034 section 4.2.1)");
        warning->set_text("add A");
        response->set_revision(7);
        return absl::OkStatus();
      });
  ASSERT_TRUE(Line({"set", "z.example", "c", "NS", "n.c.z.example."}).ok());
  EXPECT_THAT(session_.err(), HasSubstr("warning: c.z.example./NS: missing glue"));
  EXPECT_THAT(session_.out(), ::testing::Not(HasSubstr("missing glue")));
}

TEST_F(ZoneRecordsTest, CheckShowsWhatTheServerFound) {
  dns::v1::CheckZoneResponse found;
  auto* warning = found.add_warnings();
  warning->set_record_set(kPrefix + "c.z.example./NS");
  warning->set_rule("missing glue (RFC 1034 section 4.2.1)");
  warning->set_text("add A");
  found.set_revision(9);
  server_.Returns(kZones + "CheckZone", found);
  ASSERT_TRUE(RunLine(session_, AddZoneRecords, {"zone", "check", "z.example"}).ok());
  EXPECT_THAT(session_.out(), HasSubstr("c.z.example./NS"));
  EXPECT_THAT(session_.out(), HasSubstr("missing glue (RFC 1034 section 4.2.1)"));
  EXPECT_THAT(session_.err(), HasSubstr("1 warnings at revision 9"));
}

// RFC 5891: what is typed in letters is sent in A-labels.
TEST_F(ZoneRecordsTest, LettersBeyondAsciiBecomeALabels) {
  ASSERT_TRUE(Line({"set", "z.example", "bücher", "CNAME", "straße.example."}).ok());
  EXPECT_EQ(changes().back(), "UPSERT xn--bcher-kva.z.example./CNAME");
  EXPECT_THAT(batches_.back().changes(0).record_set().rdata(),
              ElementsAre("xn--strae-oqa.example."));
  EXPECT_EQ(ExitCodeOf(Line({"set", "z.example", "☕", "A", "192.0.2.1"})), kExitUsage);
  ASSERT_TRUE(Line({"set", "z.example", "_sip._tcp", "SRV", "0 0 1 t."}).ok());
  EXPECT_EQ(changes().back(), "UPSERT _sip._tcp.z.example./SRV");
}

TEST_F(ZoneRecordsTest, ADryRunIsCheckedAndChangesNothing) {
  session_.Type("$TTL 300\nnew A 192.0.2.3\n");
  ASSERT_TRUE(Line({"import", "z.example", "-", "--dry-run"}).ok());
  ASSERT_EQ(batches_.size(), 1u);
  EXPECT_TRUE(batches_[0].mutation().validate_only());
  EXPECT_THAT(session_.out(), HasSubstr("UPSERT"));
}

TEST_F(ZoneRecordsTest, ManyChangesComeInBatches) {
  std::string text = "$TTL 300\n";
  for (size_t i = 0; i < kMaxChangesPerBatch + 1; ++i) {
    absl::StrAppend(&text, "h", i, " A 192.0.2.3\n");
  }
  session_.Type(text);
  ASSERT_TRUE(Line({"import", "z.example", "-"}).ok());
  ASSERT_EQ(batches_.size(), 2u);
  EXPECT_EQ(static_cast<size_t>(batches_[0].changes_size()), kMaxChangesPerBatch);
  EXPECT_EQ(batches_[1].changes_size(), 1);
  EXPECT_NE(batches_[0].mutation().request_id(), batches_[1].mutation().request_id());
}

TEST(BatchesOf, KeepWithinTheirBytes) {
  RecordChange change;
  change.mutable_record_set()->add_rdata(std::string(kMaxBatchBytes / 2 - 100, 'x'));
  const auto batches = BatchesOf("accounts/a/zones/z", {change, change, change});
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0].changes_size(), 2);
  EXPECT_EQ(batches[1].zone(), "accounts/a/zones/z");
}

}  // namespace
}  // namespace nave::cli
