#include "resolver/file_source.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "resolver/state.h"
#include "tests/testing/temp_dir.h"

namespace nave::resolver {
namespace {

class RecordingSink : public SnapshotSink {
 public:
  absl::Status Serve(const State& state) override {
    revisions.push_back(state.revision);
    return absl::OkStatus();
  }
  absl::StatusOr<v1::NodeReply> Answer(const v1::NodeRequest&) override { return v1::NodeReply(); }
  int64_t served_revision() const override { return revisions.empty() ? 0 : revisions.back(); }

  std::vector<int64_t> revisions;
};

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST(FileSourceTest, ServesTheFileAndReadsItAgain) {
  nave::testing::TempDir directory;
  const std::string path = directory.File("snapshot.json");
  Write(path, R"({"revision": "3", "views": [{"name": "v"}]})");
  RecordingSink sink;
  FileSource source(path);
  ASSERT_TRUE(source.Start(&sink).ok());
  Write(path, R"({"revision": "4"})");
  ASSERT_TRUE(source.Reload().ok());
  EXPECT_THAT(sink.revisions, ::testing::ElementsAre(3, 4));
  Write(path, "{");
  EXPECT_EQ(source.Reload().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(sink.served_revision(), 4);
  source.Stop();
  EXPECT_EQ(source.Reload().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(FileSourceTest, MissingFileIsNamed) {
  RecordingSink sink;
  FileSource source("no/such/file.json");
  const absl::Status status = source.Start(&sink);
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("no/such/file.json"));
}

TEST(FileSourceTest, RefusesWhatIsNoSnapshot) {
  for (const char* json :
       {"", "[]", "{\"revison\": 1}", "{\"views\": [{\"name\": 5}]}", "{\"views\": [{}]}",
        "{\"zones\": [{\"name\": \"z\"}, {\"name\": \"z\"}]}"}) {
    EXPECT_EQ(ParseSnapshotJson(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

TEST(StateTest, GoesToASnapshotAndBack) {
  const auto state = ParseSnapshotJson(
      R"({"revision": "9", "listeners": [{"address": "127.0.0.1:1"}], "views": [{"name": "v"}],
          "zones": [{"name": "z", "apex": "a."}], "rules": [{"name": "r", "kind": "SYSTEM"}]})");
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->zones.at("z")->Read().apex(), "a.");
  const v1::Snapshot snapshot = SnapshotFromState(*state);
  const auto again = StateFromSnapshot(snapshot);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(
      google::protobuf::util::MessageDifferencer::Equals(SnapshotFromState(*again), snapshot));
  EXPECT_EQ(snapshot.revision(), 9);
}

}  // namespace
}  // namespace nave::resolver
