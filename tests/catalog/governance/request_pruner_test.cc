#include "catalog/governance/request_pruner.h"

#include <gtest/gtest.h>

#include "nave/governance/v1/vpc.pb.h"
#include "tests/catalog/governance/world.h"

namespace nave::catalog {
namespace {

class RequestPrunerTest : public ::testing::Test {
 protected:
  RequestPrunerTest() { EXPECT_EQ(world_.RunAll(testing::World::Story()), absl::OkStatus()); }
  // Changes the VPC's region under a request id.
  absl::Status Change(const std::string& request_id, const std::string& region) {
    governance::v1::UpdateVpcRequest request;
    request.mutable_vpc()->set_name("accounts/s1/vpcs/main");
    request.mutable_vpc()->set_region(region);
    request.mutable_update_mask()->add_paths("region");
    request.mutable_mutation()->set_request_id(request_id);
    governance::v1::Vpc changed;
    return world_.engine().Update(world_.caller(), request, &changed);
  }
  size_t Prune() {
    const auto pruned = PruneRequests(world_.store(), world_.clock().Now());
    EXPECT_TRUE(pruned.ok()) << pruned.status();
    return pruned.value_or(0);
  }

  testing::World world_;
};

TEST_F(RequestPrunerTest, ADayOldRequestsAreForgottenAndYoungerOnesStay) {
  const size_t before = world_.Count(store::Table::kRequests);
  ASSERT_TRUE(Change("old", "a").ok());
  world_.clock().Advance(kRequestLife / 2);
  ASSERT_TRUE(Change("young", "b").ok());
  world_.clock().Advance(kRequestLife / 2);
  EXPECT_EQ(0u, Prune());
  world_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(before + 1, Prune());
  EXPECT_EQ(1u, world_.Count(store::Table::kRequests));
  // The id of the younger one is still taken, that of the older one is free.
  EXPECT_FALSE(Change("young", "c").ok());
  EXPECT_TRUE(Change("old", "c").ok());
}

TEST_F(RequestPrunerTest, MoreThanOneCommitHolds) {
  constexpr size_t kMany = kMaxPrunedInCommit + 10;
  for (size_t i = 0; i < kMany; ++i) ASSERT_TRUE(Change(std::to_string(i), "a").ok());
  world_.clock().Advance(kRequestLife + absl::Seconds(1));
  EXPECT_LE(kMany, Prune());
  EXPECT_EQ(0u, world_.Count(store::Table::kRequests));
}

TEST_F(RequestPrunerTest, AnEmptyTableIsNoWork) {
  Prune();
  const store::Revision revision = world_.store().current_revision();
  EXPECT_EQ(0u, Prune());
  EXPECT_EQ(revision, world_.store().current_revision());
}

// The first round is done at once, the next one when its time has come.
TEST_F(RequestPrunerTest, TheThreadPrunesOnceInEveryPeriod) {
  ASSERT_TRUE(Change("old", "a").ok());
  world_.clock().Advance(kRequestLife + absl::Seconds(1));
  RequestPruner pruner(world_.store(), world_.clock());
  pruner.Start();
  while (world_.Count(store::Table::kRequests) > 0) std::this_thread::yield();
  ASSERT_TRUE(Change("second", "b").ok());
  while (world_.Count(store::Table::kRequests) > 0) {
    world_.clock().Advance(kPrunePeriod);
    std::this_thread::yield();
  }
  pruner.Stop();
  pruner.Stop();
}

}  // namespace
}  // namespace nave::catalog
