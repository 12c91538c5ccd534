#include "resolver/forwarder_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;

TargetGroup Group(std::vector<Target> targets) {
  TargetGroup group;
  group.targets = std::move(targets);
  return group;
}

Target MakeTarget(const char* endpoint, uint32_t priority, uint32_t weight) {
  return {*net::Endpoint::Parse(endpoint), Transport::kUdp, priority, weight};
}

std::vector<std::string> Addresses(const std::vector<TargetStatus>& targets) {
  std::vector<std::string> addresses;
  for (const TargetStatus& status : targets) {
    addresses.push_back(status.target.endpoint.address.ToString());
  }
  return addresses;
}

TEST(DescribeTargetsTest, ByPriorityThenWeightAndTheDownLast) {
  HealthTable health;
  const absl::Time now = absl::UnixEpoch();
  const TargetGroup group =
      Group({MakeTarget("192.0.2.1:53", 0, 1), MakeTarget("192.0.2.2:53", 0, 9),
             MakeTarget("192.0.2.3:53", 1, 1), MakeTarget("192.0.2.4:53", 1, 2)});
  EXPECT_THAT(Addresses(DescribeTargets(group, health, now)),
              ElementsAre("192.0.2.2", "192.0.2.1", "192.0.2.4", "192.0.2.3"));
  TargetHealth* second = health.Get(group.targets[1].endpoint);
  for (int i = 0; i < TargetHealth::kFailuresUntilDown; ++i) second->OnFailure(now);
  EXPECT_THAT(Addresses(DescribeTargets(group, health, now)),
              ElementsAre("192.0.2.1", "192.0.2.4", "192.0.2.3", "192.0.2.2"));
}

TEST(DescribeTargetsTest, SaysWhatIsKnownOfATarget) {
  HealthTable health;
  const absl::Time now = absl::UnixEpoch();
  const TargetGroup group = Group({MakeTarget("192.0.2.1:53", 0, 1)});
  const auto describe = [&](absl::Time at) { return DescribeTargets(group, health, at).at(0); };
  EXPECT_EQ(describe(now).health, TargetStatus::Health::kUnknown);
  TargetHealth* known = health.Get(group.targets[0].endpoint);
  known->OnFailure(now);
  EXPECT_EQ(describe(now).health, TargetStatus::Health::kUnknown);
  EXPECT_EQ(describe(now).failures, 1);
  known->OnReply(absl::Milliseconds(5), now);
  EXPECT_EQ(describe(now).health, TargetStatus::Health::kUp);
  EXPECT_EQ(describe(now).round_trip, absl::Milliseconds(5));
  EXPECT_EQ(describe(now).failures, 0);
  for (int i = 0; i < TargetHealth::kFailuresUntilDown; ++i) known->OnFailure(now);
  const TargetStatus down = describe(now);
  EXPECT_EQ(down.health, TargetStatus::Health::kDown);
  EXPECT_GE(down.retry_in, TargetHealth::kMinBackoff);
  // Its turn to be tried has come; it is down until it answers.
  const TargetStatus due = describe(now + down.retry_in);
  EXPECT_EQ(due.health, TargetStatus::Health::kDown);
  EXPECT_EQ(due.retry_in, absl::ZeroDuration());
}

TEST(OrderTargetsTest, TheFastestFirstWhereThePolicySaysSo) {
  HealthTable health;
  const absl::Time now = absl::UnixEpoch();
  TargetGroup group = Group({MakeTarget("192.0.2.1:53", 0, 100), MakeTarget("192.0.2.2:53", 0, 1),
                             MakeTarget("192.0.2.3:53", 1, 1), MakeTarget("192.0.2.4:53", 0, 50)});
  group.policy.selection = ForwardingPolicy::Selection::kLatency;
  const int milliseconds[] = {30, 10, 1, 20};
  for (size_t i = 0; i < group.targets.size(); ++i) {
    TargetHealth* const known = health.Get(group.targets[i].endpoint);
    known->OnAsk(now);
    known->OnReply(absl::Milliseconds(milliseconds[i]), now);
  }
  EXPECT_THAT(OrderTargets(group, &health, now), ElementsAre(1, 3, 0, 2));
  EXPECT_THAT(Addresses(DescribeTargets(group, health, now)),
              ElementsAre("192.0.2.2", "192.0.2.4", "192.0.2.1", "192.0.2.3"));
  TargetHealth* const fastest = health.Get(group.targets[1].endpoint);
  for (int i = 0; i < TargetHealth::kFailuresUntilDown; ++i) fastest->OnFailure(now);
  EXPECT_THAT(OrderTargets(group, &health, now), ElementsAre(3, 0, 2, 1));
}

}  // namespace
}  // namespace nave::resolver
