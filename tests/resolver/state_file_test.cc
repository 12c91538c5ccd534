#include "resolver/state_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "resolver/state_file_format.h"
#include "resolver/state_file_writer.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_dir.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

State MakeState(int64_t revision, int zones = 3) {
  v1::Snapshot snapshot;
  snapshot.set_revision(revision);
  v1::Listener* const listener = snapshot.add_listeners();
  listener->set_address("127.0.0.1:5300");
  listener->add_views("accounts/a/vpcs/v");
  v1::View* const view = snapshot.add_views();
  view->set_name("accounts/a/vpcs/v");
  for (int i = 0; i < zones; ++i) {
    v1::Zone* const zone = snapshot.add_zones();
    zone->set_name(absl::StrCat("accounts/a/zones/z", i));
    zone->set_apex("example.com.");
    v1::RRset* const rrset = zone->add_rrsets();
    rrset->set_owner("www.example.com.");
    rrset->set_type("A");
    rrset->add_rdata("192.0.2.1");
    view->add_zones(zone->name());
  }
  snapshot.add_rules()->set_name("accounts/h/rules/r");
  return StateFromSnapshot(std::move(snapshot)).value();
}

std::string Text(const State& state) { return SnapshotFromState(state).DebugString(); }

class StateFileTest : public ::testing::Test {
 protected:
  std::string Read() const {
    std::ifstream stream(file_.path(), std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  void Put(const std::string& octets) const {
    std::ofstream(file_.path(), std::ios::binary) << octets;
  }
  // The file must be refused, with these words, and be found under the other name.
  void ExpectSetAside(absl::StatusCode code, const std::string& words) {
    const auto loaded = file_.Load();
    EXPECT_EQ(loaded.status().code(), code) << loaded.status();
    EXPECT_THAT(std::string(loaded.status().message()), HasSubstr(words));
    EXPECT_FALSE(std::filesystem::exists(file_.path()));
    EXPECT_TRUE(std::filesystem::exists(file_.set_aside_path()));
    const auto again = file_.Load();
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_FALSE(again->has_value());
  }

  testing::TempDir dir_;
  StateFile file_{dir_.File("deep/er")};
};

TEST_F(StateFileTest, NoFileIsNoState) {
  const auto loaded = file_.Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_FALSE(loaded->has_value());
}

TEST_F(StateFileTest, LoadsWhatWasSaved) {
  ASSERT_TRUE(file_.Save(MakeState(7)).ok());
  ASSERT_TRUE(file_.Save(MakeState(8, 5000)).ok());
  const auto loaded = file_.Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ASSERT_TRUE(loaded->has_value());
  EXPECT_EQ((*loaded)->revision, 8);
  EXPECT_EQ(Text(**loaded), Text(MakeState(8, 5000)));
}

TEST_F(StateFileTest, EmptyStateIsAState) {
  ASSERT_TRUE(file_.Save(State()).ok());
  const auto loaded = file_.Load();
  ASSERT_TRUE(loaded.ok() && loaded->has_value()) << loaded.status();
}

TEST_F(StateFileTest, OnlyTheOwnerMayReadIt) {
  ASSERT_TRUE(file_.Save(MakeState(7)).ok());
  struct stat info;
  ASSERT_EQ(stat(file_.path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600);
}

TEST_F(StateFileTest, EveryChangedOctetIsNoticed) {
  std::string octets;
  ASSERT_TRUE(EncodeState(MakeState(7), [&](absl::string_view piece) {
                octets.append(piece.data(), piece.size());
                return absl::OkStatus();
              }).ok());
  ASSERT_TRUE(DecodeState(octets).ok());
  for (size_t i = 0; i < octets.size(); ++i) {
    std::string changed = octets;
    changed[i] ^= 0x10;
    EXPECT_FALSE(DecodeState(changed).ok()) << "octet " << i;
  }
}

TEST_F(StateFileTest, EveryShorterFileIsNoticed) {
  std::string octets;
  ASSERT_TRUE(EncodeState(MakeState(7), [&](absl::string_view piece) {
                octets.append(piece.data(), piece.size());
                return absl::OkStatus();
              }).ok());
  for (size_t size = 0; size < octets.size(); ++size) {
    EXPECT_FALSE(DecodeState(octets.substr(0, size)).ok()) << size << " octets";
  }
  EXPECT_FALSE(DecodeState(octets + "x").ok());
}

TEST_F(StateFileTest, CorruptFileIsSetAside) {
  ASSERT_TRUE(file_.Save(MakeState(7)).ok());
  std::string octets = Read();
  octets[octets.size() / 2] ^= 1;
  Put(octets);
  ExpectSetAside(absl::StatusCode::kDataLoss, "checksum");
}

TEST_F(StateFileTest, FileThatWasCutIsSetAside) {
  ASSERT_TRUE(file_.Save(MakeState(7)).ok());
  Put(Read().substr(0, 100));
  ExpectSetAside(absl::StatusCode::kDataLoss, "checksum");
}

TEST_F(StateFileTest, EmptyFileIsSetAside) {
  ASSERT_TRUE(file_.Save(MakeState(7)).ok());
  Put("");
  ExpectSetAside(absl::StatusCode::kDataLoss, "does not begin");
}

TEST_F(StateFileTest, OlderAndNewerFormatsAreSetAside) {
  for (const char format : {0, 2}) {
    ASSERT_TRUE(file_.Save(MakeState(7)).ok());
    std::string octets = Read();
    octets[11] = format;
    Put(octets);
    ExpectSetAside(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("format is ", int{format}, ", this program reads 1"));
  }
}

TEST_F(StateFileTest, FailureToWriteLeavesTheFileThatWasThere) {
  ASSERT_TRUE(file_.Save(MakeState(7)).ok());
  // The name of the file to come is taken by a directory.
  std::filesystem::create_directory(file_.path() + ".next");
  EXPECT_FALSE(file_.Save(MakeState(8)).ok());
  const auto loaded = file_.Load();
  ASSERT_TRUE(loaded.ok() && loaded->has_value()) << loaded.status();
  EXPECT_EQ((*loaded)->revision, 7);
}

TEST_F(StateFileTest, LeftoverOfACrashIsOverwritten) {
  ASSERT_TRUE(file_.Save(MakeState(7)).ok());
  std::ofstream(file_.path() + ".next") << "half a state";
  ASSERT_TRUE(file_.Save(MakeState(8)).ok());
  EXPECT_EQ((*file_.Load().value()).revision, 8);
}

TEST_F(StateFileTest, WriterWritesTheNewestNotMoreOftenThanTheInterval) {
  testing::FakeClock clock;
  std::vector<int64_t> written;
  {
    StateFileWriter writer(&file_, &clock, [&](int64_t revision, const absl::Status& status) {
      EXPECT_TRUE(status.ok()) << status;
      written.push_back(revision);
    });
    writer.Write(std::make_shared<const State>(MakeState(1)));
    writer.Flush();
    // The clock stands still, so these wait for the interval, and only the last one is kept.
    for (int revision = 2; revision <= 50; ++revision) {
      writer.Write(std::make_shared<const State>(MakeState(revision)));
    }
  }
  EXPECT_THAT(written, ElementsAre(1, 50));
  EXPECT_EQ((*file_.Load().value()).revision, 50);
}

}  // namespace
}  // namespace nave::resolver
