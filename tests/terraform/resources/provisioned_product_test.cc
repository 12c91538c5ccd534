#include "terraform/resources/provisioned_product.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "nave/catalog/v1/provisioned_product.pb.h"
#include "terraform/client/errors.h"
#include "tests/terraform/resources/resource_testing.h"

namespace nave::terraform {
namespace {

using absl::StrContains;
using catalog::v1::ChangeProductResponse;
using catalog::v1::LaunchProductRequest;
using catalog::v1::Operation;
using catalog::v1::PlannedChange;
using catalog::v1::ProvisionedProduct;
using catalog::v1::TerminateProvisionedProductRequest;
using catalog::v1::UpdateProvisionedProductRequest;

constexpr char kLaunch[] = "nave.catalog.v1.ProvisionedProductService/LaunchProduct";
constexpr char kUpdate[] = "nave.catalog.v1.ProvisionedProductService/UpdateProvisionedProduct";
constexpr char kTerminate[] =
    "nave.catalog.v1.ProvisionedProductService/TerminateProvisionedProduct";
constexpr char kGet[] = "nave.catalog.v1.ProvisionedProductService/GetProvisionedProduct";
constexpr char kGetOperation[] = "nave.catalog.v1.OperationService/GetOperation";
constexpr char kName[] = "accounts/a/provisionedProducts/dns";

Object Given(const std::string& domain_name, const std::string& version = "products/private") {
  return {{"name", Value::String(kName)},
          {"version", Value::String(version)},
          {"parameters",
           Value::OfMap({{"vpc", TextList({"main"})}, {"domain_name", TextList({domain_name})}})}};
}

// A control plane with one product whose operations end as the test says.
class ProvisionedProductResourceTest : public ::testing::Test {
 protected:
  ProvisionedProductResourceTest() {
    auto& plane = world_.control_plane;
    plane.On<LaunchProductRequest, ChangeProductResponse>(
        kLaunch, [this](const LaunchProductRequest& request, ChangeProductResponse* response) {
          product_ = request.provisioned_product();
          product_.set_version("products/private/versions/v1");
          return Begin(ProvisionedProduct::ERROR, response);
        });
    plane.On<UpdateProvisionedProductRequest, ChangeProductResponse>(
        kUpdate,
        [this](const UpdateProvisionedProductRequest& request, ChangeProductResponse* response) {
          if (request.mutation().validate_only()) {
            response->add_changes()->set_action(planned_action_);
            return would_;
          }
          if (!fails_) {
            *product_.mutable_parameters() = request.provisioned_product().parameters();
            if (!request.provisioned_product().version().empty()) {
              product_.set_version(request.provisioned_product().version());
            }
          }
          return Begin(ProvisionedProduct::TAINTED, response);
        });
    plane.On<TerminateProvisionedProductRequest, ChangeProductResponse>(
        kTerminate,
        [this](const TerminateProvisionedProductRequest&, ChangeProductResponse* response) {
          return Begin(ProvisionedProduct::ERROR, response);
        });
    plane.On<api::v1::GetRequest, ProvisionedProduct>(
        kGet, [this](const api::v1::GetRequest&, ProvisionedProduct* out) {
          if (product_.name().empty()) return absl::NotFoundError("no such product");
          *out = product_;
          return absl::OkStatus();
        });
    plane.On<api::v1::GetRequest, Operation>(kGetOperation,
                                             [this](const api::v1::GetRequest&, Operation* out) {
                                               *out = operation_;
                                               return absl::OkStatus();
                                             });
  }

  absl::Status Begin(ProvisionedProduct::State when_it_fails, ChangeProductResponse* response) {
    operation_.set_name("operations/1");
    operation_.set_state(fails_ ? Operation::FAILED : Operation::SUCCEEDED);
    operation_.set_error(fails_ ? "the hub said no" : "");
    product_.set_state(fails_ ? when_it_fails : ProvisionedProduct::AVAILABLE);
    product_.mutable_metadata()->set_etag(absl::StrCat("e", ++version_));
    product_.clear_outputs();
    api::v1::Parameter* output = product_.add_outputs();
    output->set_key("zone");
    output->add_values("accounts/a/zones/dns");
    response->mutable_operation()->set_name("operations/1");
    return absl::OkStatus();
  }

  FakeWorld world_;
  ProvisionedProductResource resource_;
  Life life_{resource_, world_};
  ProvisionedProduct product_;
  Operation operation_;
  bool fails_ = false;
  int version_ = 0;
  // What a dry update says.
  absl::Status would_;
  PlannedChange::Action planned_action_ = PlannedChange::CREATE;
};

TEST_F(ProvisionedProductResourceTest, WhatIsWrittenIsChecked) {
  Object given = Given("a.example.com");
  EXPECT_EQ(CheckErrors(resource_, given), "");
  given["wait_timeout"] = Value::String("90s");
  EXPECT_EQ(CheckErrors(resource_, given), "");
  for (const char* wrong : {"", "soon", "-1s", "0", "25h", "inf"}) {
    given["wait_timeout"] = Value::String(wrong);
    EXPECT_TRUE(StrContains(CheckErrors(resource_, given), "wait_timeout: Invalid")) << wrong;
  }
  EXPECT_TRUE(StrContains(CheckErrors(resource_, Given("a", "private")), "version: Invalid"));
}

TEST_F(ProvisionedProductResourceTest, ALaunchIsWaitedFor) {
  const Plan plan = life_.PlanFor(Given("a.example.com"));
  EXPECT_TRUE(plan.planned.at("outputs").is_unknown());
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  const auto request = world_.control_plane.last<LaunchProductRequest>(kLaunch);
  EXPECT_FALSE(request.mutation().request_id().empty());
  EXPECT_EQ(request.provisioned_product().version(), "products/private");
  EXPECT_EQ(request.provisioned_product().parameters_size(), 2);
  EXPECT_EQ(world_.control_plane.CountOf(kGetOperation), 1);
  EXPECT_TRUE(life_.WhollyKnown());
  EXPECT_EQ(life_.Get("state"), Value::String("AVAILABLE"));
  EXPECT_EQ(life_.Get("version"), Value::String("products/private"));
  EXPECT_EQ(life_.Get("launched_version"), Value::String("products/private/versions/v1"));
  EXPECT_EQ(life_.Get("outputs"), Value::OfMap({{"zone", TextList({"accounts/a/zones/dns"})}}));
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_TRUE(life_.HasNoChanges(Given("a.example.com")));
}

TEST_F(ProvisionedProductResourceTest, TheVersionThatWasLaunchedIsNoChange) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  EXPECT_TRUE(life_.HasNoChanges(Given("a.example.com", "products/private/versions/v1")));
  const Plan newer = life_.PlanFor(Given("a.example.com", "products/private/versions/v2"));
  EXPECT_TRUE(newer.planned.at("outputs").is_unknown());
  EXPECT_TRUE(newer.replaces.empty());
  ASSERT_EQ(life_.Apply(Given("a.example.com", "products/private/versions/v2")), "");
  EXPECT_TRUE(life_.HasNoChanges(Given("a.example.com")));
  EXPECT_EQ(life_.PlanFor(Given("a.example.com", "products/outbound")).replaces,
            std::vector<std::string>{"version"});
}

TEST_F(ProvisionedProductResourceTest, AFailedLaunchIsKeptAndReplaced) {
  fails_ = true;
  const std::string errors = life_.Apply(Given("a.example.com"));
  EXPECT_TRUE(StrContains(errors, "operations/1 failed: the hub said no")) << errors;
  ASSERT_TRUE(life_.state().has_value());
  EXPECT_TRUE(life_.WhollyKnown());
  EXPECT_EQ(life_.Get("state"), Value::String("ERROR"));
  const Plan plan = life_.PlanFor(Given("a.example.com"));
  EXPECT_EQ(plan.replaces, std::vector<std::string>{"state"});
  EXPECT_TRUE(plan.planned.at("state").is_unknown());
}

TEST_F(ProvisionedProductResourceTest, ARefusedLaunchLeavesNothing) {
  world_.control_plane.Fails(kLaunch, absl::PermissionDeniedError("not granted"));
  EXPECT_TRUE(StrContains(life_.Apply(Given("a.example.com")), "not granted"));
  EXPECT_FALSE(life_.state().has_value());
}

TEST_F(ProvisionedProductResourceTest, ALaunchThatCannotBeReadIsNotForgotten) {
  world_.control_plane.Fails(kGet, absl::InternalError("broken"));
  EXPECT_TRUE(StrContains(life_.Apply(Given("a.example.com")), "broken"));
  ASSERT_TRUE(life_.state().has_value());
  EXPECT_TRUE(life_.WhollyKnown());
  EXPECT_EQ(life_.Get("state"), Value::String("UNDER_CHANGE"));
}

TEST_F(ProvisionedProductResourceTest, AFailedUpdateIsNotRecordedAndIsMadeAgain) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  fails_ = true;
  EXPECT_TRUE(StrContains(life_.Apply(Given("b.example.com")), "the hub said no"));
  EXPECT_EQ(life_.Get("state"), Value::String("TAINTED"));
  EXPECT_EQ(life_.Get("parameters"), Given("a.example.com").at("parameters"));
  // Also when the configuration goes back to what was there before.
  EXPECT_FALSE(life_.HasNoChanges(Given("a.example.com")));
  fails_ = false;
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  EXPECT_EQ(world_.control_plane.CountOf(kUpdate), 3);  // dry, failed, repeated
  EXPECT_TRUE(life_.HasNoChanges(Given("a.example.com")));
}

TEST_F(ProvisionedProductResourceTest, AnUpdateRestsOnTheVersionOfThePlan) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  ASSERT_EQ(life_.Apply(Given("b.example.com")), "");
  const auto request = world_.control_plane.last<UpdateProvisionedProductRequest>(kUpdate);
  EXPECT_EQ(request.provisioned_product().metadata().etag(), "e1");
  EXPECT_EQ(request.provisioned_product().version(), "");
  EXPECT_EQ(life_.etag(), "e2");
}

TEST_F(ProvisionedProductResourceTest, WhatAnUpdateCannotDoIsReplaced) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  EXPECT_TRUE(life_.PlanFor(Given("b.example.com")).replaces.empty());
  planned_action_ = PlannedChange::REPLACE;
  EXPECT_EQ(life_.PlanFor(Given("b.example.com")).replaces, std::vector<std::string>{"parameters"});
  would_ = WithReason(absl::FailedPreconditionError("another zone"), "IMMUTABLE_FIELD");
  EXPECT_EQ(life_.PlanFor(Given("b.example.com")).replaces, std::vector<std::string>{"parameters"});
  EXPECT_TRUE(world_.control_plane.last<UpdateProvisionedProductRequest>(kUpdate)
                  .mutation()
                  .validate_only());
  // Unknown values cannot be asked about.
  Object unknown = Given("b.example.com");
  unknown["parameters"] = Value::Unknown();
  EXPECT_TRUE(life_.PlanFor(unknown).replaces.empty());
}

TEST_F(ProvisionedProductResourceTest, SettingsOfTerraformAloneChangeNothingElsewhere) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  Object given = Given("a.example.com");
  given["wait_timeout"] = Value::String("5m");
  given["delete_foreign_records"] = Value::Bool(true);
  EXPECT_FALSE(life_.PlanFor(given).planned.at("outputs").is_unknown());
  ASSERT_EQ(life_.Apply(given), "");
  EXPECT_EQ(world_.control_plane.CountOf(kUpdate), 0);
  EXPECT_EQ(life_.Get("wait_timeout"), Value::String("5m"));
  ASSERT_EQ(life_.Destroy(), "");
  const auto request = world_.control_plane.last<TerminateProvisionedProductRequest>(kTerminate);
  EXPECT_TRUE(request.delete_foreign_records());
  EXPECT_FALSE(request.mutation().request_id().empty());
}

TEST_F(ProvisionedProductResourceTest, AnOperationOfAnotherIsWaitedFor) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  int refused = 0;
  world_.control_plane.On<TerminateProvisionedProductRequest, ChangeProductResponse>(
      kTerminate,
      [&](const TerminateProvisionedProductRequest& request, ChangeProductResponse* response) {
        if (++refused == 1) {
          product_.mutable_metadata()->set_etag("theirs");
          return WithReason(absl::FailedPreconditionError("busy"), "UNDER_CHANGE",
                            {{"operation", "operations/other"}});
        }
        EXPECT_EQ(request.etag(), "theirs");
        return Begin(ProvisionedProduct::ERROR, response);
      });
  ASSERT_EQ(life_.Destroy(), "");
  EXPECT_EQ(refused, 2);
}

TEST_F(ProvisionedProductResourceTest, OthersAreNotWaitedForWithoutEnd) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  world_.control_plane.Fails(kTerminate,
                             WithReason(absl::FailedPreconditionError("busy"), "UNDER_CHANGE",
                                        {{"operation", "operations/other"}}));
  EXPECT_TRUE(StrContains(life_.Destroy(), "busy (UNDER_CHANGE)"));
  EXPECT_EQ(world_.control_plane.CountOf(kTerminate), kMaxForeignOperations + 1);
  EXPECT_TRUE(life_.state().has_value());
}

TEST_F(ProvisionedProductResourceTest, AFailedTerminationKeepsTheState) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  fails_ = true;
  EXPECT_TRUE(StrContains(life_.Destroy(), "the hub said no"));
  EXPECT_TRUE(life_.state().has_value());
}

TEST_F(ProvisionedProductResourceTest, ImportTakesWhatIsThere) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  Life other(resource_, world_);
  ASSERT_EQ(other.Import(kName), "");
  EXPECT_TRUE(other.HasNoChanges(Given("a.example.com")));
}

TEST_F(ProvisionedProductResourceTest, ConditionsAreWarnings) {
  ASSERT_EQ(life_.Apply(Given("a.example.com")), "");
  operation_.add_conditions("no live node serves accounts/a/vpcs/main");
  const Applied applied =
      resource_.Update(world_.client, *life_.state(), *life_.state(), life_.etag());
  EXPECT_TRUE(applied.status.ok());
  EXPECT_EQ(applied.warnings, std::vector<std::string>{"no live node serves accounts/a/vpcs/main"});
}

}  // namespace
}  // namespace nave::terraform
