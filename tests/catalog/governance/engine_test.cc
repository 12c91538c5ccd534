// The engine's manners: request ids, dry runs, etags, pages, filters, who reads what.
#include "catalog/governance/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "nave/catalog/v1/portfolio.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "tests/catalog/governance/world.h"

namespace nave::testing {
namespace {

using catalog::ReasonOf;
using dns::v1::RecordSet;
using governance::v1::CreateVpcRequest;
using governance::v1::ListVpcsResponse;
using governance::v1::Vpc;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(world_.RunAll(World::Story()), absl::OkStatus()); }

  std::vector<std::string> VpcNames(const std::string& parent, const std::string& filter) {
    api::v1::ListRequest request;
    request.set_parent(parent);
    request.set_filter(filter);
    request.set_page_size(1);
    std::vector<std::string> names;
    do {
      ListVpcsResponse page;
      EXPECT_EQ(world_.engine().List(world_.caller(), request, &page), absl::OkStatus());
      EXPECT_LE(page.vpcs_size(), 1);
      for (const Vpc& vpc : page.vpcs()) names.push_back(vpc.name());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  absl::Status CreateVpc(const CreateVpcRequest& request, Vpc* vpc) {
    return world_.engine().Create(world_.caller(), request, vpc);
  }

  World world_;
};

TEST_F(EngineTest, SameRequestIdReturnsTheFirstResult) {
  CreateVpcRequest request;
  request.mutable_vpc()->set_name("accounts/s1/vpcs/v");
  request.mutable_mutation()->set_request_id("one");
  Vpc first, second;
  ASSERT_EQ(CreateVpc(request, &first), absl::OkStatus());
  const store::Revision revision = world_.store().current_revision();
  ASSERT_EQ(CreateVpc(request, &second), absl::OkStatus());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  EXPECT_EQ(first.metadata().revision(), revision);
  EXPECT_EQ(world_.store().current_revision(), revision);
}

TEST_F(EngineTest, RequestIdWithAnotherBodyIsRefused) {
  CreateVpcRequest request;
  request.mutable_vpc()->set_name("accounts/s1/vpcs/v");
  request.mutable_mutation()->set_request_id("one");
  Vpc vpc;
  ASSERT_EQ(CreateVpc(request, &vpc), absl::OkStatus());
  request.mutable_vpc()->set_name("accounts/s1/vpcs/w");
  EXPECT_EQ(ReasonOf(CreateVpc(request, &vpc)), api::v1::REQUEST_ID_REUSED);
}

TEST_F(EngineTest, ValidateOnlyChecksAndChangesNothing) {
  CreateVpcRequest request;
  request.mutable_vpc()->set_name("accounts/s1/vpcs/v");
  request.mutable_vpc()->add_resolver_addresses("10.7.0.2:53");
  request.mutable_mutation()->set_validate_only(true);
  const store::Revision revision = world_.store().current_revision();
  Vpc vpc;
  EXPECT_EQ(CreateVpc(request, &vpc), absl::OkStatus());
  EXPECT_EQ(vpc.name(), "accounts/s1/vpcs/v");
  request.mutable_vpc()->set_resolver_addresses(0, "10.1.0.2:53");
  EXPECT_EQ(ReasonOf(CreateVpc(request, &vpc)), api::v1::ADDRESS_CONFLICT);
  EXPECT_EQ(world_.store().current_revision(), revision);
}

TEST_F(EngineTest, CurrentEtagAllowsAndAnUpdateOfNothingKeepsTheRevision) {
  auto rule = world_.Get<dns::v1::Rule>("accounts/hub/rules/corp");
  ASSERT_EQ(rule.status(), absl::OkStatus());
  dns::v1::UpdateRuleRequest request;
  *request.mutable_rule() = *rule;
  dns::v1::Rule same;
  ASSERT_EQ(world_.engine().Update(world_.caller(), request, &same), absl::OkStatus());
  EXPECT_EQ(same.SerializeAsString(), rule->SerializeAsString());
  request.mutable_rule()->set_disabled(true);
  dns::v1::Rule changed;
  ASSERT_EQ(world_.engine().Update(world_.caller(), request, &changed), absl::OkStatus());
  EXPECT_GT(changed.metadata().revision(), rule->metadata().revision());
  EXPECT_EQ(ReasonOf(world_.engine().Update(world_.caller(), request, &changed)),
            api::v1::STALE_ETAG);
}

TEST_F(EngineTest, MaskChangesOnlyWhatItNames) {
  ASSERT_EQ(world_.Run("update Rule(disabled) name: 'accounts/hub/rules/corp' disabled: true"),
            absl::OkStatus());
  auto rule = world_.Get<dns::v1::Rule>("accounts/hub/rules/corp");
  ASSERT_EQ(rule.status(), absl::OkStatus());
  EXPECT_TRUE(rule->disabled());
  EXPECT_EQ(rule->targets_size(), 1);
  EXPECT_EQ(rule->domain_name(), "corp.example.com.");
}

TEST_F(EngineTest, ListsPageAcrossAccountsInOrder) {
  EXPECT_THAT(VpcNames("", ""), ElementsAre("accounts/hub/vpcs/hub", "accounts/s1/vpcs/main",
                                            "accounts/s2/vpcs/main"));
  EXPECT_THAT(VpcNames("accounts/s2", ""), ElementsAre("accounts/s2/vpcs/main"));
  EXPECT_THAT(VpcNames("accounts/-", ""), ::testing::SizeIs(3));
  EXPECT_THAT(VpcNames("accounts/none", ""), IsEmpty());
}

TEST_F(EngineTest, FiltersJoinConditions) {
  ASSERT_EQ(world_.Run("create Vpc name: 'accounts/s1/vpcs/eu' region: 'eu' "
                       "metadata { labels { key: 'tier' value: 'test' } }"),
            absl::OkStatus());
  EXPECT_THAT(VpcNames("", "region = \"eu\" AND metadata.labels.tier=\"test\""),
              ElementsAre("accounts/s1/vpcs/eu"));
  EXPECT_THAT(VpcNames("", "region = \"eu\" AND metadata.labels.tier=\"prod\""), IsEmpty());
  EXPECT_THAT(VpcNames("", "resolver_addresses = \"10.2.0.2:53\""),
              ElementsAre("accounts/s2/vpcs/main"));
}

TEST_F(EngineTest, MalformedQueriesAreRefused) {
  for (const char* filter : {"region", "region = eu", "nothing = \"x\"", "metadata = \"x\"",
                             "region = \"a\" OR region = \"b\""}) {
    api::v1::ListRequest request;
    request.set_filter(filter);
    ListVpcsResponse page;
    EXPECT_EQ(ReasonOf(world_.engine().List(world_.caller(), request, &page)),
              api::v1::INVALID_QUERY)
        << filter;
  }
  api::v1::ListRequest request;
  request.set_page_token("AAAA");
  ListVpcsResponse page;
  EXPECT_EQ(ReasonOf(world_.engine().List(world_.caller(), request, &page)),
            api::v1::INVALID_QUERY);
}

TEST_F(EngineTest, RightsAreInheritedDownwardsAndHideTheRest) {
  ASSERT_EQ(world_.Run("as viewer organizationalUnits/spokes"), absl::OkStatus());
  EXPECT_THAT(VpcNames("", ""), ElementsAre("accounts/s1/vpcs/main", "accounts/s2/vpcs/main"));
  EXPECT_EQ(ReasonOf(world_.Get<Vpc>("accounts/hub/vpcs/hub").status()), api::v1::NOT_FOUND);
  EXPECT_EQ(ReasonOf(world_.Get<Vpc>("accounts/hub/vpcs/none").status()), api::v1::NOT_FOUND);
  ASSERT_EQ(world_.Run("as viewer accounts/s1"), absl::OkStatus());
  EXPECT_THAT(VpcNames("", ""), ElementsAre("accounts/s1/vpcs/main"));
  // A shared rule is read by those who may use it; one that is not shared is not.
  EXPECT_EQ(world_.Get<dns::v1::Rule>("accounts/hub/rules/cloud").status(), absl::OkStatus());
  EXPECT_EQ(ReasonOf(world_.Get<dns::v1::Rule>("accounts/hub/rules/corp").status()),
            api::v1::NOT_FOUND);
}

TEST_F(EngineTest, LaunchersSeeThePortfoliosGrantedToThem) {
  ASSERT_EQ(world_.RunAll({"create Product name: 'products/p' plugin: 'outbound'",
                           "create Portfolio name: 'portfolios/f' products: 'products/p'",
                           "create AccessGrant name: 'portfolios/f/accessGrants/g' "
                           "grantee: 'organizationalUnits/spokes'",
                           "as launcher accounts/s1"}),
            absl::OkStatus());
  EXPECT_EQ(world_.Get<nave::catalog::v1::Portfolio>("portfolios/f").status(), absl::OkStatus());
  ASSERT_EQ(world_.Run("as launcher accounts/hub"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(world_.Get<nave::catalog::v1::Portfolio>("portfolios/f").status()),
            api::v1::NOT_FOUND);
}

// A zone, and batches of record changes within it.
class BatchTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    ASSERT_EQ(
        world_.Run("create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'"),
        absl::OkStatus());
    request_.set_zone("accounts/s1/zones/z");
  }
  void Add(dns::v1::RecordChange::Action action, const std::string& id, const std::string& rdata) {
    auto* change = request_.add_changes();
    change->set_action(action);
    change->mutable_record_set()->set_name(absl::StrCat("accounts/s1/zones/z/recordSets/", id));
    if (!rdata.empty()) change->mutable_record_set()->add_rdata(rdata);
  }
  absl::Status Apply() {
    response_.Clear();
    return world_.engine().ApplyChangeBatch(world_.caller(), request_, &response_);
  }
  std::string Soa() {
    auto soa = world_.Get<RecordSet>("accounts/s1/zones/z/recordSets/s1.cloud.example.com./SOA");
    return soa.ok() ? soa->rdata(0) : "";
  }

  dns::v1::ApplyChangeBatchRequest request_;
  dns::v1::ApplyChangeBatchResponse response_;
};

TEST_F(BatchTest, AppliesInOrderAsOneRevisionAndOneSerial) {
  EXPECT_THAT(Soa(), ::testing::HasSubstr(" 1 7200 "));
  Add(dns::v1::RecordChange::CREATE, "a.s1.cloud.example.com./CNAME", "b.example.");
  Add(dns::v1::RecordChange::DELETE, "a.s1.cloud.example.com./CNAME", "");
  Add(dns::v1::RecordChange::CREATE, "A.s1.cloud.example.com/a", "192.0.2.1");
  Add(dns::v1::RecordChange::UPSERT, "a.s1.cloud.example.com./A", "192.0.2.2");
  ASSERT_EQ(Apply(), absl::OkStatus());
  ASSERT_EQ(response_.record_sets_size(), 1);
  EXPECT_EQ(response_.record_sets(0).name(),
            "accounts/s1/zones/z/recordSets/a.s1.cloud.example.com./A");
  EXPECT_EQ(response_.record_sets(0).rdata(0), "192.0.2.2");
  EXPECT_EQ(response_.revision(), world_.store().current_revision());
  EXPECT_EQ(response_.record_sets(0).metadata().revision(), response_.revision());
  EXPECT_THAT(Soa(), ::testing::HasSubstr(" 2 7200 "));
}

TEST_F(BatchTest, AllOrNone) {
  Add(dns::v1::RecordChange::CREATE, "a.s1.cloud.example.com./A", "192.0.2.1");
  Add(dns::v1::RecordChange::CREATE, "b.s1.cloud.example.com./A", "nonsense");
  EXPECT_EQ(ReasonOf(Apply()), api::v1::INVALID_RECORD);
  EXPECT_EQ(
      ReasonOf(world_.Get<RecordSet>("accounts/s1/zones/z/recordSets/a.s1.cloud.example.com./A")
                   .status()),
      api::v1::NOT_FOUND);
  EXPECT_THAT(Soa(), ::testing::HasSubstr(" 1 7200 "));
}

TEST_F(BatchTest, EmptyZoneGoesWithItsApexRecords) {
  const size_t before = world_.Count(store::Table::kResources);
  ASSERT_EQ(world_.Run("delete accounts/s1/zones/z"), absl::OkStatus());
  EXPECT_EQ(world_.Count(store::Table::kResources), before - 3);
  EXPECT_EQ(world_.Count(store::Table::kLedgerAccount), 0);
  EXPECT_EQ(world_.Count(store::Table::kLedgerIndex), 0);
}

}  // namespace
}  // namespace nave::testing
