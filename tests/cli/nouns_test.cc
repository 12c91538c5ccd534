#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "cli/errors.h"
#include "nave/catalog/v1/product_version.pb.h"
#include "nave/dns/v1/rule.pb.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/dns/v1/zone_association.pb.h"
#include "nave/governance/v1/node.pb.h"
#include "nave/governance/v1/organization.pb.h"
#include "nave/governance/v1/token.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "tests/cli/fake_control_plane.h"
#include "tests/testing/temp_dir.h"

namespace nave::cli {
namespace {

using dns::v1::AcceptZoneAssociationRequest;
using dns::v1::CreateRuleAssociationRequest;
using dns::v1::CreateRuleRequest;
using dns::v1::ListZoneAssociationsResponse;
using governance::v1::CreateTokenRequest;
using governance::v1::CreateVpcRequest;
using governance::v1::ListVpcsResponse;
using governance::v1::UpdateVpcRequest;
using governance::v1::Vpc;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kVpcs = "nave.governance.v1.VpcService/";
const std::string kRules = "nave.dns.v1.RuleService/";
const std::string kAssociations = "nave.dns.v1.ZoneAssociationService/";
const std::string kWaitServed = "nave.governance.v1.NodeService/WaitServed";

class NounsTest : public ::testing::Test {
 protected:
  NounsTest() : session_(server_) {
    stored_.set_name("accounts/a/vpcs/main");
    stored_.add_cidrs("10.0.0.0/8");
    stored_.mutable_metadata()->set_revision(5);
    stored_.mutable_metadata()->set_etag("r5");
    for (const char* method : {"CreateVpc", "GetVpc", "UpdateVpc"}) {
      server_.Returns(kVpcs + method, stored_);
    }
    api::v1::DeleteResponse deleted;
    deleted.set_revision(6);
    server_.Returns(kVpcs + "DeleteVpc", deleted);
  }
  absl::Status Line(const std::vector<std::string>& words) {
    return RunLine(session_, AddNouns, words);
  }
  std::string UsageOf(const std::vector<std::string>& words) {
    const absl::Status status = Line(words);
    EXPECT_EQ(kExitUsage, ExitCodeOf(status)) << status;
    EXPECT_THAT(server_.calls(), IsEmpty());
    return std::string(status.message());
  }

  FakeControlPlane server_;
  FakeSession session_;
  Vpc stored_;
};

TEST_F(NounsTest, CreateFillsTheFieldsFromFlags) {
  ASSERT_TRUE(Line({"vpc", "create", "main", "--account", "a", "--cidrs", "10.0.0.0/8,10.1.0.0/16",
                    "--cidrs", "10.2.0.0/16", "--label", "team=web"})
                  .ok());
  const auto request = server_.last<CreateVpcRequest>(kVpcs + "CreateVpc");
  EXPECT_EQ("accounts/a/vpcs/main", request.vpc().name());
  EXPECT_THAT(request.vpc().cidrs(), ElementsAre("10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"));
  EXPECT_EQ("web", request.vpc().metadata().labels().at("team"));
  EXPECT_FALSE(request.mutation().request_id().empty());
  EXPECT_THAT(session_.err(), HasSubstr("committed as revision 5"));
}

TEST_F(NounsTest, DryRunSaysThatNothingWasChanged) {
  ASSERT_TRUE(Line({"vpc", "create", "accounts/a/vpcs/main", "--dry-run"}).ok());
  EXPECT_TRUE(server_.last<CreateVpcRequest>(kVpcs + "CreateVpc").mutation().validate_only());
  EXPECT_EQ("nothing was changed\n", session_.err());
}

TEST_F(NounsTest, WaitWaitsUntilItIsServed) {
  governance::v1::WaitServedResponse served;
  served.set_served_revision(5);
  server_.Returns(kWaitServed, served);
  ASSERT_TRUE(Line({"vpc", "create", "accounts/a/vpcs/main", "--wait"}).ok());
  EXPECT_EQ(5, server_.last<governance::v1::WaitServedRequest>(kWaitServed).revision());
  EXPECT_EQ("served at revision 5\n", session_.err());
}

TEST_F(NounsTest, UpdateChangesWhatIsGivenAndNothingElse) {
  ASSERT_TRUE(
      Line({"vpc", "update", "main", "--account", "a", "--region", "x", "--etag", "r5"}).ok());
  const auto request = server_.last<UpdateVpcRequest>(kVpcs + "UpdateVpc");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("region"));
  EXPECT_EQ("x", request.vpc().region());
  EXPECT_EQ("r5", request.vpc().metadata().etag());
}

TEST_F(NounsTest, AnEmptyTextTakesAFieldAway) {
  ASSERT_TRUE(Line({"vpc", "update", "main", "--account", "a", "--cidrs", ""}).ok());
  const auto request = server_.last<UpdateVpcRequest>(kVpcs + "UpdateVpc");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("cidrs"));
  EXPECT_THAT(request.vpc().cidrs(), IsEmpty());
}

TEST_F(NounsTest, MessagesAreWrittenAsYaml) {
  server_.Returns(kRules + "CreateRule", dns::v1::Rule());
  ASSERT_TRUE(
      Line({"rule", "create", "corp", "--account", "hub", "--domain-name", "corp.example.com",
            "--kind", "forward", "--targets", "{address: 192.0.2.1, port: 53}", "--targets",
            "{inbound_endpoint: accounts/hub/endpoints/in}", "--outbound-endpoint", "out",
            "--policy", "{selection: LATENCY, hedge_percentile: 95}"})
          .ok());
  const auto rule = server_.last<CreateRuleRequest>(kRules + "CreateRule").rule();
  EXPECT_EQ(dns::v1::Rule::FORWARD, rule.kind());
  ASSERT_EQ(2, rule.targets_size());
  EXPECT_EQ("accounts/hub/endpoints/in", rule.targets(1).inbound_endpoint());
  EXPECT_EQ(resolver::v1::ForwardingPolicy::LATENCY, rule.policy().selection());
  EXPECT_EQ(95, rule.policy().hedge_percentile());
  // A bare id stands for the resource of the same account.
  EXPECT_EQ("accounts/hub/endpoints/out", rule.outbound_endpoint());
}

TEST_F(NounsTest, ParametersAreWrittenAsKeyAndValue) {
  const std::string method = "nave.catalog.v1.ProductVersionService/CreateProductVersion";
  server_.Returns(method, catalog::v1::ProductVersion());
  ASSERT_TRUE(Line({"product-version", "create", "v1", "--product", "inbound", "--settings",
                    "hub_zone=accounts/hub/zones/cloud"})
                  .ok());
  const auto version =
      server_.last<catalog::v1::CreateProductVersionRequest>(method).product_version();
  EXPECT_EQ("products/inbound/versions/v1", version.name());
  ASSERT_EQ(1, version.settings_size());
  EXPECT_EQ("hub_zone", version.settings(0).key());
}

TEST_F(NounsTest, ATimeMayBeSaidFromNowOn) {
  const std::string method = "nave.governance.v1.TokenService/CreateToken";
  governance::v1::Token made;
  made.set_name("tokens/t");
  made.set_secret("hush");
  server_.Returns(method, made);
  ASSERT_TRUE(Line({"token", "create", "t", "--principal", "users/ana", "--role", "viewer",
                    "--scope", "organization", "--expire-time", "24h"})
                  .ok());
  EXPECT_GT(server_.last<CreateTokenRequest>(method).token().expire_time().seconds(), 0);
  EXPECT_THAT(session_.out(), HasSubstr("hush"));
  EXPECT_THAT(session_.err(), HasSubstr("the secret is shown this once"));
}

TEST_F(NounsTest, TheSecretGoesIntoAFileInsteadOfTheTerminal) {
  const std::string method = "nave.governance.v1.TokenService/CreateToken";
  governance::v1::Token made;
  made.set_name("tokens/t");
  made.set_secret("hush");
  server_.Returns(method, made);
  testing::TempDir directory;
  const std::string path = directory.File("t.token");
  const std::vector<std::string> words = {"token",        "create",        "t",      "--principal",
                                          "users/ana",    "--role",        "viewer", "--scope",
                                          "organization", "--secret-file", path};
  ASSERT_TRUE(Line(words).ok());
  std::ifstream file(path);
  EXPECT_EQ("hush\n",
            std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>()));
  EXPECT_THAT(session_.out(), Not(HasSubstr("hush")));
  // A file that is there is not replaced, and then no token is made.
  const size_t calls = server_.calls().size();
  EXPECT_EQ(kExitUsage, ExitCodeOf(Line(words)));
  EXPECT_EQ(calls, server_.calls().size());
}

TEST_F(NounsTest, ListNamesItsParent) {
  ListVpcsResponse page;
  *page.add_vpcs() = stored_;
  server_.Returns(kVpcs + "ListVpcs", page);
  ASSERT_TRUE(Line({"vpc", "list", "--account", "accounts/a", "--filter", "region = \"x\""}).ok());
  const auto request = server_.last<api::v1::ListRequest>(kVpcs + "ListVpcs");
  EXPECT_EQ("accounts/a", request.parent());
  EXPECT_EQ("region = \"x\"", request.filter());
  // Columns without a value are left out.
  EXPECT_EQ("NAME                  CIDRS\naccounts/a/vpcs/main  10.0.0.0/8\n", session_.out());
}

TEST_F(NounsTest, APartOfTheParentThatIsNotGivenMayBeAny) {
  server_.Returns(kAssociations + "ListZoneAssociations", ListZoneAssociationsResponse());
  const auto parent = [this] {
    return server_.last<api::v1::ListRequest>(kAssociations + "ListZoneAssociations").parent();
  };
  ASSERT_TRUE(Line({"zone-association", "list"}).ok());
  EXPECT_EQ("", parent());
  ASSERT_TRUE(Line({"zone-association", "list", "--account", "a"}).ok());
  EXPECT_EQ("accounts/a/zones/-", parent());
  ASSERT_TRUE(Line({"zone-association", "list", "--zone", "accounts/a/zones/z"}).ok());
  EXPECT_EQ("accounts/a/zones/z", parent());
}

TEST_F(NounsTest, DeleteAsks) {
  session_.answer = false;
  EXPECT_TRUE(absl::IsCancelled(Line({"vpc", "delete", "accounts/a/vpcs/main"})));
  EXPECT_THAT(server_.calls(), IsEmpty());
  session_.answer = true;
  ASSERT_TRUE(Line({"vpc", "delete", "accounts/a/vpcs/main"}).ok());
  EXPECT_THAT(session_.questions.back(), HasSubstr("Delete accounts/a/vpcs/main?"));
  EXPECT_THAT(session_.out(), HasSubstr("accounts/a/vpcs/main  6"));
}

TEST_F(NounsTest, TheOnlyOneNeedsNoName) {
  const std::string method = "nave.governance.v1.OrganizationService/GetOrganization";
  server_.Returns(method, governance::v1::Organization());
  ASSERT_TRUE(Line({"organization", "show"}).ok());
  EXPECT_EQ("organization", server_.last<api::v1::GetRequest>(method).name());
}

TEST_F(NounsTest, AssociationsCanBeAcceptedAndNotUpdated) {
  server_.Returns(kAssociations + "AcceptZoneAssociation", dns::v1::ZoneAssociation());
  ASSERT_TRUE(Line({"zone-association", "accept", "lab", "--account", "a", "--zone", "z"}).ok());
  EXPECT_EQ(
      "accounts/a/zones/z/associations/lab",
      server_.last<AcceptZoneAssociationRequest>(kAssociations + "AcceptZoneAssociation").name());
  EXPECT_EQ(kExitUsage, ExitCodeOf(Line({"zone-association", "update", "lab"})));
}

TEST_F(NounsTest, MistakesAreSaidBeforeAnythingIsSent) {
  EXPECT_THAT(UsageOf({"vpc", "create", "main"}), HasSubstr("'main' needs --account"));
  EXPECT_THAT(UsageOf({"vpc", "update", "accounts/a/vpcs/main"}),
              HasSubstr("say what shall change"));
  EXPECT_THAT(UsageOf({"vpc", "create", "accounts/a/vpcs/v", "--label", "x"}),
              HasSubstr("--label 'x' must be KEY=VALUE"));
  EXPECT_THAT(UsageOf({"vpc", "create", "accounts/a/vpcs/v", "--timeout", "soon"}),
              HasSubstr("--timeout 'soon' is no time"));
  EXPECT_THAT(
      UsageOf({"rule", "create", "accounts/a/rules/r", "--domain-name", "x", "--kind", "sideways"}),
      HasSubstr("--kind: 'sideways' is no value of kind"));
  EXPECT_THAT(UsageOf({"rule", "create", "accounts/a/rules/r", "--domain-name", "x", "--kind",
                       "forward", "--targets", "{adress: 192.0.2.1}"}),
              HasSubstr("did you mean 'address'?"));
  EXPECT_THAT(UsageOf({"rule", "create", "accounts/a/rules/r"}), HasSubstr("--domain-name"));
  EXPECT_THAT(UsageOf({"product-version", "create", "v", "--product", "p", "--settings", "x"}),
              HasSubstr("--settings 'x' must be KEY=VALUE"));
  EXPECT_THAT(UsageOf({"vpc", "list", "--account", "portfolios/x"}),
              HasSubstr("'portfolios/x' must be an id, or a name of the form accounts/{account}"));
}

}  // namespace
}  // namespace nave::cli
