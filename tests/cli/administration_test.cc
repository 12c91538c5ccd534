#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/errors.h"
#include "cli/new_file.h"
#include "nave/governance/v1/admin.pb.h"
#include "nave/governance/v1/node.pb.h"
#include "tests/cli/fake_control_plane.h"
#include "tests/testing/temp_dir.h"

namespace nave::cli {
namespace {

using governance::v1::BackupChunk;
using ::testing::HasSubstr;

constexpr char kBackup[] = "nave.governance.v1.AdminService/Backup";
constexpr char kExport[] = "nave.governance.v1.AdminService/ExportSnapshot";

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

size_t FilesIn(const std::string& folder) {
  const std::filesystem::directory_iterator files(folder), end;
  return static_cast<size_t>(std::distance(files, end));
}

class AdministrationTest : public ::testing::Test {
 protected:
  AdministrationTest() : session_(server_), path_(dir_.File("backup")) {}
  absl::Status Line(const std::vector<std::string>& arguments) {
    return RunLine(session_, AddAdministration, arguments);
  }
  void StreamsBackup(const absl::Status& end) {
    BackupChunk first, second;
    first.set_data("one,");
    first.set_revision(7);
    second.set_data("two");
    server_.Streams<BackupChunk>(kBackup, {first, second}, end);
  }

  FakeControlPlane server_;
  FakeSession session_;
  nave::testing::TempDir dir_;
  const std::string path_;
};

TEST_F(AdministrationTest, BackupIsWrittenForItsOwnerAlone) {
  StreamsBackup(absl::OkStatus());
  const absl::Status status = Line({"backup", path_});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(ReadFile(path_), "one,two");
  struct stat found;
  ASSERT_EQ(::stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  EXPECT_EQ(found.st_nlink, 1u);
  EXPECT_THAT(session_.out(), HasSubstr("7"));
}

TEST_F(AdministrationTest, ABackupThatBreaksOffLeavesNothing) {
  StreamsBackup(absl::UnavailableError("gone"));
  EXPECT_FALSE(Line({"backup", path_}).ok());
  EXPECT_EQ(FilesIn(std::filesystem::path(path_).parent_path()), 0u);
}

TEST_F(AdministrationTest, OnlyForceReplacesAFile) {
  std::ofstream(path_) << "precious";
  StreamsBackup(absl::OkStatus());
  EXPECT_EQ(ExitCodeOf(Line({"backup", path_})), kExitUsage);
  EXPECT_EQ(ReadFile(path_), "precious");
  EXPECT_TRUE(Line({"backup", path_, "--force"}).ok());
  EXPECT_EQ(ReadFile(path_), "one,two");
  EXPECT_EQ(FilesIn(std::filesystem::path(path_).parent_path()), 1u);
}

TEST_F(AdministrationTest, AFileThatCameMeanwhileStays) {
  auto file = NewFile::Create(path_, /*replace=*/false);
  ASSERT_TRUE(file.ok());
  std::ofstream(path_) << "precious";
  ASSERT_TRUE((*file)->Write("new").ok());
  EXPECT_EQ(ExitCodeOf((*file)->Commit()), kExitUsage);
  EXPECT_EQ(ReadFile(path_), "precious");
}

TEST_F(AdministrationTest, SnapshotIsJsonWhateverTheForm) {
  resolver::v1::Snapshot snapshot;
  snapshot.set_revision(12);
  server_.Returns(kExport, snapshot);
  ASSERT_TRUE(Line({"snapshot", "export", "--vpc", "main", "--account", "a"}).ok());
  EXPECT_EQ(server_.last<governance::v1::ExportSnapshotRequest>(kExport).vpcs(0),
            "accounts/a/vpcs/main");
  EXPECT_THAT(session_.out(), HasSubstr("\"revision\": \"12\""));
  ASSERT_TRUE(Line({"snapshot", "export", path_}).ok());
  EXPECT_EQ(ReadFile(path_), session_.out());
}

TEST_F(AdministrationTest, NodesAreListedWithWhatTheyRefused) {
  governance::v1::ListNodesResponse response;
  governance::v1::Node& node = *response.add_nodes();
  node.set_name("nodes/r1");
  node.set_refusal("a zone without SOA");
  node.set_refused_revision(9);
  server_.Returns("nave.governance.v1.NodeService/ListNodes", response);
  ASSERT_TRUE(Line({"node", "list"}).ok());
  EXPECT_THAT(session_.out(), HasSubstr("revision 9: a zone without SOA"));
}

TEST_F(AdministrationTest, ANodeIsForgottenAfterAYes) {
  server_.Returns("nave.governance.v1.NodeService/DeleteNode", api::v1::DeleteResponse());
  EXPECT_EQ(ExitCodeOf(Line({"node", "delete", "r1"})), kExitUsage);
  EXPECT_TRUE(server_.calls().empty());
  EXPECT_TRUE(Line({"node", "delete", "r1", "--yes"}).ok());
  EXPECT_EQ(
      server_.last<api::v1::DeleteRequest>("nave.governance.v1.NodeService/DeleteNode").name(),
      "nodes/r1");
}

}  // namespace
}  // namespace nave::cli
