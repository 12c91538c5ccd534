#include "catalog/publish/compiler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/catalog/governance/world.h"

namespace nave::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kHubVpc[] = "accounts/hub/vpcs/hub";
constexpr char kSpokeVpc[] = "accounts/s1/vpcs/main";
constexpr char kZone[] = "accounts/s1/zones/z";

class CompilerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Do(testing::World::Story());
    Do({"create RuleAssociation name: 'accounts/s1/ruleAssociations/cloud' rule: "
        "'accounts/hub/rules/cloud' vpc: 'accounts/s1/vpcs/main'",
        "create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'",
        "create ZoneAssociation name: 'accounts/s1/zones/z/associations/own' vpc: "
        "'accounts/s1/vpcs/main'"});
  }
  void Do(const std::vector<std::string>& lines) {
    const absl::Status status = world_.RunAll(lines);
    ASSERT_TRUE(status.ok()) << status;
  }
  store::Snapshot& Now() {
    auto read = world_.store().Read();
    EXPECT_TRUE(read.ok()) << read.status();
    snapshot_ = *std::move(read);
    return *snapshot_;
  }

  testing::World world_;
  std::unique_ptr<store::Snapshot> snapshot_;
};

TEST_F(CompilerTest, ViewNamesItsZonesAndRules) {
  const auto view = CompileView(Now(), kSpokeVpc);
  ASSERT_TRUE(view.ok() && view->has_value());
  EXPECT_THAT((*view)->zones(), ElementsAre(kZone));
  EXPECT_THAT((*view)->rules(), ElementsAre("accounts/hub/rules/cloud"));
  EXPECT_EQ((*view)->revision(), world_.store().current_revision());
}

TEST_F(CompilerTest, ZoneThatIsOnlyOfferedIsNotInTheView) {
  Do({"as network accounts/s1",
      "create ZoneAssociation name: 'accounts/s1/zones/z/associations/hub' vpc: "
      "'accounts/hub/vpcs/hub'"});
  auto view = CompileView(Now(), kHubVpc);
  ASSERT_TRUE(view.ok() && view->has_value());
  EXPECT_THAT((*view)->zones(), IsEmpty());
  Do({"as network accounts/hub", "accept accounts/s1/zones/z/associations/hub"});
  view = CompileView(Now(), kHubVpc);
  ASSERT_TRUE(view.ok() && view->has_value());
  EXPECT_THAT((*view)->zones(), ElementsAre(kZone));
}

TEST_F(CompilerTest, DisabledRuleLeavesTheView) {
  Do({"update Rule(disabled) name: 'accounts/hub/rules/cloud' disabled: true"});
  const auto view = CompileView(Now(), kSpokeVpc);
  ASSERT_TRUE(view.ok() && view->has_value());
  EXPECT_THAT((*view)->rules(), IsEmpty());
  const auto rule = CompileRule(Now(), "accounts/hub/rules/cloud");
  ASSERT_TRUE(rule.ok());
  EXPECT_FALSE(rule->has_value());
}

TEST_F(CompilerTest, EndpointAsTargetStandsForItsAddresses) {
  const auto rule = CompileRule(Now(), "accounts/hub/rules/cloud");
  ASSERT_TRUE(rule.ok() && rule->has_value());
  EXPECT_EQ((*rule)->domain_name(), "cloud.example.com.");
  EXPECT_EQ((*rule)->kind(), resolver::v1::Rule::FORWARD);
  ASSERT_THAT((*rule)->targets(), SizeIs(1));
  EXPECT_EQ((*rule)->targets(0).address(), "10.0.0.10");
  EXPECT_EQ((*rule)->targets(0).port(), 53u);
}

TEST_F(CompilerTest, PolicyGoesWithTheRule) {
  EXPECT_FALSE((*CompileRule(Now(), "accounts/hub/rules/corp"))->has_policy());
  Do({"update Rule(policy) name: 'accounts/hub/rules/corp' policy { selection: LATENCY "
      "on_servfail: ANSWER hedge_percentile: 95 }"});
  const auto rule = CompileRule(Now(), "accounts/hub/rules/corp");
  ASSERT_TRUE(rule.ok() && rule->has_value());
  EXPECT_EQ((*rule)->policy().selection(), resolver::v1::ForwardingPolicy::LATENCY);
  EXPECT_EQ((*rule)->policy().on_servfail(), resolver::v1::ForwardingPolicy::ANSWER);
  EXPECT_EQ((*rule)->policy().hedge_percentile(), 95);
}

TEST_F(CompilerTest, OutboundEndpointGivesTheSourceAddresses) {
  Do({"create Endpoint name: 'accounts/hub/endpoints/out' direction: OUTBOUND vpc: "
      "'accounts/hub/vpcs/hub' addresses: '10.0.0.11:0'",
      "update Rule(outbound_endpoint) name: 'accounts/hub/rules/corp' outbound_endpoint: "
      "'accounts/hub/endpoints/out'"});
  const auto rule = CompileRule(Now(), "accounts/hub/rules/corp");
  ASSERT_TRUE(rule.ok() && rule->has_value());
  EXPECT_THAT((*rule)->source_addresses(), ElementsAre("10.0.0.11"));
}

TEST_F(CompilerTest, ListenersAreResolverAddressesAndInboundEndpoints) {
  const auto addresses = ListenersOf(Now(), kHubVpc);
  ASSERT_TRUE(addresses.ok());
  EXPECT_THAT(*addresses, ElementsAre("10.0.0.2:53", "10.0.0.10:53"));
  const auto listener = CompileListener(Now(), "10.0.0.10:53");
  ASSERT_TRUE(listener.ok() && listener->has_value());
  EXPECT_THAT((*listener)->views(), ElementsAre(kHubVpc));
  const auto nobody = CompileListener(Now(), "10.0.0.99:53");
  ASSERT_TRUE(nobody.ok());
  EXPECT_FALSE(nobody->has_value());
}

TEST_F(CompilerTest, EveryVpcWithAListener) {
  Do({"create Vpc name: 'accounts/s1/vpcs/silent'"});
  const auto vpcs = VpcsWithListeners(Now());
  ASSERT_TRUE(vpcs.ok());
  EXPECT_THAT(*vpcs, ElementsAre(kHubVpc, kSpokeVpc, "accounts/s2/vpcs/main"));
}

TEST_F(CompilerTest, ZoneSaysWhetherItFallsBack) {
  auto zone = CompileZone(Now(), kZone);
  ASSERT_TRUE(zone.ok() && zone->has_value());
  EXPECT_FALSE((*zone)->fallback_on_nxdomain());
  Do({"update Zone(fallback_on_nxdomain) name: 'accounts/s1/zones/z' fallback_on_nxdomain: true"});
  zone = CompileZone(Now(), kZone);
  ASSERT_TRUE(zone.ok() && zone->has_value());
  EXPECT_TRUE((*zone)->fallback_on_nxdomain());
  EXPECT_EQ((*zone)->apex(), "s1.cloud.example.com.");
}

TEST_F(CompilerTest, ZoneComesInPieces) {
  for (int i = 0; i < 20; ++i) {
    Do({absl::StrCat("create RecordSet name: 'accounts/s1/zones/z/recordSets/h", i,
                     ".s1.cloud.example.com./A' ttl_seconds: 60 rdata: '192.0.2.", i, "'")});
  }
  const auto zone = CompileZone(Now(), kZone);
  ASSERT_TRUE(zone.ok() && zone->has_value());
  EXPECT_EQ((*zone)->apex(), "s1.cloud.example.com.");
  std::set<std::string> owners;
  std::string from;
  int pages = 0;
  do {
    const auto page = CompileRRsets(Now(), kZone, from, 200);
    ASSERT_TRUE(page.ok()) << page.status();
    ASSERT_FALSE(page->rrsets.empty());
    for (const auto& rrset : page->rrsets) {
      EXPECT_TRUE(owners.insert(absl::StrCat(rrset.owner(), " ", rrset.type())).second);
    }
    from = page->next;
    ++pages;
  } while (!from.empty());
  EXPECT_GT(pages, 3);
  EXPECT_THAT(owners, SizeIs(22));  // with SOA and NS
}

TEST_F(CompilerTest, WhatIsNotThereCompilesToNothing) {
  const auto view = CompileView(Now(), "accounts/s1/vpcs/none");
  ASSERT_TRUE(view.ok());
  EXPECT_FALSE(view->has_value());
  const auto zone = CompileZone(Now(), "accounts/s1/zones/none");
  ASSERT_TRUE(zone.ok());
  EXPECT_FALSE(zone->has_value());
  const auto rrset =
      CompileRRset(Now(), "accounts/s1/zones/z/recordSets/none.s1.cloud.example.com./A");
  ASSERT_TRUE(rrset.ok());
  EXPECT_FALSE(rrset->has_value());
}

}  // namespace
}  // namespace nave::catalog
