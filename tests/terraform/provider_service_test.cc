#include "terraform/provider_service.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/match.h"
#include "nave/dns/v1/zone.pb.h"
#include "terraform/protocol/dynamic_value.h"
#include "terraform/protocol/msgpack.h"
#include "terraform/resources/zone.h"
#include "tests/terraform/fake_control_plane.h"

namespace nave::terraform {
namespace {

using absl::StrContains;

constexpr char kCreate[] = "nave.dns.v1.ZoneService/CreateZone";
constexpr char kGet[] = "nave.dns.v1.ZoneService/GetZone";

// Passes calls on: the provider owns its control plane, the test keeps the fake.
class Forwarder final : public ControlPlane {
 public:
  explicit Forwarder(FakeControlPlane& to) : to_(to) {}
  absl::Status Call(const std::string& method, const google::protobuf::Message& request,
                    google::protobuf::Message* response, absl::Duration timeout,
                    StopSignal* stop) override {
    return to_.Call(method, request, response, timeout, stop);
  }

 private:
  FakeControlPlane& to_;
};

class ProviderServiceTest : public ::testing::Test {
 protected:
  ProviderServiceTest() {
    zone_.set_name("accounts/a/zones/z");
    zone_.set_domain_name("example.com.");
    zone_.mutable_metadata()->set_etag("e1");
    control_plane_.Returns(kCreate, zone_);
    control_plane_.Returns(kGet, zone_);
  }

  std::string Configure(const Object& settings) {
    Object config;
    for (const Attribute& attribute : provider_.schema().attributes) {
      config[attribute.name] = At(settings, attribute.name);
    }
    tfplugin6::ConfigureProviderRequest request;
    WriteObject(config, request.mutable_config());
    tfplugin6::ConfigureProviderResponse response;
    EXPECT_TRUE(service_.ConfigureProvider(&context_, &request, &response).ok());
    return Text(response.diagnostics());
  }
  std::string ConfigureWell() {
    return Configure({{"server", Value::String("s:1")},
                      {"ca", Value::String("ca")},
                      {"token", Value::String("t")}});
  }
  static std::string Text(
      const google::protobuf::RepeatedPtrField<tfplugin6::Diagnostic>& diagnostics) {
    std::string text;
    for (const auto& item : diagnostics) text += item.summary() + ": " + item.detail() + "\n";
    return text;
  }
  static tfplugin6::DynamicValue ZoneValue(Value name = Value::String("accounts/a/zones/z")) {
    tfplugin6::DynamicValue value;
    WriteObject(Object{{"name", name},
                       {"domain_name", Value::String("Example.com")},
                       {"comment", Value()},
                       {"fallback_on_nxdomain", Value()},
                       {"labels", Value()}},
                &value);
    return value;
  }
  static tfplugin6::DynamicValue Null() {
    tfplugin6::DynamicValue value;
    WriteObject(std::nullopt, &value);
    return value;
  }

  FakeControlPlane control_plane_;
  nave::testing::JumpingClock clock_;
  std::map<std::string, std::string> environment_;
  Target target_;
  Provider provider_{clock_, [this](const char* name) { return environment_[name]; },
                     [this](const Target& target) -> absl::StatusOr<std::unique_ptr<ControlPlane>> {
                       target_ = target;
                       return std::make_unique<Forwarder>(control_plane_);
                     }};
  ProviderService service_{provider_};
  grpc::ServerContext context_;
  dns::v1::Zone zone_;
};

TEST_F(ProviderServiceTest, TheSchemaHasEveryResource) {
  tfplugin6::GetProviderSchemaRequest request;
  tfplugin6::GetProviderSchemaResponse response;
  EXPECT_TRUE(service_.GetProviderSchema(&context_, &request, &response).ok());
  EXPECT_TRUE(response.server_capabilities().get_provider_schema_optional());
  EXPECT_TRUE(response.provider().has_block());
  for (const char* type : {"nave_zone", "nave_zone_association", "nave_record_set",
                           "nave_rule_association", "nave_provisioned_product"}) {
    EXPECT_EQ(response.resource_schemas().count(type), 1u) << type;
  }
  for (const auto& attribute : response.provider().block().attributes()) {
    EXPECT_EQ(attribute.sensitive(), attribute.name() == "token");
  }
}

TEST_F(ProviderServiceTest, TheConfigurationChoosesTheServer) {
  environment_["NAVE_TOKEN"] = "from the environment";
  EXPECT_EQ(Configure({{"server", Value::String("s:1")}, {"ca", Value::String("ca")}}), "");
  EXPECT_EQ(target_.server, "s:1");
  EXPECT_EQ(target_.token, "from the environment");
}

TEST_F(ProviderServiceTest, WhatIsMissingIsSaid) {
  EXPECT_TRUE(StrContains(Configure({{"server", Value::String("s:1")}}), "no token is known"));
  environment_["NAVE_CONFIG"] = "/missing/file";
  EXPECT_TRUE(StrContains(Configure({}), "/missing/file"));
}

TEST_F(ProviderServiceTest, AnUnknownServerFailsOnUseAlone) {
  EXPECT_EQ(Configure({{"server", Value::Unknown()}}), "");
  tfplugin6::PlanResourceChangeRequest plan;
  plan.set_type_name("nave_zone");
  *plan.mutable_prior_state() = Null();
  *plan.mutable_proposed_new_state() = ZoneValue();
  *plan.mutable_config() = ZoneValue();
  tfplugin6::PlanResourceChangeResponse planned;
  EXPECT_TRUE(service_.PlanResourceChange(&context_, &plan, &planned).ok());
  EXPECT_EQ(Text(planned.diagnostics()), "");
  tfplugin6::ReadResourceRequest read;
  read.set_type_name("nave_zone");
  *read.mutable_current_state() = ZoneValue();
  tfplugin6::ReadResourceResponse state;
  EXPECT_TRUE(service_.ReadResource(&context_, &read, &state).ok());
  EXPECT_TRUE(StrContains(Text(state.diagnostics()), "`server` is not known yet"));
  EXPECT_EQ(state.new_state().msgpack(), read.current_state().msgpack());
}

TEST_F(ProviderServiceTest, AZoneIsPlannedMadeAndReadAgain) {
  ASSERT_EQ(ConfigureWell(), "");
  tfplugin6::PlanResourceChangeRequest plan;
  plan.set_type_name("nave_zone");
  *plan.mutable_prior_state() = Null();
  *plan.mutable_proposed_new_state() = ZoneValue();
  *plan.mutable_config() = ZoneValue();
  tfplugin6::PlanResourceChangeResponse planned;
  EXPECT_TRUE(service_.PlanResourceChange(&context_, &plan, &planned).ok());
  tfplugin6::ApplyResourceChangeRequest apply;
  apply.set_type_name("nave_zone");
  *apply.mutable_prior_state() = Null();
  *apply.mutable_planned_state() = planned.planned_state();
  *apply.mutable_config() = ZoneValue();
  apply.set_planned_private(planned.planned_private());
  tfplugin6::ApplyResourceChangeResponse applied;
  EXPECT_TRUE(service_.ApplyResourceChange(&context_, &apply, &applied).ok());
  EXPECT_EQ(Text(applied.diagnostics()), "");
  EXPECT_EQ(applied.new_state().msgpack(), ZoneValue().msgpack());
  EXPECT_EQ(applied.private_(), "e1");
  tfplugin6::ReadResourceRequest read;
  read.set_type_name("nave_zone");
  *read.mutable_current_state() = applied.new_state();
  read.set_private_(applied.private_());
  tfplugin6::ReadResourceResponse state;
  EXPECT_TRUE(service_.ReadResource(&context_, &read, &state).ok());
  EXPECT_EQ(state.new_state().msgpack(), ZoneValue().msgpack());
  EXPECT_EQ(state.private_(), "e1");
  control_plane_.Fails(kGet, absl::NotFoundError("gone"));
  EXPECT_TRUE(service_.ReadResource(&context_, &read, &state).ok());
  EXPECT_EQ(state.new_state().msgpack(), "\xc0");
}

TEST_F(ProviderServiceTest, AReplacementNamesTheAttribute) {
  ASSERT_EQ(ConfigureWell(), "");
  tfplugin6::PlanResourceChangeRequest plan;
  plan.set_type_name("nave_zone");
  *plan.mutable_prior_state() = ZoneValue();
  *plan.mutable_config() = ZoneValue(Value::String("accounts/a/zones/other"));
  *plan.mutable_proposed_new_state() = plan.config();
  plan.set_prior_private("e1");
  tfplugin6::PlanResourceChangeResponse planned;
  EXPECT_TRUE(service_.PlanResourceChange(&context_, &plan, &planned).ok());
  ASSERT_EQ(planned.requires_replace_size(), 1);
  EXPECT_EQ(planned.requires_replace(0).steps(0).attribute_name(), "name");
  EXPECT_EQ(planned.planned_private(), "e1");
}

TEST_F(ProviderServiceTest, AStoredStateOfAnotherShapeIsBroughtToThisOne) {
  tfplugin6::UpgradeResourceStateRequest request;
  request.set_type_name("nave_zone");
  request.mutable_raw_state()->set_json(
      R"({"name":"accounts/a/zones/z","domain_name":"Example.com","gone":[1],"comment":null})");
  tfplugin6::UpgradeResourceStateResponse response;
  EXPECT_TRUE(service_.UpgradeResourceState(&context_, &request, &response).ok());
  EXPECT_EQ(Text(response.diagnostics()), "");
  EXPECT_EQ(response.upgraded_state().msgpack(), ZoneValue().msgpack());
  request.mutable_raw_state()->set_json("[]");
  EXPECT_TRUE(service_.UpgradeResourceState(&context_, &request, &response).ok());
  EXPECT_TRUE(StrContains(Text(response.diagnostics()), "cannot be read"));
}

TEST_F(ProviderServiceTest, ImportGivesAStub) {
  tfplugin6::ImportResourceStateRequest request;
  request.set_type_name("nave_zone");
  request.set_id("accounts/a/zones/z");
  tfplugin6::ImportResourceStateResponse response;
  EXPECT_TRUE(service_.ImportResourceState(&context_, &request, &response).ok());
  ASSERT_EQ(response.imported_resources_size(), 1);
  const auto state = ReadObject(response.imported_resources(0).state(), ZoneResource().schema());
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(TextAt(**state, "name"), "accounts/a/zones/z");
  tfplugin6::ImportResourceStateResponse refused;
  request.set_id("z");
  EXPECT_TRUE(service_.ImportResourceState(&context_, &request, &refused).ok());
  EXPECT_EQ(refused.imported_resources_size(), 0);
  EXPECT_FALSE(Text(refused.diagnostics()).empty());
}

TEST_F(ProviderServiceTest, MalformedValuesAndUnknownTypesAreTold) {
  tfplugin6::ValidateResourceConfigRequest request;
  request.set_type_name("nave_zone");
  request.mutable_config()->set_msgpack("\xc1");
  tfplugin6::ValidateResourceConfigResponse response;
  EXPECT_TRUE(service_.ValidateResourceConfig(&context_, &request, &response).ok());
  EXPECT_TRUE(StrContains(Text(response.diagnostics()), "cannot be read"));
  request.set_type_name("nave_planet");
  tfplugin6::ValidateResourceConfigResponse other;
  EXPECT_TRUE(service_.ValidateResourceConfig(&context_, &request, &other).ok());
  EXPECT_TRUE(StrContains(Text(other.diagnostics()), "There is no resource nave_planet"));
  tfplugin6::ReadDataSourceRequest data;
  tfplugin6::ReadDataSourceResponse none;
  EXPECT_TRUE(service_.ReadDataSource(&context_, &data, &none).ok());
  EXPECT_FALSE(Text(none.diagnostics()).empty());
}

TEST_F(ProviderServiceTest, StopIsAnsweredAndTheProviderGoesOn) {
  ASSERT_EQ(ConfigureWell(), "");
  tfplugin6::StopProviderRequest request;
  tfplugin6::StopProviderResponse response;
  EXPECT_TRUE(service_.StopProvider(&context_, &request, &response).ok());
  EXPECT_EQ(response.error(), "");
  EXPECT_TRUE(provider_.client().ok());
}

}  // namespace
}  // namespace nave::terraform
