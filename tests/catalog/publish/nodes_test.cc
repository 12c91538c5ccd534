#include "catalog/publish/nodes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "catalog/errors.h"
#include "store/lmdb/lmdb_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_dir.h"

namespace nave::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kVpc[] = "accounts/a/vpcs/v";
constexpr char kOther[] = "accounts/b/vpcs/v";

class NodesTest : public ::testing::Test {
 protected:
  NodesTest() {
    store::LmdbOptions options;
    options.directory = directory_.path();
    auto opened = store::OpenLmdbStore(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
    nodes_ = std::make_unique<Nodes>(*store_, clock_);
  }
  Nodes::Session Connect(const std::string& node, const std::vector<std::string>& vpcs = {}) {
    resolver::v1::Hello hello;
    hello.set_node(node);
    for (const std::string& vpc : vpcs) hello.add_vpcs(vpc);
    const auto connection = nodes_->Connect(hello);
    EXPECT_TRUE(connection.ok()) << connection.status();
    return connection.ok() ? connection->session : 0;
  }

  testing::TempDir directory_;
  testing::FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Nodes> nodes_;
};

TEST_F(NodesTest, NoNodeIsNoHang) {
  const ServedState state = nodes_->Wait(7, {kVpc}, absl::InfiniteFuture());
  EXPECT_THAT(state.nodes, IsEmpty());
  EXPECT_THAT(state.unserved_vpcs, ElementsAre(kVpc));
  EXPECT_EQ(state.served_revision, 0);
}

TEST_F(NodesTest, NodeThatHasAcknowledgedServes) {
  const Nodes::Session session = Connect("r1", {kVpc});
  ASSERT_TRUE(nodes_->Acknowledge("r1", session, 7).ok());
  const ServedState state = nodes_->Wait(7, {kVpc, kOther}, absl::InfiniteFuture());
  EXPECT_THAT(state.nodes, ElementsAre("nodes/r1"));
  EXPECT_THAT(state.lagging_nodes, IsEmpty());
  EXPECT_THAT(state.unserved_vpcs, ElementsAre(kOther));
  EXPECT_EQ(state.served_revision, 7);
}

TEST_F(NodesTest, LeastRevisionOfTheNodesConcernedCounts) {
  const Nodes::Session first = Connect("r1", {kVpc});
  const Nodes::Session second = Connect("r2");
  const Nodes::Session third = Connect("r3", {kOther});
  ASSERT_TRUE(nodes_->Acknowledge("r1", first, 9).ok());
  ASSERT_TRUE(nodes_->Acknowledge("r2", second, 8).ok());
  ASSERT_TRUE(nodes_->Acknowledge("r3", third, 1).ok());
  EXPECT_EQ(nodes_->Current({kVpc}).served_revision, 8);
  EXPECT_EQ(nodes_->Current({}).served_revision, 1);
}

TEST_F(NodesTest, WaitEndsWithTheAcknowledgement) {
  const Nodes::Session session = Connect("r1", {kVpc});
  std::thread waiter([&] {
    const ServedState state = nodes_->Wait(5, {kVpc}, absl::InfiniteFuture());
    EXPECT_THAT(state.lagging_nodes, IsEmpty());
    EXPECT_EQ(state.served_revision, 5);
  });
  ASSERT_TRUE(nodes_->Acknowledge("r1", session, 4).ok());
  ASSERT_TRUE(nodes_->Acknowledge("r1", session, 5).ok());
  waiter.join();
}

TEST_F(NodesTest, NodeThatIsGoneNoLongerCounts) {
  const Nodes::Session session = Connect("r1", {kVpc});
  nodes_->Disconnect("r1", session);
  // It may still answer by what it has.
  EXPECT_THAT(nodes_->Wait(5, {kVpc}, clock_.Now()).lagging_nodes, ElementsAre("nodes/r1"));
  EXPECT_THAT(nodes_->ConnectedTo(kVpc), IsEmpty());
  clock_.Advance(kLease);
  EXPECT_THAT(nodes_->Wait(5, {kVpc}, absl::InfiniteFuture()).nodes, IsEmpty());
  const auto node = nodes_->Get("nodes/r1");
  ASSERT_TRUE(node.ok());
  EXPECT_FALSE(node->live());
}

TEST_F(NodesTest, HeartbeatsKeepTheLease) {
  const Nodes::Session session = Connect("r1", {kVpc});
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(kLease - absl::Seconds(1));
    ASSERT_TRUE(nodes_->Heartbeat("r1", session).ok());
  }
  EXPECT_THAT(nodes_->ConnectedTo(kVpc), ElementsAre("r1"));
}

TEST_F(NodesTest, SecondStreamEndsTheFirst) {
  const Nodes::Session first = Connect("r1");
  const Nodes::Session second = Connect("r1");
  EXPECT_FALSE(nodes_->IsCurrent("r1", first));
  EXPECT_TRUE(nodes_->IsCurrent("r1", second));
  EXPECT_EQ(nodes_->Acknowledge("r1", first, 3).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(nodes_->Heartbeat("r1", first).code(), absl::StatusCode::kAborted);
  nodes_->Disconnect("r1", first);
  EXPECT_TRUE(nodes_->IsCurrent("r1", second));
}

TEST_F(NodesTest, RefusalIsShownUntilAStateIsServed) {
  const Nodes::Session session = Connect("r1");
  ASSERT_TRUE(nodes_->Refuse("r1", session, 4, "cannot bind").ok());
  auto node = nodes_->Get("nodes/r1");
  ASSERT_TRUE(node.ok());
  EXPECT_EQ(node->refusal(), "cannot bind");
  EXPECT_EQ(node->refused_revision(), 4);
  ASSERT_TRUE(nodes_->Acknowledge("r1", session, 5).ok());
  node = nodes_->Get("nodes/r1");
  ASSERT_TRUE(node.ok());
  EXPECT_EQ(node->refusal(), "");
}

TEST_F(NodesTest, AfterARestartNodesHaveALeaseToComeBack) {
  Connect("r1", {kVpc});
  nodes_ = std::make_unique<Nodes>(*store_, clock_);
  ASSERT_TRUE(nodes_->Load().ok());
  EXPECT_THAT(nodes_->Wait(1, {kVpc}, clock_.Now()).lagging_nodes, ElementsAre("nodes/r1"));
  clock_.Advance(kLease);
  EXPECT_THAT(nodes_->Wait(1, {kVpc}, absl::InfiniteFuture()).nodes, IsEmpty());
}

TEST_F(NodesTest, OnlyTheSameVpcsAreGoneOnWith) {
  Connect("r1", {kVpc, kOther});
  resolver::v1::Hello hello;
  hello.set_node("r1");
  hello.add_vpcs(kOther);
  hello.add_vpcs(kVpc);
  auto connection = nodes_->Connect(hello);
  ASSERT_TRUE(connection.ok());
  EXPECT_TRUE(connection->same_vpcs);
  hello.add_vpcs("accounts/c/vpcs/v");
  connection = nodes_->Connect(hello);
  ASSERT_TRUE(connection.ok());
  EXPECT_FALSE(connection->same_vpcs);
}

TEST_F(NodesTest, LiveNodeIsNotForgotten) {
  Connect("r1");
  EXPECT_EQ(ReasonOf(nodes_->Delete("nodes/r1").status()), api::v1::IN_USE);
  clock_.Advance(kLease);
  EXPECT_TRUE(nodes_->Delete("nodes/r1").ok());
  EXPECT_THAT(nodes_->List(), IsEmpty());
  EXPECT_FALSE(nodes_->Delete("nodes/r1").ok());
}

TEST_F(NodesTest, MalformedIdIsRefused) {
  resolver::v1::Hello hello;
  hello.set_node("a/b");
  EXPECT_FALSE(nodes_->Connect(hello).ok());
}

}  // namespace
}  // namespace nave::catalog
