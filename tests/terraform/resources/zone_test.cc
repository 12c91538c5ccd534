#include "terraform/resources/zone.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "nave/dns/v1/zone.pb.h"
#include "terraform/client/errors.h"
#include "tests/terraform/resources/resource_testing.h"

namespace nave::terraform {
namespace {

using absl::StrContains;
using dns::v1::CreateZoneRequest;
using dns::v1::UpdateZoneRequest;
using dns::v1::Zone;

constexpr char kCreate[] = "nave.dns.v1.ZoneService/CreateZone";
constexpr char kUpdate[] = "nave.dns.v1.ZoneService/UpdateZone";
constexpr char kGet[] = "nave.dns.v1.ZoneService/GetZone";
constexpr char kDelete[] = "nave.dns.v1.ZoneService/DeleteZone";
constexpr char kName[] = "accounts/a/zones/z";

// A control plane that keeps one zone, in its own spelling.
class ZoneResourceTest : public ::testing::Test {
 protected:
  ZoneResourceTest() {
    auto& plane = world_.control_plane;
    plane.On<CreateZoneRequest, Zone>(kCreate, [this](const CreateZoneRequest& request, Zone* out) {
      zone_ = request.zone();
      zone_.set_domain_name("example.com.");
      zone_.mutable_metadata()->set_etag("e1");
      *out = zone_;
      return absl::OkStatus();
    });
    plane.On<UpdateZoneRequest, Zone>(kUpdate, [this](const UpdateZoneRequest& request, Zone* out) {
      zone_.set_comment(request.zone().comment());
      zone_.set_fallback_on_nxdomain(request.zone().fallback_on_nxdomain());
      *zone_.mutable_metadata()->mutable_labels() = request.zone().metadata().labels();
      zone_.mutable_metadata()->set_etag("e2");
      *out = zone_;
      return absl::OkStatus();
    });
    plane.On<api::v1::GetRequest, Zone>(kGet, [this](const api::v1::GetRequest&, Zone* out) {
      if (zone_.name().empty()) return absl::NotFoundError("no such zone");
      *out = zone_;
      return absl::OkStatus();
    });
    plane.Returns(kDelete, api::v1::DeleteResponse());
  }

  Object Given(const std::string& domain_name, Value comment = Value()) const {
    return {{"name", Value::String(kName)},
            {"domain_name", Value::String(domain_name)},
            {"comment", comment}};
  }

  FakeWorld world_;
  ZoneResource resource_;
  Life life_{resource_, world_};
  Zone zone_;
};

TEST_F(ZoneResourceTest, WhatIsWrittenIsCheckedWhereItIsKnown) {
  EXPECT_EQ(CheckErrors(resource_, Given("example.com")), "");
  EXPECT_EQ(CheckErrors(resource_, {{"name", Value::Unknown()}, {"domain_name", Value::Unknown()}}),
            "");
  EXPECT_TRUE(StrContains(CheckErrors(resource_, Given("a..b")), "domain_name: Invalid"));
  Object given = Given("example.com");
  given["name"] = Value::String("zones/z");
  EXPECT_TRUE(StrContains(CheckErrors(resource_, given), "accounts/{account}/zones/{zone}"));
}

TEST_F(ZoneResourceTest, ACreationHasAnIdAndAnOwnerAndKeepsTheSpelling) {
  ASSERT_EQ(life_.Apply(Given("EXAMPLE.com")), "");
  const auto request = world_.control_plane.last<CreateZoneRequest>(kCreate);
  EXPECT_FALSE(request.mutation().request_id().empty());
  EXPECT_EQ(request.zone().metadata().owner(), "terraform");
  EXPECT_EQ(life_.Get("domain_name"), Value::String("EXAMPLE.com"));
  EXPECT_EQ(life_.etag(), "e1");
  EXPECT_EQ(life_.Refresh(), "");
  EXPECT_TRUE(life_.HasNoChanges(Given("EXAMPLE.com")));
  // Another spelling of the same is no change either, and none to replace.
  EXPECT_TRUE(life_.HasNoChanges(Given("example.com.")));
  EXPECT_TRUE(life_.PlanFor(Given("example.com.")).replaces.empty());
}

TEST_F(ZoneResourceTest, NothingAndEmptyAreKeptApartInTheStateAlone) {
  ASSERT_EQ(life_.Apply(Given("example.com", Value::String(""))), "");
  EXPECT_EQ(life_.Get("comment"), Value::String(""));
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_TRUE(life_.HasNoChanges(Given("example.com", Value::String(""))));
  // Terraform wants null where the configuration has none; the control plane has nothing to do.
  EXPECT_EQ(life_.PlanFor(Given("example.com")).planned.at("comment"), Value());
  ASSERT_EQ(life_.Apply(Given("example.com")), "");
  EXPECT_EQ(world_.control_plane.CountOf(kUpdate), 0);
}

TEST_F(ZoneResourceTest, AnUpdateRestsOnTheVersionOfThePlan) {
  ASSERT_EQ(life_.Apply(Given("example.com")), "");
  ASSERT_EQ(life_.Apply(Given("example.com", Value::String("new"))), "");
  const auto request = world_.control_plane.last<UpdateZoneRequest>(kUpdate);
  EXPECT_EQ(request.zone().metadata().etag(), "e1");
  EXPECT_FALSE(request.mutation().request_id().empty());
  EXPECT_EQ(request.update_mask().paths_size(), 3);
  EXPECT_EQ(life_.etag(), "e2");
  EXPECT_EQ(life_.Get("comment"), Value::String("new"));
}

TEST_F(ZoneResourceTest, FallbackIsOnOrOffAndOffWhenNotGiven) {
  ASSERT_EQ(life_.Apply(Given("example.com")), "");
  EXPECT_FALSE(world_.control_plane.last<CreateZoneRequest>(kCreate).zone().fallback_on_nxdomain());
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_TRUE(life_.HasNoChanges(Given("example.com")));
  Object given = Given("example.com");
  given["fallback_on_nxdomain"] = Value::Bool(false);
  ASSERT_EQ(life_.Apply(given), "");
  EXPECT_EQ(world_.control_plane.CountOf(kUpdate), 0);
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_TRUE(life_.HasNoChanges(given));
  given["fallback_on_nxdomain"] = Value::Bool(true);
  ASSERT_EQ(life_.Apply(given), "");
  EXPECT_TRUE(zone_.fallback_on_nxdomain());
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_TRUE(life_.HasNoChanges(given));
  ASSERT_EQ(life_.Apply(Given("example.com")), "");
  EXPECT_FALSE(zone_.fallback_on_nxdomain());
}

TEST_F(ZoneResourceTest, AFailedUpdateIsNotRecordedAsDone) {
  ASSERT_EQ(life_.Apply(Given("example.com", Value::String("old"))), "");
  world_.control_plane.Fails(kUpdate,
                             WithReason(absl::AbortedError("changed meanwhile"), "STALE_ETAG"));
  const std::string errors = life_.Apply(Given("example.com", Value::String("new")));
  EXPECT_TRUE(StrContains(errors, "Cannot update nave_zone accounts/a/zones/z")) << errors;
  EXPECT_TRUE(StrContains(errors, "changed meanwhile (STALE_ETAG)")) << errors;
  EXPECT_EQ(life_.Get("comment"), Value::String("old"));
  EXPECT_FALSE(life_.HasNoChanges(Given("example.com", Value::String("new"))));
}

TEST_F(ZoneResourceTest, AnotherDomainNameIsAnotherZone) {
  ASSERT_EQ(life_.Apply(Given("example.com")), "");
  EXPECT_EQ(life_.PlanFor(Given("example.net")).replaces, std::vector<std::string>{"domain_name"});
  Object unknown = Given("example.com");
  unknown["domain_name"] = Value::Unknown();
  EXPECT_EQ(life_.PlanFor(unknown).replaces, std::vector<std::string>{"domain_name"});
}

TEST_F(ZoneResourceTest, DriftIsSeenAndWhatIsGoneIsGone) {
  ASSERT_EQ(life_.Apply(Given("example.com", Value::String("mine"))), "");
  zone_.set_comment("theirs");
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_EQ(life_.Get("comment"), Value::String("theirs"));
  zone_.Clear();
  ASSERT_EQ(life_.Refresh(), "");
  EXPECT_FALSE(life_.state().has_value());
}

TEST_F(ZoneResourceTest, WhatCannotBeReadStaysAsItWas) {
  ASSERT_EQ(life_.Apply(Given("example.com")), "");
  world_.control_plane.Fails(kGet, absl::PermissionDeniedError("no right"));
  EXPECT_TRUE(StrContains(life_.Refresh(), "Cannot read nave_zone"));
  EXPECT_EQ(life_.Get("domain_name"), Value::String("example.com"));
}

TEST_F(ZoneResourceTest, ADeletionGuardsTheVersionAndTakesGoneForDone) {
  ASSERT_EQ(life_.Apply(Given("example.com")), "");
  world_.control_plane.Fails(kDelete, absl::FailedPreconditionError("has records"));
  EXPECT_TRUE(StrContains(life_.Destroy(), "has records"));
  EXPECT_TRUE(life_.state().has_value());
  world_.control_plane.Fails(kDelete, absl::NotFoundError("gone"));
  EXPECT_EQ(life_.Destroy(), "");
  EXPECT_FALSE(life_.state().has_value());
  EXPECT_EQ(world_.control_plane.last<api::v1::DeleteRequest>(kDelete).etag(), "e1");
}

TEST_F(ZoneResourceTest, ImportTakesTheNameAlone) {
  zone_.set_name(kName);
  zone_.set_domain_name("example.com.");
  (*zone_.mutable_metadata()->mutable_labels())["team"] = "dns";
  zone_.mutable_metadata()->set_etag("e7");
  ASSERT_EQ(life_.Import(kName), "");
  EXPECT_EQ(life_.etag(), "e7");
  Object given = Given("Example.com");
  given["labels"] = Value::OfMap({{"team", Value::String("dns")}});
  EXPECT_TRUE(life_.HasNoChanges(given));
  EXPECT_TRUE(StrContains(life_.Import("z"), "must be a resource name such as"));
}

TEST_F(ZoneResourceTest, WhatIsThereAlreadyIsNotTakenOver) {
  world_.control_plane.Fails(
      kCreate, WithReason(absl::AlreadyExistsError("exists already"), "ALREADY_EXISTS"));
  EXPECT_TRUE(StrContains(life_.Apply(Given("example.com")), "import it by that name"));
  EXPECT_FALSE(life_.state().has_value());
}

TEST_F(ZoneResourceTest, WhatAProductMadeIsManagedThroughIt) {
  zone_.set_name(kName);
  zone_.mutable_metadata()->set_owner("accounts/a/provisionedProducts/dns");
  EXPECT_TRUE(StrContains(life_.Import(kName), "OWNED_BY_PRODUCT"));
}

}  // namespace
}  // namespace nave::terraform
