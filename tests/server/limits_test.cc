#include "server/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "catalog/errors.h"
#include "lib/base/metrics.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/governance/v1/token.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::server {
namespace {

constexpr metrics::Metric kGauge{"test_slots", "For this test."};

TEST(LimitsTest, TextsAndListsHaveTheBoundsOfTheirContracts) {
  dns::v1::ApplyChangeBatchRequest batch;
  batch.set_zone("accounts/a/zones/z");
  for (int i = 0; i < 1000; ++i) batch.add_changes();
  EXPECT_TRUE(CheckRequest(batch).ok());
  batch.add_changes();
  const absl::Status status = CheckRequest(batch);
  EXPECT_EQ(catalog::ReasonOf(status), api::v1::INVALID_FIELD);
  EXPECT_EQ(catalog::MetadataOf(status)["field"], "changes");
}

TEST(LimitsTest, FieldsWithinSubMessagesAreNamedByTheirPath) {
  governance::v1::CreateVpcRequest request;
  request.mutable_vpc()->set_name("accounts/a/vpcs/v");
  request.mutable_mutation()->set_request_id(std::string(129, 'x'));
  EXPECT_EQ(catalog::MetadataOf(CheckRequest(request))["field"], "mutation.request_id");
  request.mutable_mutation()->set_request_id(std::string(128, 'x'));
  EXPECT_TRUE(CheckRequest(request).ok());
  request.mutable_vpc()->set_name(std::string(kDefaultMaxLength + 1, 'x'));
  EXPECT_EQ(catalog::MetadataOf(CheckRequest(request))["field"], "vpc.name");
}

TEST(LimitsTest, LabelsAreBounded) {
  governance::v1::CreateVpcRequest request;
  auto& labels = *request.mutable_vpc()->mutable_metadata()->mutable_labels();
  for (int i = 0; i < 65; ++i) labels[std::to_string(i)] = "v";
  EXPECT_EQ(catalog::MetadataOf(CheckRequest(request))["field"], "vpc.metadata.labels");
}

TEST(LimitsTest, PartsOfTheRequestThatAreRequiredMustBeThere) {
  governance::v1::CreateVpcRequest request;
  EXPECT_EQ(catalog::MetadataOf(CheckRequest(request))["field"], "vpc");
  // What a resource needs is for the catalog to say: an update may leave it out.
  request.mutable_vpc();
  EXPECT_TRUE(CheckRequest(request).ok());
}

TEST(LimitsTest, AnEmptyItemAndATimeThatIsNoneAreRefused) {
  governance::v1::CreateVpcRequest vpc;
  vpc.mutable_vpc()->add_cidrs("");
  EXPECT_EQ(catalog::MetadataOf(CheckRequest(vpc))["field"], "vpc.cidrs[0]");
  governance::v1::CreateTokenRequest token;
  google::protobuf::Timestamp& time = *token.mutable_token()->mutable_expire_time();
  for (const auto& [seconds, nanos, good] :
       std::vector<std::tuple<int64_t, int32_t, bool>>{{253402300799, 999999999, true},
                                                       {253402300800, 0, false},
                                                       {-62135596801, 0, false},
                                                       {0, -1, false},
                                                       {0, 1000000000, false}}) {
    time.set_seconds(seconds);
    time.set_nanos(nanos);
    EXPECT_EQ(CheckRequest(token).ok(), good) << seconds << " " << nanos;
  }
}

TEST(LimitsTest, SlotsRunOutAndComeBack) {
  metrics::Registry registry;
  Slots slots("event watches", 2, registry.gauge(kGauge));
  auto first = slots.Take();
  auto second = slots.Take();
  ASSERT_TRUE(first.ok() && second.ok());
  const auto third = slots.Take();
  EXPECT_EQ(catalog::ReasonOf(third.status()), api::v1::LIMIT_REACHED);
  EXPECT_THAT(registry.Expose(), ::testing::HasSubstr("test_slots 2"));
  first->reset();
  EXPECT_TRUE(slots.Take().ok());
}

}  // namespace
}  // namespace nave::server
