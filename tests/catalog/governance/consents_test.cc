// Consents, expiry, products as actors, and what the two ledgers say of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "tests/catalog/governance/world.h"

namespace nave::testing {
namespace {

using catalog::ReasonOf;
using dns::v1::Consent;
using dns::v1::ZoneAssociation;

constexpr char kOffer[] = "accounts/s1/zones/z/associations/s2";
constexpr char kProduct[] = "accounts/s1/provisionedProducts/p";

class ConsentsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world_.RunAll(World::Story()), absl::OkStatus());
    ASSERT_EQ(
        world_.Run("create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'"),
        absl::OkStatus());
  }
  absl::Status Offer(const std::string& as) {
    absl::Status status = world_.Run("as " + as);
    if (!status.ok()) return status;
    return world_.Run(
        absl::StrCat("create ZoneAssociation name: '", kOffer, "' vpc: 'accounts/s2/vpcs/main'"));
  }
  ZoneAssociation Read() {
    EXPECT_EQ(world_.Run("as admin"), absl::OkStatus());
    auto association = world_.Get<ZoneAssociation>(kOffer);
    EXPECT_EQ(association.status(), absl::OkStatus());
    return association.ok() ? *association : ZoneAssociation();
  }
  std::vector<dns::v1::VpcLedgerRow> Rows(const dns::v1::ListLedgerRequest& request) {
    dns::v1::ListVpcLedgerResponse response;
    EXPECT_EQ(world_.engine().ListVpcLedger(world_.caller(), request, &response), absl::OkStatus());
    return {response.rows().begin(), response.rows().end()};
  }
  absl::Status AsProduct(const std::string& launch_role, google::protobuf::Message* resource) {
    auto work = [&](store::Transaction& transaction) {
      return catalog::CreateResource(transaction, world_.ProductActor(kProduct, launch_role),
                                     resource);
    };
    return store::RunTransaction(world_.store(), work).status();
  }

  World world_;
};

TEST_F(ConsentsTest, BothSidesOneAfterTheOther) {
  ASSERT_EQ(Offer("network accounts/s1"), absl::OkStatus());
  EXPECT_EQ(Read().state(), ZoneAssociation::AUTHORIZED);
  ASSERT_EQ(world_.RunAll({"as network accounts/s2", absl::StrCat("accept ", kOffer)}),
            absl::OkStatus());
  const ZoneAssociation association = Read();
  EXPECT_EQ(association.state(), ZoneAssociation::ASSOCIATED);
  EXPECT_EQ(association.zone_consent().via(), Consent::RIGHT);
  EXPECT_EQ(association.vpc_consent().via(), Consent::RIGHT);
  dns::v1::ListLedgerRequest request;
  request.set_vpc("accounts/s2/vpcs/main");
  auto rows = Rows(request);
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows[0].state(), ZoneAssociation::ASSOCIATED);
  EXPECT_EQ(rows[0].association(), kOffer);
}

TEST_F(ConsentsTest, TheVpcsOwnerMayAskFirst) {
  ASSERT_EQ(Offer("network accounts/s2"), absl::OkStatus());
  EXPECT_EQ(Read().state(), ZoneAssociation::PENDING);
  ASSERT_EQ(world_.RunAll({"as network accounts/s1", absl::StrCat("accept ", kOffer)}),
            absl::OkStatus());
  EXPECT_EQ(Read().state(), ZoneAssociation::ASSOCIATED);
}

TEST_F(ConsentsTest, AShareIsTheZoneOwnersYesAndCannotEndUnderIt) {
  ASSERT_EQ(world_.Run("create Share name: 'accounts/s1/shares/z' resource: 'accounts/s1/zones/z' "
                       "principal: 'accounts/s2'"),
            absl::OkStatus());
  ASSERT_EQ(Offer("network accounts/s2"), absl::OkStatus());
  const ZoneAssociation association = Read();
  EXPECT_EQ(association.state(), ZoneAssociation::ASSOCIATED);
  EXPECT_EQ(association.zone_consent().via(), Consent::SHARE);
  EXPECT_EQ(association.zone_consent().resource(), "accounts/s1/shares/z");
  EXPECT_EQ(ReasonOf(world_.Run("delete accounts/s1/shares/z")), api::v1::IN_USE);
  ASSERT_EQ(world_.Run(absl::StrCat("delete ", kOffer)), absl::OkStatus());
  EXPECT_EQ(world_.Run("delete accounts/s1/shares/z"), absl::OkStatus());
}

TEST_F(ConsentsTest, AnOfferEndsAndMakesRoomForANewOne) {
  ASSERT_EQ(Offer("network accounts/s1"), absl::OkStatus());
  world_.clock().Advance(absl::Hours(24 * 7));
  ASSERT_EQ(world_.Run("as network accounts/s2"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(world_.Run(absl::StrCat("accept ", kOffer))), api::v1::AUTHORIZATION_EXPIRED);
  ASSERT_EQ(world_.RunAll({"as network accounts/s1",
                           "create ZoneAssociation name: 'accounts/s1/zones/z/associations/again' "
                           "vpc: 'accounts/s2/vpcs/main'"}),
            absl::OkStatus());
  ASSERT_EQ(world_.Run("as admin"), absl::OkStatus());
  EXPECT_EQ(ReasonOf(world_.Get<ZoneAssociation>(kOffer).status()), api::v1::NOT_FOUND);
}

TEST_F(ConsentsTest, AProductConsentsByItsLaunchRoleAlone) {
  ZoneAssociation association;
  association.set_name("accounts/s1/zones/z/associations/hub");
  association.set_vpc("accounts/hub/vpcs/hub");
  ZoneAssociation without = association;
  ASSERT_EQ(AsProduct("accounts/hub", &association), absl::OkStatus());
  EXPECT_EQ(association.state(), ZoneAssociation::ASSOCIATED);
  EXPECT_EQ(association.vpc_consent().via(), Consent::LAUNCH_ROLE);
  EXPECT_EQ(association.vpc_consent().resource(), kProduct);
  EXPECT_EQ(association.metadata().owner(), kProduct);
  without.set_name("accounts/s1/zones/z/associations/s2");
  without.set_vpc("accounts/s2/vpcs/main");
  ASSERT_EQ(AsProduct("accounts/hub", &without), absl::OkStatus());
  EXPECT_EQ(without.state(), ZoneAssociation::AUTHORIZED);
}

TEST_F(ConsentsTest, WhatAProductOwnsIsChangedByItAlone) {
  dns::v1::RuleAssociation association;
  association.set_name("accounts/s1/ruleAssociations/cloud");
  association.set_rule("accounts/hub/rules/cloud");
  association.set_vpc("accounts/s1/vpcs/main");
  ASSERT_EQ(AsProduct("", &association), absl::OkStatus());
  EXPECT_EQ(ReasonOf(world_.Run("delete accounts/s1/ruleAssociations/cloud")),
            api::v1::OWNED_BY_PRODUCT);
  EXPECT_EQ(world_.Count(store::Table::kLedgerVpc), 1);
  auto work = [&](store::Transaction& transaction) {
    return catalog::DeleteResource(transaction, world_.ProductActor(kProduct, ""),
                                   association.name(), "");
  };
  EXPECT_EQ(store::RunTransaction(world_.store(), work).status(), absl::OkStatus());
  EXPECT_EQ(world_.Count(store::Table::kLedgerVpc), 0);
  EXPECT_EQ(world_.Count(store::Table::kLedgerAccount), 1);  // the zone
}

TEST_F(ConsentsTest, ForeignRecordsKeepAProductsZoneUnlessItIsToldToDeleteThem) {
  dns::v1::Zone zone;
  zone.set_name("accounts/s1/zones/p");
  zone.set_domain_name("p.s1.cloud.example.com");
  ASSERT_EQ(AsProduct("", &zone), absl::OkStatus());
  ASSERT_EQ(
      world_.Run(
          "create RecordSet name: 'accounts/s1/zones/p/recordSets/a.p.s1.cloud.example.com./A' "
          "rdata: '192.0.2.1'"),
      absl::OkStatus());
  catalog::Actor actor = world_.ProductActor(kProduct, "");
  auto work = [&](store::Transaction& transaction) {
    return catalog::DeleteResource(transaction, actor, zone.name(), "");
  };
  EXPECT_EQ(ReasonOf(store::RunTransaction(world_.store(), work).status()),
            api::v1::FOREIGN_RECORDS);
  actor.delete_foreign_records = true;
  EXPECT_EQ(store::RunTransaction(world_.store(), work).status(), absl::OkStatus());
}

TEST_F(ConsentsTest, LedgersAreFoundByEveryColumnAndOnlyByThoseConcerned) {
  ASSERT_EQ(Offer("admin"), absl::OkStatus());
  ASSERT_EQ(world_.Run("create RuleAssociation name: 'accounts/s2/ruleAssociations/c' "
                       "rule: 'accounts/hub/rules/cloud' vpc: 'accounts/s2/vpcs/main'"),
            absl::OkStatus());
  dns::v1::ListLedgerRequest by_domain, by_resource, by_account;
  by_domain.set_domain_name("CLOUD.example.com");
  by_resource.set_resource("accounts/s1/zones/z");
  by_account.set_account("accounts/s2");
  EXPECT_EQ(Rows(by_domain).size(), 2);
  EXPECT_EQ(Rows(by_resource).size(), 1);
  EXPECT_EQ(Rows(by_account).size(), 2);
  EXPECT_EQ(Rows({}).size(), 2);
  ASSERT_EQ(world_.Run("as viewer accounts/s1"), absl::OkStatus());
  EXPECT_EQ(Rows({}).size(), 1);
  ASSERT_EQ(world_.Run("as admin"), absl::OkStatus());
  dns::v1::ListLedgerRequest page;
  page.set_page_size(1);
  dns::v1::ListVpcLedgerResponse first, second;
  ASSERT_EQ(world_.engine().ListVpcLedger(world_.caller(), page, &first), absl::OkStatus());
  page.set_page_token(first.next_page_token());
  ASSERT_EQ(world_.engine().ListVpcLedger(world_.caller(), page, &second), absl::OkStatus());
  ASSERT_EQ(first.rows_size(), 1);
  ASSERT_EQ(second.rows_size(), 1);
  EXPECT_NE(first.rows(0).association(), second.rows(0).association());
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(ConsentsTest, LedgersCanBeReadAsTheyStood) {
  ASSERT_EQ(Offer("admin"), absl::OkStatus());
  dns::v1::ListLedgerRequest request;
  request.set_at_revision(world_.store().current_revision());
  ASSERT_EQ(world_.Run(absl::StrCat("delete ", kOffer)), absl::OkStatus());
  EXPECT_EQ(Rows(request).size(), 1);
  EXPECT_EQ(Rows({}).size(), 0);
}

}  // namespace
}  // namespace nave::testing
