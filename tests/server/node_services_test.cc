// Resolvers at a real server: their streams, and what the API tells about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "nave/governance/v1/admin.grpc.pb.h"
#include "nave/governance/v1/node.grpc.pb.h"
#include "nave/resolver/v1/stream.grpc.pb.h"
#include "tests/server/fake_node.h"
#include "tests/server/harness.h"

namespace nave::server {
namespace {

using governance::v1::Node;
using governance::v1::NodeService;
using governance::v1::Token;
using governance::v1::WaitServedRequest;
using governance::v1::WaitServedResponse;
using resolver::v1::ControlMessage;
using resolver::v1::NodeMessage;
using resolver::v1::ResolverService;

class NodeServicesTest : public ::testing::Test {
 protected:
  NodeServicesTest() {
    harness_.MakeAccount("a");
    secret_ = harness_.MakeToken("node-r1", Token::NODE, "organization", "nodes/r1");
  }
  grpc::Status Wait(int64_t revision, WaitServedResponse* response, int64_t seconds = 10) {
    WaitServedRequest request;
    request.set_revision(revision);
    request.mutable_timeout()->set_seconds(seconds);
    return nodes_->WaitServed(harness_.Context(harness_.admin()).get(), request, response);
  }
  Node GetNode(const std::string& name) {
    api::v1::GetRequest request;
    request.set_name(name);
    Node node;
    nodes_->GetNode(harness_.Context(harness_.admin()).get(), request, &node);
    return node;
  }

  Harness harness_;
  std::string secret_;
  std::unique_ptr<NodeService::Stub> nodes_ = NodeService::NewStub(harness_.channel());
};

TEST_F(NodeServicesTest, ServedIsWhatTheNodesAcknowledge) {
  WaitServedResponse response;
  ASSERT_TRUE(Wait(1, &response).ok());
  EXPECT_TRUE(response.no_live_node());

  FakeNode node(harness_, secret_, "r1");
  ASSERT_TRUE(node.Await(ControlMessage::kReset).has_reset());
  const int64_t revision = node.Await(ControlMessage::kComplete).complete().revision();
  EXPECT_GT(revision, 0);
  EXPECT_EQ(ReasonOf(Wait(revision, &response, 0)), "WAIT_TIMED_OUT");
  node.Acknowledge(revision);
  const grpc::Status status = Wait(revision, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.served_revision(), revision);
  EXPECT_THAT(response.nodes(), ::testing::ElementsAre("nodes/r1"));
  EXPECT_TRUE(GetNode("nodes/r1").live());
  EXPECT_EQ(GetNode("nodes/r1").version(), "test");
}

TEST_F(NodeServicesTest, WaitRefusesWhatCannotCome) {
  WaitServedResponse response;
  EXPECT_EQ(ReasonOf(Wait(1'000'000, &response)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Wait(1, &response, -1)), "INVALID_FIELD");
  EXPECT_EQ(ReasonOf(Wait(1, &response, 100'000)), "INVALID_FIELD");
}

TEST_F(NodeServicesTest, ANodeSpeaksForItselfAlone) {
  FakeNode other(harness_, secret_, "r2");
  EXPECT_EQ(other.Await(ControlMessage::kComplete).message_case(), ControlMessage::MESSAGE_NOT_SET);
  EXPECT_EQ(ReasonOf(other.Finish()), "PERMISSION_DENIED");
}

TEST_F(NodeServicesTest, FirstMessageIsHello) {
  const auto context = harness_.Context(secret_);
  const auto stream = ResolverService::NewStub(harness_.channel())->Connect(context.get());
  NodeMessage heartbeat;
  heartbeat.mutable_heartbeat();
  stream->Write(heartbeat);
  ControlMessage message;
  EXPECT_FALSE(stream->Read(&message));
  EXPECT_EQ(ReasonOf(stream->Finish()), "INVALID_FIELD");
}

TEST_F(NodeServicesTest, ASecondStreamEndsTheFirst) {
  FakeNode first(harness_, secret_, "r1");
  ASSERT_TRUE(first.Await(ControlMessage::kComplete).has_complete());
  FakeNode second(harness_, secret_, "r1");
  ASSERT_TRUE(second.Await(ControlMessage::kComplete).has_complete());
  EXPECT_FALSE(first.Await(ControlMessage::kReset).has_reset());
  EXPECT_FALSE(first.Finish().ok());
}

TEST_F(NodeServicesTest, AChangeReachesTheStream) {
  FakeNode node(harness_, secret_, "r1");
  const int64_t revision = node.Await(ControlMessage::kComplete).complete().revision();
  harness_.MakeAccount("b");
  EXPECT_GT(node.Await(ControlMessage::kComplete).complete().revision(), revision);
}

TEST_F(NodeServicesTest, ListsAndForgetsNodes) {
  const std::string other = harness_.MakeToken("node-r2", Token::NODE, "organization", "nodes/r2");
  FakeNode first(harness_, secret_, "r1");
  FakeNode second(harness_, other, "r2");
  ASSERT_TRUE(first.Await(ControlMessage::kComplete).has_complete());
  ASSERT_TRUE(second.Await(ControlMessage::kComplete).has_complete());
  api::v1::ListRequest list;
  list.set_page_size(1);
  governance::v1::ListNodesResponse page;
  ASSERT_TRUE(nodes_->ListNodes(harness_.Context(harness_.admin()).get(), list, &page).ok());
  ASSERT_EQ(page.nodes_size(), 1);
  EXPECT_EQ(page.nodes(0).name(), "nodes/r1");
  list.set_page_token(page.next_page_token());
  ASSERT_TRUE(nodes_->ListNodes(harness_.Context(harness_.admin()).get(), list, &page).ok());
  ASSERT_EQ(page.nodes_size(), 1);
  EXPECT_EQ(page.nodes(0).name(), "nodes/r2");
  EXPECT_EQ(page.next_page_token(), "");

  api::v1::DeleteRequest remove;
  remove.set_name("nodes/r2");
  api::v1::DeleteResponse removed;
  EXPECT_EQ(
      ReasonOf(nodes_->DeleteNode(harness_.Context(harness_.admin()).get(), remove, &removed)),
      "IN_USE");
  remove.set_name("nodes/r9");
  EXPECT_EQ(
      ReasonOf(nodes_->DeleteNode(harness_.Context(harness_.admin()).get(), remove, &removed)),
      "NOT_FOUND");
}

TEST_F(NodeServicesTest, ExportsWhatTheCallerMayRead) {
  harness_.MakeAccount("b");
  const std::string viewer = harness_.MakeToken("viewer", Token::VIEWER, "accounts/a");
  const auto stub = governance::v1::AdminService::NewStub(harness_.channel());
  governance::v1::ExportSnapshotRequest request;
  resolver::v1::Snapshot snapshot;
  request.add_vpcs("accounts/a/vpcs/main");
  const grpc::Status status =
      stub->ExportSnapshot(harness_.Context(harness_.admin()).get(), request, &snapshot);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(snapshot.views_size(), 1);
  EXPECT_EQ(snapshot.views(0).name(), "accounts/a/vpcs/main");
  EXPECT_GT(snapshot.revision(), 0);
  request.add_vpcs("accounts/b/vpcs/main");
  const grpc::Status refused =
      stub->ExportSnapshot(harness_.Context(viewer).get(), request, &snapshot);
  EXPECT_FALSE(refused.ok());
}

}  // namespace
}  // namespace nave::server
