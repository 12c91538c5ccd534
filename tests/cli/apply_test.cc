#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/errors.h"
#include "nave/dns/v1/rule_association.pb.h"
#include "nave/governance/v1/account.pb.h"
#include "nave/governance/v1/node.pb.h"
#include "nave/governance/v1/vpc.pb.h"
#include "tests/cli/fake_control_plane.h"

namespace nave::cli {
namespace {

using governance::v1::Account;
using governance::v1::CreateAccountRequest;
using governance::v1::CreateVpcRequest;
using governance::v1::UpdateVpcRequest;
using governance::v1::Vpc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kAccounts = "nave.governance.v1.AccountService/";
const std::string kVpcs = "nave.governance.v1.VpcService/";
const std::string kWaitServed = "nave.governance.v1.NodeService/WaitServed";

// A server with an account `a` that has a VPC, and one that accepts everything.
class ApplyTest : public testing::Test {
 protected:
  ApplyTest() : session_(server_) {
    server_.Fails(kAccounts + "GetAccount", WithReason(absl::NotFoundError("none"), "NOT_FOUND"));
    stored_.set_name("accounts/a/vpcs/v");
    stored_.add_cidrs("10.0.0.0/8");
    stored_.set_region("north");
    stored_.mutable_metadata()->set_etag("r5");
    server_.Returns(kVpcs + "GetVpc", stored_);
    Account made;
    made.mutable_metadata()->set_revision(8);
    server_.Returns(kAccounts + "CreateAccount", made);
    // As the real one: the fields of the mask, in their normal form.
    server_.On<UpdateVpcRequest, Vpc>(
        kVpcs + "UpdateVpc", [this](const UpdateVpcRequest& request, Vpc* changed) {
          *changed = stored_;
          for (const std::string& path : request.update_mask().paths()) {
            if (path == "region") changed->set_region(request.vpc().region());
            if (path == "cidrs") {
              changed->clear_cidrs();
              for (const std::string& cidr : request.vpc().cidrs()) {
                changed->add_cidrs(cidr == "010.0.0.0/8" ? "10.0.0.0/8" : cidr);
              }
            }
          }
          changed->mutable_metadata()->set_revision(9);
          return absl::OkStatus();
        });
    governance::v1::WaitServedResponse served;
    served.set_served_revision(9);
    server_.Returns(kWaitServed, served);
  }
  absl::Status Apply(const std::string& manifest, std::vector<std::string> flags = {"--yes"}) {
    session_.Type(manifest);
    flags.insert(flags.begin(), {"apply", "-f", "-"});
    return RunLine(session_, AddApply, flags);
  }
  int CallsOf(const std::string& method) const {
    return static_cast<int>(std::count(server_.calls().begin(), server_.calls().end(), method));
  }

  FakeControlPlane server_;
  FakeSession session_;
  Vpc stored_;
};

TEST_F(ApplyTest, WhatIsMissingIsMadeInOrderAndServed) {
  const absl::Status status = Apply(
      "kind: Vpc\nname: accounts/a/vpcs/v\nspec: {region: south}\n---\n"
      "kind: Account\nname: accounts/a\nspec: {display_name: A}\n");
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(
      "A",
      server_.last<CreateAccountRequest>(kAccounts + "CreateAccount").account().display_name());
  EXPECT_EQ(9, server_.last<governance::v1::WaitServedRequest>(kWaitServed).revision());
  EXPECT_THAT(session_.out(), HasSubstr("CREATE  Account  accounts/a"));
  EXPECT_THAT(session_.out(), HasSubstr("UPDATE  Vpc      accounts/a/vpcs/v  region"));
  EXPECT_THAT(session_.err(), HasSubstr("made 2 changes, the last as revision 9"));
  EXPECT_THAT(session_.err(), HasSubstr("served at revision 9"));
}

TEST_F(ApplyTest, WhatIsThereAlreadyIsLeftAlone) {
  // The server's form of a value decides, not the text.
  ASSERT_TRUE(Apply("kind: Vpc\nname: accounts/a/vpcs/v\nspec: {cidrs: [010.0.0.0/8]}\n").ok());
  EXPECT_EQ(1, CallsOf(kVpcs + "UpdateVpc"));
  EXPECT_TRUE(server_.last<UpdateVpcRequest>(kVpcs + "UpdateVpc").mutation().validate_only());
  EXPECT_EQ("all 1 resources are as the manifest says\n", session_.err());
}

TEST_F(ApplyTest, OnlyFieldsThatDifferAreChangedInTheVersionThatWasSeen) {
  ASSERT_TRUE(Apply("kind: Vpc\nname: accounts/a/vpcs/v\n"
                    "spec: {cidrs: [10.0.0.0/8], region: south}\n")
                  .ok());
  const auto request = server_.last<UpdateVpcRequest>(kVpcs + "UpdateVpc");
  EXPECT_THAT(request.update_mask().paths(), ElementsAre("region"));
  EXPECT_EQ("r5", request.vpc().metadata().etag());
  EXPECT_FALSE(request.mutation().validate_only());
}

TEST_F(ApplyTest, PlanChangesNothing) {
  ASSERT_TRUE(Apply("kind: Account\nname: accounts/a\n", {"--plan"}).ok());
  EXPECT_THAT(session_.out(), HasSubstr("CREATE"));
  EXPECT_EQ(0, CallsOf(kAccounts + "CreateAccount"));
}

TEST_F(ApplyTest, ThePlanAsJsonIsAList) {
  FakeSession session(server_, Form::kJson);
  session.Type("kind: Account\nname: accounts/a\n");
  ASSERT_TRUE(RunLine(session, AddApply, {"apply", "-f", "-", "--plan"}).ok());
  EXPECT_THAT(session.out(), HasSubstr("\"action\":\"CREATE\""));
}

TEST_F(ApplyTest, AsksBeforeItChanges) {
  session_.answer = false;
  EXPECT_TRUE(absl::IsCancelled(Apply("kind: Account\nname: accounts/a\n", {})));
  EXPECT_EQ(0, CallsOf(kAccounts + "CreateAccount"));
  EXPECT_THAT(session_.questions, ElementsAre("Make 1 changes?"));
}

TEST_F(ApplyTest, WhatMakesAReferenceComesWithThePlan) {
  server_.Fails(kVpcs + "UpdateVpc",
                WithReason(absl::FailedPreconditionError("no x"), "DANGLING_REFERENCE"));
  ASSERT_TRUE(
      Apply("kind: Vpc\nname: accounts/a/vpcs/v\nspec: {region: south}\n", {"--plan"}).ok());
  EXPECT_THAT(session_.out(), HasSubstr("region"));
}

TEST_F(ApplyTest, ALoopIsSaidInThePlanOfWhatIsMissing) {
  const std::string service = "nave.dns.v1.RuleAssociationService/";
  const std::string manifest =
      "kind: RuleAssociation\nname: accounts/a/ruleAssociations/x\n"
      "spec: {rule: accounts/a/rules/x, vpc: accounts/a/vpcs/v}\n";
  server_.Fails(service + "GetRuleAssociation",
                WithReason(absl::NotFoundError("none"), "NOT_FOUND"));
  server_.Fails(service + "CreateRuleAssociation",
                WithReason(absl::FailedPreconditionError("comes back"), "RULE_LOOP"));
  EXPECT_EQ("RULE_LOOP", ReasonOf(Apply(manifest, {"--plan"})));
  EXPECT_TRUE(server_.last<dns::v1::CreateRuleAssociationRequest>(service + "CreateRuleAssociation")
                  .mutation()
                  .validate_only());
  // What is missing yet may be made by this very manifest.
  server_.Fails(service + "CreateRuleAssociation",
                WithReason(absl::FailedPreconditionError("no x"), "DANGLING_REFERENCE"));
  EXPECT_TRUE(Apply(manifest, {"--plan"}).ok());
}

TEST_F(ApplyTest, AFieldThatCannotChangeIsSaidInThePlan) {
  const std::string kGet = "nave.dns.v1.RuleAssociationService/GetRuleAssociation";
  dns::v1::RuleAssociation association;
  association.set_name("accounts/a/ruleAssociations/x");
  association.set_rule("accounts/hub/rules/old");
  server_.Returns(kGet, association);
  const absl::Status status = Apply(
      "\nkind: RuleAssociation\nname: accounts/a/ruleAssociations/x\n"
      "spec: {rule: accounts/hub/rules/new}\n");
  EXPECT_EQ("IMMUTABLE_FIELD", ReasonOf(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("standard input:2: RuleAssociation accounts/a/ruleAssociations/x: rule "
                        "cannot change"));
}

TEST_F(ApplyTest, AFailureSaysWhereAndHowFar) {
  server_.Fails(kVpcs + "GetVpc", WithReason(absl::NotFoundError("none"), "NOT_FOUND"));
  server_.Fails(kVpcs + "CreateVpc",
                WithReason(absl::FailedPreconditionError("taken"), "ADDRESS_CONFLICT"));
  const absl::Status status = Apply(
      "kind: Account\nname: accounts/a\n---\n"
      "kind: Vpc\nname: accounts/a/vpcs/v\n");
  EXPECT_EQ("ADDRESS_CONFLICT", ReasonOf(status));
  EXPECT_EQ(kExitFailed, ExitCodeOf(status));
  EXPECT_EQ(
      "standard input:4: Vpc accounts/a/vpcs/v: taken\n"
      "1 of 2 changes were made; mend it, and apply again",
      std::string(status.message()));
}

TEST_F(ApplyTest, ThatNothingServesYetIsNoFailure) {
  governance::v1::WaitServedResponse nobody;
  nobody.set_no_live_node(true);
  server_.Returns(kWaitServed, nobody);
  ASSERT_TRUE(Apply("kind: Account\nname: accounts/a\n").ok());
  EXPECT_THAT(session_.err(), HasSubstr("no live node serves it yet"));
}

TEST_F(ApplyTest, ServedTooLateHasItsOwnExitCode) {
  server_.Fails(kWaitServed, WithReason(absl::DeadlineExceededError("late"), "WAIT_TIMED_OUT"));
  EXPECT_EQ(kExitNotServed,
            ExitCodeOf(Apply("kind: Account\nname: accounts/a\n", {"--yes", "--timeout", "0s"})));
}

TEST_F(ApplyTest, NoWaitDoesNotWait) {
  ASSERT_TRUE(Apply("kind: Account\nname: accounts/a\n", {"--yes", "--no-wait"}).ok());
  EXPECT_EQ(0, CallsOf(kWaitServed));
}

TEST_F(ApplyTest, AMistakeInTheManifestSendsNothing) {
  EXPECT_EQ(kExitUsage, ExitCodeOf(Apply("kind: Acount\nname: accounts/a\n")));
  EXPECT_THAT(server_.calls(), testing::IsEmpty());
}

}  // namespace
}  // namespace nave::cli
