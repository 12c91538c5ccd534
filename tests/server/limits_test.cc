#include "server/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "catalog/errors.h"
#include "lib/base/metrics.h"
#include "nave/dns/v1/record_set.pb.h"
#include "nave/governance/v1/vpc.pb.h"

namespace nave::server {
namespace {

constexpr metrics::Metric kGauge{"test_slots", "For this test."};

TEST(LimitsTest, TextsAndListsHaveTheBoundsOfTheirContracts) {
  dns::v1::ApplyChangeBatchRequest batch;
  for (int i = 0; i < 1000; ++i) batch.add_changes();
  EXPECT_TRUE(CheckSizes(batch).ok());
  batch.add_changes();
  const absl::Status status = CheckSizes(batch);
  EXPECT_EQ(catalog::ReasonOf(status), api::v1::INVALID_FIELD);
  EXPECT_EQ(catalog::MetadataOf(status)["field"], "changes");
}

TEST(LimitsTest, FieldsWithinSubMessagesAreNamedByTheirPath) {
  governance::v1::CreateVpcRequest request;
  request.mutable_mutation()->set_request_id(std::string(129, 'x'));
  EXPECT_EQ(catalog::MetadataOf(CheckSizes(request))["field"], "mutation.request_id");
  request.mutable_mutation()->set_request_id(std::string(128, 'x'));
  EXPECT_TRUE(CheckSizes(request).ok());
  request.mutable_vpc()->set_name(std::string(kDefaultMaxLength + 1, 'x'));
  EXPECT_EQ(catalog::MetadataOf(CheckSizes(request))["field"], "vpc.name");
}

TEST(LimitsTest, LabelsAreBounded) {
  governance::v1::CreateVpcRequest request;
  auto& labels = *request.mutable_vpc()->mutable_metadata()->mutable_labels();
  for (int i = 0; i < 65; ++i) labels[std::to_string(i)] = "v";
  EXPECT_EQ(catalog::MetadataOf(CheckSizes(request))["field"], "vpc.metadata.labels");
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
