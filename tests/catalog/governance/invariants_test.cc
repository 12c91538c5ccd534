// Every refusal that product.md section 5 asks for, as a table: what is done, what is refused, and
// why.
#include <gtest/gtest.h>

#include "tests/catalog/governance/world.h"

namespace nave::testing {
namespace {

struct Case {
  const char* title;
  std::vector<std::string> before;
  std::string refused;
  api::v1::Reason reason;
};

void PrintTo(const Case& c, std::ostream* os) { *os << c.title; }

const char kAssociateCloud[] =
    "create RuleAssociation name: 'accounts/s1/ruleAssociations/cloud' rule: "
    "'accounts/hub/rules/cloud' "
    "vpc: 'accounts/s1/vpcs/main'";
const char kZone[] = "create Zone name: 'accounts/s1/zones/z' domain_name: 's1.cloud.example.com'";
const char kAssociateZone[] =
    "create ZoneAssociation name: 'accounts/s1/zones/z/associations/own' vpc: "
    "'accounts/s1/vpcs/main'";
const char kRecord[] =
    "create RecordSet name: 'accounts/s1/zones/z/recordSets/www.s1.cloud.example.com./A' rdata: "
    "'192.0.2.1'";

const Case kCases[] = {
    // Names, parents, references.
    {"OneNameOnce", {}, "create Account name: 'accounts/hub'", api::v1::ALREADY_EXISTS},
    {"IdsAreWords", {}, "create Account name: 'accounts/a b'", api::v1::INVALID_NAME},
    {"ParentMustExist", {}, "create Vpc name: 'accounts/none/vpcs/v'", api::v1::NOT_FOUND},
    {"ReferenceMustExist",
     {},
     "create Endpoint name: 'accounts/hub/endpoints/e' direction: OUTBOUND vpc: "
     "'accounts/hub/vpcs/none'",
     api::v1::DANGLING_REFERENCE},
    {"ReferenceOfTheRightKind",
     {},
     "create Endpoint name: 'accounts/hub/endpoints/e' direction: OUTBOUND vpc: "
     "'accounts/hub/rules/corp'",
     api::v1::INVALID_FIELD},
    {"RequiredField", {}, "create Zone name: 'accounts/s1/zones/z'", api::v1::INVALID_FIELD},
    {"MalformedAddress",
     {},
     "create Vpc name: 'accounts/s1/vpcs/v' cidrs: '10.0.0.1/8'",
     api::v1::INVALID_FIELD},
    {"ImmutableField",
     {},
     "update Rule(domain_name) name: 'accounts/hub/rules/corp' domain_name: 'other.example.com'",
     api::v1::IMMUTABLE_FIELD},
    {"UnknownMask",
     {},
     "update Rule(nonsense) name: 'accounts/hub/rules/corp'",
     api::v1::INVALID_QUERY},
    {"StaleEtag",
     {},
     "update Rule(disabled) name: 'accounts/hub/rules/corp' metadata { etag: 'r1' } disabled: true",
     api::v1::STALE_ETAG},
    {"OwnerIsNotForPeople",
     {},
     "create Vpc name: 'accounts/s1/vpcs/v' metadata { owner: 'accounts/s1/provisionedProducts/p' "
     "}",
     api::v1::INVALID_FIELD},
    // Accounts and units.
    {"SuspendedMakesNothing",
     {"update Account(state) name: 'accounts/s1' state: SUSPENDED"},
     "create Vpc name: 'accounts/s1/vpcs/v'",
     api::v1::ACCOUNT_NOT_ACTIVE},
    {"ClosedStaysClosed",
     {"update Account(state) name: 'accounts/s1' state: CLOSED"},
     "update Account(state) name: 'accounts/s1' state: ACTIVE",
     api::v1::INVALID_FIELD},
    {"AccountWithChildrenStays", {}, "delete accounts/s1", api::v1::NOT_EMPTY},
    {"UnitWithAccountsStays", {}, "delete organizationalUnits/spokes", api::v1::IN_USE},
    {"UnitBelowItself",
     {"create OrganizationalUnit name: 'organizationalUnits/low' parent_unit: "
      "'organizationalUnits/spokes'"},
     "update OrganizationalUnit(parent_unit) name: 'organizationalUnits/spokes' "
     "parent_unit: 'organizationalUnits/low'",
     api::v1::INVALID_TREE},
    {"TreeTooDeep",
     {"create OrganizationalUnit name: 'organizationalUnits/u1'",
      "create OrganizationalUnit name: 'organizationalUnits/u2' parent_unit: "
      "'organizationalUnits/u1'",
      "create OrganizationalUnit name: 'organizationalUnits/u3' parent_unit: "
      "'organizationalUnits/u2'",
      "create OrganizationalUnit name: 'organizationalUnits/u4' parent_unit: "
      "'organizationalUnits/u3'",
      "create OrganizationalUnit name: 'organizationalUnits/u5' parent_unit: "
      "'organizationalUnits/u4'",
      "create OrganizationalUnit name: 'organizationalUnits/u6' parent_unit: "
      "'organizationalUnits/u5'",
      "create OrganizationalUnit name: 'organizationalUnits/u7' parent_unit: "
      "'organizationalUnits/u6'",
      "create OrganizationalUnit name: 'organizationalUnits/u8' parent_unit: "
      "'organizationalUnits/u7'"},
     "create OrganizationalUnit name: 'organizationalUnits/u9' parent_unit: "
     "'organizationalUnits/u8'",
     api::v1::INVALID_TREE},
    // Rules, endpoints and their associations.
    {"SecondRuleForADomain",
     {kAssociateCloud,
      "create Rule name: 'accounts/s1/rules/own' domain_name: 'CLOUD.example.com' kind: SYSTEM"},
     "create RuleAssociation name: 'accounts/s1/ruleAssociations/own' rule: "
     "'accounts/s1/rules/own' "
     "vpc: 'accounts/s1/vpcs/main'",
     api::v1::DUPLICATE_RULE_ON_VPC},
    {"RuleMustBeShared",
     {},
     "create RuleAssociation name: 'accounts/s1/ruleAssociations/corp' rule: "
     "'accounts/hub/rules/corp' "
     "vpc: 'accounts/s1/vpcs/main'",
     api::v1::NOT_SHARED},
    {"AssociationOfAnothersVpc",
     {},
     "create RuleAssociation name: 'accounts/s1/ruleAssociations/x' rule: "
     "'accounts/hub/rules/cloud' "
     "vpc: 'accounts/s2/vpcs/main'",
     api::v1::INVALID_FIELD},
    {"TargetIsOwnEndpoint",
     {},
     "create RuleAssociation name: 'accounts/hub/ruleAssociations/x' rule: "
     "'accounts/hub/rules/cloud' "
     "vpc: 'accounts/hub/vpcs/hub'",
     api::v1::RULE_LOOP},
    {"LoopOverTwoVpcs",
     {kAssociateCloud,
      "create Endpoint name: 'accounts/s1/endpoints/in' direction: INBOUND vpc: "
      "'accounts/s1/vpcs/main' "
      "addresses: '10.1.0.10:53'",
      "create Rule name: 'accounts/s1/rules/back' domain_name: 'cloud.example.com' kind: FORWARD "
      "targets { inbound_endpoint: 'accounts/s1/endpoints/in' }",
      "create Share name: 'accounts/s1/shares/back' resource: 'accounts/s1/rules/back' principal: "
      "'accounts/hub'"},
     "create RuleAssociation name: 'accounts/hub/ruleAssociations/back' rule: "
     "'accounts/s1/rules/back' "
     "vpc: 'accounts/hub/vpcs/hub'",
     api::v1::RULE_LOOP},
    {"LoopByADeeperName",
     {kAssociateCloud,
      "create Rule name: 'accounts/hub/rules/deep' domain_name: 'a.b.cloud.example.com' kind: "
      "FORWARD "
      "targets { address: '10.1.0.2' }"},
     "create RuleAssociation name: 'accounts/hub/ruleAssociations/deep' rule: "
     "'accounts/hub/rules/deep' "
     "vpc: 'accounts/hub/vpcs/hub'",
     api::v1::RULE_LOOP},
    {"LoopByUpdate",
     {"create Rule name: 'accounts/hub/rules/later' domain_name: 'later.example.com' kind: FORWARD "
      "targets { address: '192.0.2.1' }",
      "create RuleAssociation name: 'accounts/hub/ruleAssociations/later' rule: "
      "'accounts/hub/rules/later' "
      "vpc: 'accounts/hub/vpcs/hub'"},
     "update Rule(targets) name: 'accounts/hub/rules/later' "
     "targets { inbound_endpoint: 'accounts/hub/endpoints/in' }",
     api::v1::RULE_LOOP},
    // What kept a wider rule from closing a loop cannot go while that rule is there.
    {"LoopWithoutTheSystemRule",
     {"create Rule name: 'accounts/hub/rules/back' domain_name: 'back.cloud.example.com' kind: "
      "FORWARD targets { address: '10.1.0.2' }",
      "create RuleAssociation name: 'accounts/hub/ruleAssociations/back' rule: "
      "'accounts/hub/rules/back' vpc: 'accounts/hub/vpcs/hub'",
      "create Rule name: 'accounts/s1/rules/carved' domain_name: 'cloud.example.com' kind: SYSTEM",
      "create RuleAssociation name: 'accounts/s1/ruleAssociations/carved' rule: "
      "'accounts/s1/rules/carved' vpc: 'accounts/s1/vpcs/main'",
      "create Rule name: 'accounts/s1/rules/wide' domain_name: 'example.com' kind: FORWARD "
      "targets { address: '10.0.0.10' }",
      "create RuleAssociation name: 'accounts/s1/ruleAssociations/wide' rule: "
      "'accounts/s1/rules/wide' vpc: 'accounts/s1/vpcs/main'"},
     "delete accounts/s1/ruleAssociations/carved",
     api::v1::RULE_LOOP},
    {"LoopWithoutTheZone",
     {kZone, kAssociateZone,
      "create Rule name: 'accounts/hub/rules/back' domain_name: 's1.cloud.example.com' kind: "
      "FORWARD targets { address: '10.1.0.2' }",
      "create RuleAssociation name: 'accounts/hub/ruleAssociations/back' rule: "
      "'accounts/hub/rules/back' vpc: 'accounts/hub/vpcs/hub'",
      kAssociateCloud},
     "delete accounts/s1/zones/z/associations/own",
     api::v1::RULE_LOOP},
    {"LoopByANewAddress",
     {"create Rule name: 'accounts/hub/rules/later' domain_name: 'later.example.com' kind: FORWARD "
      "targets { address: '10.0.0.77' }",
      "create RuleAssociation name: 'accounts/hub/ruleAssociations/later' rule: "
      "'accounts/hub/rules/later' vpc: 'accounts/hub/vpcs/hub'"},
     "update Vpc(resolver_addresses) name: 'accounts/hub/vpcs/hub' resolver_addresses: "
     "'10.0.0.77:53'",
     api::v1::RULE_LOOP},
    {"LoopByANewEndpoint",
     {"create Rule name: 'accounts/hub/rules/later' domain_name: 'later.example.com' kind: FORWARD "
      "targets { address: '10.0.0.77' }",
      "create RuleAssociation name: 'accounts/hub/ruleAssociations/later' rule: "
      "'accounts/hub/rules/later' vpc: 'accounts/hub/vpcs/hub'"},
     "create Endpoint name: 'accounts/hub/endpoints/x' direction: INBOUND vpc: "
     "'accounts/hub/vpcs/hub' addresses: '10.0.0.77:53'",
     api::v1::RULE_LOOP},
    {"ForwardNeedsTargets",
     {},
     "create Rule name: 'accounts/hub/rules/x' domain_name: 'x.' kind: FORWARD",
     api::v1::INVALID_FIELD},
    {"SystemHasNoTargets",
     {},
     "create Rule name: 'accounts/hub/rules/x' domain_name: 'x.' kind: SYSTEM targets { address: "
     "'192.0.2.1' }",
     api::v1::INVALID_FIELD},
    {"PortInRange",
     {},
     "create Rule name: 'accounts/hub/rules/x' domain_name: 'x.' kind: FORWARD "
     "targets { address: '192.0.2.1' port: 65536 }",
     api::v1::INVALID_FIELD},
    {"SystemHasNoPolicy",
     {},
     "create Rule name: 'accounts/hub/rules/x' domain_name: 'x.' kind: SYSTEM "
     "policy { on_all_down: FAIL }",
     api::v1::INVALID_FIELD},
    {"HedgePercentileNotBelow",
     {},
     "create Rule name: 'accounts/hub/rules/x' domain_name: 'x.' kind: FORWARD "
     "targets { address: '192.0.2.1' } policy { hedge_percentile: 49 }",
     api::v1::INVALID_FIELD},
    {"HedgePercentileNotAbove",
     {},
     "create Rule name: 'accounts/hub/rules/x' domain_name: 'x.' kind: FORWARD "
     "targets { address: '192.0.2.1' } policy { hedge_percentile: 100 }",
     api::v1::INVALID_FIELD},
    {"OutboundIsNoTarget",
     {"create Endpoint name: 'accounts/hub/endpoints/out' direction: OUTBOUND vpc: "
      "'accounts/hub/vpcs/hub'"},
     "create Rule name: 'accounts/hub/rules/x' domain_name: 'x.' kind: FORWARD "
     "targets { inbound_endpoint: 'accounts/hub/endpoints/out' }",
     api::v1::INVALID_FIELD},
    {"EndpointInUse", {}, "delete accounts/hub/endpoints/in", api::v1::IN_USE},
    {"RuleInUse",
     {kAssociateCloud, "delete accounts/s1/ruleAssociations/cloud", kAssociateCloud},
     "delete accounts/hub/rules/cloud",
     api::v1::IN_USE},
    {"ShareInUse", {kAssociateCloud}, "delete accounts/hub/shares/cloud", api::v1::IN_USE},
    {"ShareMovedAway",
     {kAssociateCloud},
     "update Share(principal) name: 'accounts/hub/shares/cloud' principal: 'accounts/s2'",
     api::v1::IN_USE},
    {"AccountMovedAway",
     {kAssociateCloud},
     "update Account(organizational_unit) name: 'accounts/s1'",
     api::v1::IN_USE},
    {"ShareOfAnother",
     {},
     "create Share name: 'accounts/s1/shares/x' resource: 'accounts/hub/rules/corp' principal: "
     "'accounts/s1'",
     api::v1::INVALID_FIELD},
    {"VpcInUse", {kAssociateCloud}, "delete accounts/s1/vpcs/main", api::v1::IN_USE},
    {"SharedAddressWithoutCidrs",
     {},
     "create Vpc name: 'accounts/s2/vpcs/v' resolver_addresses: '10.1.0.2:53'",
     api::v1::ADDRESS_CONFLICT},
    {"SharedAddressEqualCidrs",
     {"create Vpc name: 'accounts/s1/vpcs/c' resolver_addresses: '10.9.0.2:53' cidrs: "
      "'10.9.0.0/16'"},
     "create Vpc name: 'accounts/s2/vpcs/c' resolver_addresses: '10.9.0.2:53' cidrs: '10.9.0.0/16'",
     api::v1::ADDRESS_CONFLICT},
    {"EndpointOnAnothersAddress",
     {},
     "create Endpoint name: 'accounts/hub/endpoints/x' direction: INBOUND vpc: "
     "'accounts/hub/vpcs/hub' "
     "addresses: '10.1.0.2:53'",
     api::v1::ADDRESS_CONFLICT},
    // Zones and records.
    {"NamespaceOfAnother",
     {},
     "create Zone name: 'accounts/s2/zones/z' domain_name: 'x.s1.cloud.example.com'",
     api::v1::NO_NAMESPACE_GRANT},
    {"TheLongestGrantDecides",
     {},
     "create Zone name: 'accounts/hub/zones/z' domain_name: 's1.cloud.example.com'",
     api::v1::NO_NAMESPACE_GRANT},
    {"UngrantedIsForAdministrators",
     {"as network"},
     "create Zone name: 'accounts/s1/zones/z' domain_name: 'else.example.org'",
     api::v1::NO_NAMESPACE_GRANT},
    {"GrantInUse", {kZone}, "delete namespaceGrants/s1", api::v1::IN_USE},
    {"GrantMovedAway",
     {kZone},
     "update NamespaceGrant(grantee) name: 'namespaceGrants/s1' grantee: 'accounts/s2'",
     api::v1::IN_USE},
    {"ZoneWithRecords", {kZone, kRecord}, "delete accounts/s1/zones/z", api::v1::NOT_EMPTY},
    {"ZoneWithAssociations",
     {kZone, kAssociateZone},
     "delete accounts/s1/zones/z",
     api::v1::NOT_EMPTY},
    {"TwoZonesOfOneApex",
     {kZone, kAssociateZone,
      "create Zone name: 'accounts/s1/zones/y' domain_name: 's1.cloud.example.com'"},
     "create ZoneAssociation name: 'accounts/s1/zones/y/associations/own' vpc: "
     "'accounts/s1/vpcs/main'",
     api::v1::DUPLICATE_ZONE_ON_VPC},
    {"OneAssociationOfZoneAndVpc",
     {kZone, kAssociateZone},
     "create ZoneAssociation name: 'accounts/s1/zones/z/associations/two' vpc: "
     "'accounts/s1/vpcs/main'",
     api::v1::ALREADY_EXISTS},
    {"CnameBesideData",
     {kZone, kRecord},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/www.s1.cloud.example.com./CNAME' "
     "rdata: 'a.'",
     api::v1::INVALID_RECORD},
    {"DataBesideCname",
     {kZone,
      "create RecordSet name: 'accounts/s1/zones/z/recordSets/c.s1.cloud.example.com./CNAME' "
      "rdata: 'a.'"},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/C.s1.cloud.example.com/txt' rdata: "
     "'\"t\"'",
     api::v1::INVALID_RECORD},
    {"CnameAtApex",
     {kZone},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/s1.cloud.example.com./CNAME' rdata: "
     "'a.'",
     api::v1::INVALID_RECORD},
    {"OwnerOutsideTheZone",
     {kZone},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/www.example.com./A' rdata: "
     "'192.0.2.1'",
     api::v1::INVALID_RECORD},
    {"MalformedRdata",
     {kZone},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/s1.cloud.example.com./A' rdata: "
     "'192.0.2.256'",
     api::v1::INVALID_RECORD},
    {"DuplicateRdata",
     {kZone},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/s1.cloud.example.com./AAAA' "
     "rdata: '2001:db8::1' rdata: '2001:DB8:0::1'",
     api::v1::INVALID_RECORD},
    {"BelowADname",
     {kZone,
      "create RecordSet name: 'accounts/s1/zones/z/recordSets/d.s1.cloud.example.com./DNAME' "
      "rdata: 'a.'"},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/x.y.d.s1.cloud.example.com./A' rdata: "
     "'192.0.2.1'",
     api::v1::INVALID_RECORD},
    {"DnameAboveData",
     {kZone, kRecord},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/s1.cloud.example.com./DNAME' rdata: "
     "'a.'",
     api::v1::INVALID_RECORD},
    {"ApexSoaStays",
     {kZone},
     "delete accounts/s1/zones/z/recordSets/s1.cloud.example.com./SOA",
     api::v1::INVALID_RECORD},
    {"NegativeTtl",
     {kZone},
     "create RecordSet name: 'accounts/s1/zones/z/recordSets/s1.cloud.example.com./A' ttl_seconds: "
     "-1 "
     "rdata: '192.0.2.1'",
     api::v1::INVALID_FIELD},
    // Consent.
    {"NeitherSideConsents",
     {kZone, "as network accounts/s2"},
     "create ZoneAssociation name: 'accounts/s1/zones/z/associations/x' vpc: "
     "'accounts/hub/vpcs/hub'",
     api::v1::CONSENT_MISSING},
    {"OneSideTwiceIsNotBoth",
     {kZone, "as network accounts/s1",
      "create ZoneAssociation name: 'accounts/s1/zones/z/associations/x' vpc: "
      "'accounts/s2/vpcs/main'"},
     "accept accounts/s1/zones/z/associations/x",
     api::v1::CONSENT_MISSING},
    {"StrangersSeeNoOffer",
     {kZone, "as network accounts/s1",
      "create ZoneAssociation name: 'accounts/s1/zones/z/associations/x' vpc: "
      "'accounts/s2/vpcs/main'",
      "as network accounts/hub"},
     "accept accounts/s1/zones/z/associations/x",
     api::v1::NOT_FOUND},
    // The catalog.
    {"PluginMustExist",
     {},
     "create Product name: 'products/p' plugin: 'nonsense'",
     api::v1::INVALID_PARAMETER},
    {"SettingsMustFit",
     {"create Product name: 'products/p' plugin: 'outbound'"},
     "create ProductVersion name: 'products/p/versions/v1' settings { key: 'wrong' }",
     api::v1::INVALID_PARAMETER},
    {"ProductWithVersions",
     {"create Product name: 'products/p' plugin: 'outbound'",
      "create ProductVersion name: 'products/p/versions/v1'"},
     "delete products/p",
     api::v1::NOT_EMPTY},
    {"ProductInPortfolio",
     {"create Product name: 'products/p' plugin: 'outbound'",
      "create Portfolio name: 'portfolios/f' products: 'products/p'"},
     "delete products/p",
     api::v1::IN_USE},
    // Rights.
    {"ViewersOnlyRead",
     {"as viewer"},
     "create Vpc name: 'accounts/s1/vpcs/v'",
     api::v1::PERMISSION_DENIED},
    {"LaunchersOnlyLaunch",
     {"as launcher accounts/s1"},
     "create Vpc name: 'accounts/s1/vpcs/v'",
     api::v1::PERMISSION_DENIED},
    {"RightsEndAtTheAccount",
     {"as network accounts/s1"},
     "create Vpc name: 'accounts/s2/vpcs/v'",
     api::v1::PERMISSION_DENIED},
    {"NetworkAdminsDoNotGrant",
     {"as network"},
     "create NamespaceGrant name: 'namespaceGrants/x' suffix: 'x.' grantee: 'accounts/s1'",
     api::v1::PERMISSION_DENIED},
    {"AccountsDoNotMoveThemselves",
     {"as admin accounts/s1"},
     "update Account(organizational_unit) name: 'accounts/s1'",
     api::v1::PERMISSION_DENIED},
};

class InvariantTest : public ::testing::TestWithParam<Case> {};

TEST_P(InvariantTest, IsRefusedAndChangesNothing) {
  World world;
  ASSERT_EQ(world.RunAll(World::Story()), absl::OkStatus());
  ASSERT_EQ(world.RunAll(GetParam().before), absl::OkStatus());
  const store::Revision revision = world.store().current_revision();
  absl::Status status = world.Run(GetParam().refused);
  EXPECT_EQ(api::v1::Reason_Name(catalog::ReasonOf(status)),
            api::v1::Reason_Name(GetParam().reason))
      << status.message();
  EXPECT_EQ(world.store().current_revision(), revision);
}

INSTANTIATE_TEST_SUITE_P(All, InvariantTest, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.title); });

}  // namespace
}  // namespace nave::testing
