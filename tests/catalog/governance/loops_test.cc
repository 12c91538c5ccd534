// Loops that a plan must find and ways that it must let pass, and the declared name servers that
// are part of the search (product.md section 5).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nave/dns/v1/name_server.pb.h"
#include "tests/catalog/governance/world.h"

namespace nave::testing {
namespace {

using ::testing::HasSubstr;

std::string Vpc(const std::string& id, const std::string& octet) {
  return "create Vpc name: 'accounts/hub/vpcs/" + id + "' resolver_addresses: '10.7." + octet +
         ".2:53'";
}
std::string Endpoint(const std::string& id, const std::string& octet) {
  return "create Endpoint name: 'accounts/hub/endpoints/" + id +
         "' direction: INBOUND vpc: 'accounts/hub/vpcs/" + id + "' addresses: '10.7." + octet +
         ".10:53'";
}
std::string Rule(const std::string& id, const std::string& domain, const std::string& endpoint) {
  return "create Rule name: 'accounts/hub/rules/" + id + "' domain_name: '" + domain +
         "' kind: FORWARD targets { inbound_endpoint: 'accounts/hub/endpoints/" + endpoint + "' }";
}
std::string Associate(const std::string& rule, const std::string& vpc) {
  return "create RuleAssociation name: 'accounts/hub/ruleAssociations/" + rule + "-" + vpc +
         "' rule: 'accounts/hub/rules/" + rule + "' vpc: 'accounts/hub/vpcs/" + vpc + "'";
}
// The data centre's name server, that forwards cloud.example.com. to the hub's endpoint.
const char kDatacenter[] =
    "create NameServer name: 'accounts/hub/nameServers/dc' addresses: '192.0.2.53:53' "
    "forwards { domain_name: 'Cloud.Example.com' inbound_endpoint: 'accounts/hub/endpoints/in' }";

class LoopsTest : public ::testing::Test {
 protected:
  LoopsTest() { EXPECT_EQ(world_.RunAll(World::Story()), absl::OkStatus()); }
  void Do(const std::vector<std::string>& lines) {
    ASSERT_EQ(world_.RunAll(lines), absl::OkStatus());
  }
  void ExpectRefused(const std::string& line, api::v1::Reason reason, const std::string& text) {
    const store::Revision revision = world_.store().current_revision();
    const absl::Status status = world_.Run(line);
    EXPECT_EQ(api::v1::Reason_Name(catalog::ReasonOf(status)), api::v1::Reason_Name(reason));
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
    EXPECT_EQ(world_.store().current_revision(), revision);
  }
  // Three VPCs in a row: a forwards to b, b to c.
  void MakeChain() {
    Do({Vpc("a", "1"), Vpc("b", "2"), Vpc("c", "3"), Endpoint("a", "1"), Endpoint("b", "2"),
        Endpoint("c", "3"), Rule("to-a", "x.example.com", "a"), Rule("to-b", "example.com", "b"),
        Rule("to-c", "example.com", "c"), Associate("to-b", "a"), Associate("to-c", "b")});
  }

  World world_;
};

TEST_F(LoopsTest, ChainThroughThreeHubsIsNoLoop) {
  MakeChain();
  // Back to the first hub, for names that it does not send on.
  Do({Rule("other", "example.org", "a"), Associate("other", "c")});
}

TEST_F(LoopsTest, PathNamesEachNodeAndRule) {
  MakeChain();
  ExpectRefused(
      Associate("to-a", "c"), api::v1::RULE_LOOP,
      "a query for x.example.com. would come back to where it was before: accounts/hub/vpcs/c "
      "-(rule accounts/hub/rules/to-a by endpoint accounts/hub/endpoints/a)-> accounts/hub/vpcs/a "
      "-(rule accounts/hub/rules/to-b by endpoint accounts/hub/endpoints/b)-> accounts/hub/vpcs/b "
      "-(rule accounts/hub/rules/to-c by endpoint accounts/hub/endpoints/c)-> accounts/hub/vpcs/c; "
      "take a rule of the way off its VPC, or carve the name out with a SYSTEM rule");
}

TEST_F(LoopsTest, DeclaredServerThatForwardsBackIsPartOfTheWay) {
  Do({kDatacenter,
      "create Rule name: 'accounts/hub/rules/dc' domain_name: 's9.cloud.example.com' kind: FORWARD "
      "targets { address: '192.0.2.53' }"});
  ExpectRefused(Associate("dc", "hub"), api::v1::RULE_LOOP,
                "accounts/hub/vpcs/hub -(rule accounts/hub/rules/dc)-> "
                "accounts/hub/nameServers/dc -(its forward of cloud.example.com. by endpoint "
                "accounts/hub/endpoints/in)-> accounts/hub/vpcs/hub");
  // What it does not forward is answered there.
  Do({Associate("corp", "hub")});
}

TEST_F(LoopsTest, DeclaringTheServerLaterIsWhatIsRefused) {
  Do({"create Rule name: 'accounts/hub/rules/dc' domain_name: 'cloud.example.com' kind: FORWARD "
      "targets { address: '192.0.2.53' }",
      Associate("dc", "hub")});
  ExpectRefused(kDatacenter, api::v1::RULE_LOOP, "-(its forward of cloud.example.com. by");
  Do({"create NameServer name: 'accounts/hub/nameServers/dc' addresses: '192.0.2.53:53'"});
  ExpectRefused(
      "update NameServer(forwards) name: 'accounts/hub/nameServers/dc' forwards { domain_name: '.' "
      "addresses: '10.0.0.2:53' }",
      api::v1::RULE_LOOP, "-(its forward of .)-> accounts/hub/vpcs/hub");
}

TEST_F(LoopsTest, LongestForwardOfTheServerDecides) {
  Do({"create NameServer name: 'accounts/hub/nameServers/dc' addresses: '192.0.2.53:53' "
      "forwards { domain_name: '.' addresses: '10.0.0.2:53' } "
      "forwards { domain_name: 'corp.example.com' addresses: '198.51.100.1:53' }",
      Associate("corp", "hub")});
  ExpectRefused(
      "update NameServer(forwards) name: 'accounts/hub/nameServers/dc' forwards { domain_name: '.' "
      "addresses: '10.0.0.2:53' }",
      api::v1::RULE_LOOP, "corp.example.com.");
}

TEST_F(LoopsTest, RecursiveResolversAreWays) {
  ExpectRefused(
      "update Vpc(recursive_resolvers) name: 'accounts/hub/vpcs/hub' "
      "recursive_resolvers: '10.0.0.10:53'",
      api::v1::RULE_LOOP, "-(recursive resolver 10.0.0.10:53");
  Do({"update Vpc(recursive_resolvers) name: 'accounts/s1/vpcs/main' recursive_resolvers: "
      "'10.0.0.10:53'"});
  ExpectRefused(
      "update Vpc(recursive_resolvers) name: 'accounts/hub/vpcs/hub' "
      "recursive_resolvers: '10.1.0.2:53'",
      api::v1::RULE_LOOP, "accounts/s1/vpcs/main");
}

TEST_F(LoopsTest, SystemRuleMovesANameToTheRecursiveResolvers) {
  Do({"create Rule name: 'accounts/hub/rules/all' domain_name: '.' kind: FORWARD targets { "
      "address: '192.0.2.1' }",
      Associate("all", "hub"),
      "create Rule name: 'accounts/hub/rules/own' domain_name: 'own.example.com' kind: SYSTEM",
      "update Vpc(recursive_resolvers) name: 'accounts/hub/vpcs/hub' recursive_resolvers: "
      "'10.0.0.10:53'"});
  ExpectRefused(Associate("own", "hub"), api::v1::RULE_LOOP, "own.example.com.");
  ExpectRefused("delete accounts/hub/ruleAssociations/all-hub", api::v1::RULE_LOOP, "for .");
}

TEST_F(LoopsTest, ZoneThatLetsGoOfNamesShieldsNothing) {
  Do({"create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'",
      "create ZoneAssociation name: 'accounts/s1/zones/z/associations/own' vpc: "
      "'accounts/s1/vpcs/main'",
      "create Rule name: 'accounts/hub/rules/back' domain_name: 's1.cloud.example.com' kind: "
      "FORWARD targets { address: '10.1.0.2' }",
      Associate("back", "hub"),
      "create RuleAssociation name: 'accounts/s1/ruleAssociations/cloud' rule: "
      "'accounts/hub/rules/cloud' vpc: 'accounts/s1/vpcs/main'"});
  ExpectRefused(
      "update Zone(fallback_on_nxdomain) name: 'accounts/s1/zones/z' "
      "fallback_on_nxdomain: true",
      api::v1::RULE_LOOP, "s1.cloud.example.com.");
}

TEST_F(LoopsTest, DisabledRuleIsCheckedWhenItIsEnabled) {
  Do({"create Rule name: 'accounts/hub/rules/x' domain_name: 'x.example.com' kind: FORWARD "
      "disabled: true targets { inbound_endpoint: 'accounts/hub/endpoints/in' }",
      Associate("x", "hub")});
  ExpectRefused("update Rule(disabled) name: 'accounts/hub/rules/x' disabled: false",
                api::v1::RULE_LOOP, "accounts/hub/rules/x");
}

TEST_F(LoopsTest, NameServerFieldsAreChecked) {
  const std::string name = "create NameServer name: 'accounts/hub/nameServers/n' ";
  const std::string at = name + "addresses: '192.0.2.9:53' ";
  using api::v1::INVALID_FIELD;
  ExpectRefused(name, INVALID_FIELD, "addresses");
  ExpectRefused(name + "addresses: '192.0.2.9:0'", INVALID_FIELD, "port must not be 0");
  ExpectRefused(name + "addresses: ['192.0.2.9:53', '192.0.2.9:53']", INVALID_FIELD, "twice");
  ExpectRefused(at + "forwards { domain_name: 'a.' }", INVALID_FIELD, "forwards[0]");
  ExpectRefused(at + "forwards { domain_name: 'a.' addresses: '192.0.2.1:53' inbound_endpoint: "
                     "'accounts/hub/endpoints/in' }",
                INVALID_FIELD, "needs either");
  ExpectRefused(at + "forwards { domain_name: 'a.' addresses: '192.0.2.1:0' }", INVALID_FIELD,
                "forwards[0].addresses");
  ExpectRefused(at + "forwards { domain_name: 'a' addresses: '192.0.2.1:53' } forwards { "
                     "domain_name: 'A.' addresses: '192.0.2.2:53' }",
                INVALID_FIELD, "a. is forwarded twice");
  ExpectRefused(at + "forwards { domain_name: 'a.' inbound_endpoint: 'accounts/hub/endpoints/no' }",
                api::v1::DANGLING_REFERENCE, "inbound_endpoint");
  Do({"create Endpoint name: 'accounts/hub/endpoints/out' direction: OUTBOUND vpc: "
      "'accounts/hub/vpcs/hub'"});
  ExpectRefused(
      at + "forwards { domain_name: 'a.' inbound_endpoint: 'accounts/hub/endpoints/out' }",
      INVALID_FIELD, "is not INBOUND");
  ExpectRefused(
      "create NameServer name: 'accounts/s1/nameServers/n' addresses: '192.0.2.9:53' "
      "forwards { domain_name: 'a.' inbound_endpoint: 'accounts/hub/endpoints/in' }",
      INVALID_FIELD, "is not of accounts/s1");
}

TEST_F(LoopsTest, AnAddressIsOneNameServersAndNoListener) {
  Do({kDatacenter});
  using api::v1::ADDRESS_CONFLICT;
  ExpectRefused("create NameServer name: 'accounts/s1/nameServers/n' addresses: '192.0.2.53:53'",
                ADDRESS_CONFLICT, "accounts/hub/nameServers/dc");
  ExpectRefused("create NameServer name: 'accounts/s1/nameServers/n' addresses: '10.0.0.10:53'",
                ADDRESS_CONFLICT, "accounts/hub/endpoints/in");
  ExpectRefused("create Vpc name: 'accounts/s1/vpcs/v' resolver_addresses: '192.0.2.53:53'",
                ADDRESS_CONFLICT, "accounts/hub/nameServers/dc");
  ExpectRefused(
      "update Endpoint(addresses) name: 'accounts/hub/endpoints/in' addresses: "
      "'192.0.2.53:53'",
      ADDRESS_CONFLICT, "accounts/hub/nameServers/dc");
  // Free again when it moves or goes.
  Do({"update NameServer(addresses) name: 'accounts/hub/nameServers/dc' addresses: '192.0.2.54:53'",
      "create NameServer name: 'accounts/s1/nameServers/n' addresses: '192.0.2.53:53'",
      "delete accounts/hub/nameServers/dc",
      "update NameServer(addresses) name: 'accounts/s1/nameServers/n' addresses: "
      "['192.0.2.53:53', '192.0.2.54:53']"});
}

TEST_F(LoopsTest, EndpointThatANameServerForwardsToIsInUse) {
  Do({kDatacenter,
      "create Endpoint name: 'accounts/hub/endpoints/two' direction: INBOUND vpc: "
      "'accounts/hub/vpcs/hub' addresses: '10.0.0.11:53'",
      "update NameServer(forwards) name: 'accounts/hub/nameServers/dc' forwards { domain_name: "
      "'a.' addresses: '192.0.2.1:53' } forwards { domain_name: 'b.' inbound_endpoint: "
      "'accounts/hub/endpoints/two' }"});
  ExpectRefused("delete accounts/hub/endpoints/two", api::v1::IN_USE,
                "accounts/hub/nameServers/dc");
  Do({"update NameServer(forwards) name: 'accounts/hub/nameServers/dc'",
      "delete accounts/hub/endpoints/two"});
}

TEST_F(LoopsTest, ForwardsAreKeptInTheirOneForm) {
  Do({kDatacenter});
  const auto found = world_.Get<dns::v1::NameServer>("accounts/hub/nameServers/dc");
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->forwards(0).domain_name(), "cloud.example.com.");
}

}  // namespace
}  // namespace nave::testing
