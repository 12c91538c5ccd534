// The services over the wire: what each passes on, and the details of its errors.
#include "server/services/services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "nave/event/v1/event.grpc.pb.h"
#include "nave/governance/v1/admin.grpc.pb.h"
#include "nave/governance/v1/vpc.grpc.pb.h"
#include "server/server.h"
#include "server/status.h"
#include "store/lmdb/lmdb_store.h"
#include "tests/server/harness.h"

namespace nave::server {
namespace {

using event::v1::Event;
using event::v1::EventService;
using event::v1::WatchEventsRequest;
using event::v1::WatchEventsResponse;
using governance::v1::Token;
using governance::v1::Vpc;
using governance::v1::VpcService;

class ServicesTest : public ::testing::Test {
 protected:
  ServicesTest() { harness_.MakeAccount("a"); }
  std::unique_ptr<grpc::ClientContext> Admin() const { return harness_.Context(harness_.admin()); }

  Harness harness_;
};

TEST_F(ServicesTest, AResourceLivesItsLife) {
  const auto stub = VpcService::NewStub(harness_.channel());
  api::v1::GetRequest get;
  get.set_name("accounts/a/vpcs/main");
  Vpc vpc;
  ASSERT_TRUE(stub->GetVpc(Admin().get(), get, &vpc).ok());
  EXPECT_GT(vpc.metadata().revision(), 0);

  governance::v1::UpdateVpcRequest update;
  *update.mutable_vpc() = vpc;
  (*update.mutable_vpc()->mutable_metadata()->mutable_labels())["stage"] = "test";
  Vpc updated;
  grpc::Status status = stub->UpdateVpc(Admin().get(), update, &updated);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_GT(updated.metadata().revision(), vpc.metadata().revision());

  status = stub->UpdateVpc(Admin().get(), update, &updated);
  EXPECT_EQ(ReasonOf(status), "STALE_ETAG");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);

  api::v1::ListRequest list;
  list.set_parent("accounts/a");
  governance::v1::ListVpcsResponse listed;
  ASSERT_TRUE(stub->ListVpcs(Admin().get(), list, &listed).ok());
  ASSERT_EQ(listed.vpcs_size(), 1);
  EXPECT_EQ(listed.vpcs(0).metadata().labels().at("stage"), "test");

  api::v1::DeleteRequest remove;
  remove.set_name("accounts/a/vpcs/main");
  api::v1::DeleteResponse removed;
  ASSERT_TRUE(stub->DeleteVpc(Admin().get(), remove, &removed).ok());
  EXPECT_EQ(ReasonOf(stub->GetVpc(Admin().get(), get, &vpc)), "NOT_FOUND");
}

TEST_F(ServicesTest, ErrorsNameTheResource) {
  governance::v1::CreateVpcRequest create;
  create.mutable_vpc()->set_name("accounts/a/vpcs/main");
  create.mutable_vpc()->add_cidrs("10.0.0.0/16");
  Vpc vpc;
  const auto stub = VpcService::NewStub(harness_.channel());
  const grpc::Status status = stub->CreateVpc(Admin().get(), create, &vpc);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ALREADY_EXISTS);
  const auto info = ErrorInfoOf(status);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->domain, "nave");
  EXPECT_EQ(info->reason, "ALREADY_EXISTS");
  EXPECT_THAT(info->metadata,
              ::testing::Contains(::testing::Pair("resource", "accounts/a/vpcs/main")));
}

TEST_F(ServicesTest, ANameOfAnotherKindIsRefused) {
  api::v1::DeleteRequest remove;
  remove.set_name("accounts/a");
  api::v1::DeleteResponse removed;
  const auto stub = VpcService::NewStub(harness_.channel());
  EXPECT_EQ(ReasonOf(stub->DeleteVpc(Admin().get(), remove, &removed)), "INVALID_NAME");
}

TEST_F(ServicesTest, WatchTellsWhereItBeginsAndThenWhatHappens) {
  const auto stub = EventService::NewStub(harness_.channel());
  const auto context = Admin();
  WatchEventsRequest request;
  request.set_subject_prefix("accounts/b");
  const auto reader = stub->WatchEvents(context.get(), request);
  WatchEventsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  EXPECT_EQ(response.events_size(), 0);
  EXPECT_GT(response.progress_revision(), 0);
  harness_.MakeAccount("b");
  ASSERT_TRUE(reader->Read(&response));
  ASSERT_EQ(response.events_size(), 1);
  EXPECT_EQ(response.events(0).type(), "nave.resource.created");
  EXPECT_EQ(response.events(0).subject(), "accounts/b");
  EXPECT_EQ(response.events(0).principal(), "users/admin");
  EXPECT_EQ(response.events(0).revision(), response.progress_revision());
  context->TryCancel();
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ServicesTest, WatchFromTheOldestShowsOnlyWhatTheCallerMayRead) {
  harness_.MakeAccount("b");
  const std::string secret = harness_.MakeToken("viewer", Token::VIEWER, "accounts/b");
  const auto context = harness_.Context(secret);
  WatchEventsRequest request;
  request.set_after_revision(-1);
  request.set_type_prefix("nave.resource.");
  const auto reader =
      EventService::NewStub(harness_.channel())->WatchEvents(context.get(), request);
  std::vector<std::string> subjects;
  WatchEventsResponse response;
  while (subjects.size() < 2 && reader->Read(&response)) {
    for (const Event& event : response.events()) subjects.push_back(event.subject());
  }
  EXPECT_THAT(subjects, ::testing::ElementsAre("accounts/b", "accounts/b/vpcs/main"));
  context->TryCancel();
}

TEST_F(ServicesTest, AWatchEndsWhenTheServerStops) {
  const auto context = Admin();
  const auto reader = EventService::NewStub(harness_.channel())->WatchEvents(context.get(), {});
  WatchEventsResponse response;
  ASSERT_TRUE(reader->Read(&response));
  harness_.server().Stop();
  while (reader->Read(&response)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ServicesTest, AnEventFromOutsideHappensOnce) {
  const auto stub = EventService::NewStub(harness_.channel());
  event::v1::PublishEventRequest request;
  request.mutable_event()->set_id("1");
  request.mutable_event()->set_source("/vending");
  request.mutable_event()->set_type("account.created");
  request.mutable_event()->set_principal("users/somebody-else");
  Event first, second;
  grpc::Status status = stub->PublishEvent(Admin().get(), request, &first);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(first.principal(), "users/admin");
  EXPECT_GT(first.revision(), 0);
  ASSERT_TRUE(stub->PublishEvent(Admin().get(), request, &second).ok());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  request.mutable_event()->set_type("nave.resource.created");
  EXPECT_EQ(ReasonOf(stub->PublishEvent(Admin().get(), request, &second)), "INVALID_FIELD");
}

TEST_F(ServicesTest, ABackupIsAStoreAndLeavesNoFileBehind) {
  testing::TempDir copy;
  std::ofstream file(copy.File(store::kStoreFileName), std::ios::binary);
  const auto context = Admin();
  const auto reader =
      governance::v1::AdminService::NewStub(harness_.channel())->Backup(context.get(), {});
  governance::v1::BackupChunk chunk;
  int64_t revision = 0;
  while (reader->Read(&chunk)) {
    if (revision == 0) revision = chunk.revision();
    EXPECT_LE(chunk.data().size(), 1u << 20);
    file << chunk.data();
  }
  const grpc::Status status = reader->Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();
  file.close();
  store::LmdbOptions options;
  options.directory = copy.path();
  const auto store = store::OpenLmdbStore(options);
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->current_revision(), revision);
  for (const auto& entry : std::filesystem::directory_iterator(harness_.data_dir())) {
    EXPECT_THAT(entry.path().filename().string(),
                ::testing::Not(::testing::StartsWith(kBackupPrefix)));
  }
}

}  // namespace
}  // namespace nave::server
