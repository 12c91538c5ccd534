// The disk under everything that goes wrong: a step of the writer fails, the process ends behind a
// step, the power goes. SQLite's way: the k-th step, for every k until none is left.
#include "resolver/state_file_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "lib/base/status_macros.h"
#include "resolver/state_file.h"
#include "resolver/state_file_writer.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_dir.h"

namespace nave::resolver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Large enough for several writes.
State MakeState(int64_t revision) {
  v1::Snapshot snapshot;
  snapshot.set_revision(revision);
  for (int i = 0; i < 6000; ++i) {
    v1::Zone* const zone = snapshot.add_zones();
    zone->set_name(absl::StrCat("accounts/a/zones/z", i));
    zone->set_apex(absl::StrCat("z", i, ".revision-", revision, ".example.com."));
  }
  return StateFromSnapshot(std::move(snapshot)).value();
}

std::string Octets(const State& state) { return SnapshotFromState(state).SerializeAsString(); }

// The system's disk, on which the step with a number goes wrong.
class FaultyDisk final : public StateFileDisk {
 public:
  enum class Fault {
    kError,       // The step fails and changes nothing; what follows works.
    kShortWrite,  // As a full disk: a write takes half, fails, and so does every later one.
    kEnd,         // The process ends in front of the step: nothing more happens.
    kHalf,        // The process ends in the middle of the step, where it has one.
  };

  FaultyDisk(Fault fault, int step) : fault_(fault), step_(step) {}

  absl::Status MakeDirectory(const std::string& path) override {
    return Step("make directory") ? real_.MakeDirectory(path) : Error();
  }
  absl::StatusOr<int> Create(const std::string& path) override {
    if (!Step("create")) return Error();
    NAVE_ASSIGN_OR_RETURN(const int fd, real_.Create(path));
    unsynced_[path] = 0;
    return fd;
  }
  absl::Status Write(int fd, absl::string_view octets, const std::string& path) override {
    const bool works = Step("write");
    if (works) return real_.Write(fd, octets, path);
    if (hit_now_ && (fault_ == Fault::kHalf || fault_ == Fault::kShortWrite)) {
      EXPECT_TRUE(real_.Write(fd, octets.substr(0, octets.size() / 2), path).ok());
    }
    return absl::ResourceExhaustedError("no space left on device");
  }
  absl::Status Sync(int fd, const std::string& path) override {
    if (!Step("sync")) return Error();
    unsynced_.erase(path);
    return real_.Sync(fd, path);
  }
  // A process that ends closes too.
  void Close(int fd) override { real_.Close(fd); }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (!Step("rename")) return Error();
    const auto unsynced = unsynced_.find(from);
    if (unsynced != unsynced_.end()) {
      unsynced_[to] = unsynced->second;
      unsynced_.erase(from);
    }
    return real_.Rename(from, to);
  }
  absl::Status SyncDirectory(const std::string& path) override {
    return Step("sync directory") ? real_.SyncDirectory(path) : Error();
  }
  void Remove(const std::string& path) override {
    if (Step("remove")) real_.Remove(path);
  }

  // The power goes: of what was not synced, nothing is there.
  void LosePower() const {
    for (const auto& [path, size] : unsynced_) {
      if (std::filesystem::exists(path)) std::filesystem::resize_file(path, size);
    }
  }
  // Whether the fault came at all.
  bool hit() const { return hit_; }
  const std::vector<std::string>& steps() const { return steps_; }

 private:
  // True when the step is to be taken.
  bool Step(const char* name) {
    steps_.push_back(name);
    hit_now_ = static_cast<int>(steps_.size()) - 1 == step_;
    hit_ |= hit_now_;
    if (!hit_) return true;
    switch (fault_) {
      case Fault::kError:
        return !hit_now_;
      case Fault::kShortWrite:
        return std::string(name) != "write";
      default:
        return false;
    }
  }
  absl::Status Error() const { return absl::UnavailableError("cannot: input/output error"); }

  StateFileDisk& real_ = RealStateFileDisk();
  const Fault fault_;
  const int step_;
  bool hit_ = false;
  bool hit_now_ = false;
  std::vector<std::string> steps_;
  std::map<std::string, uintmax_t> unsynced_;  // And the size that is safe.
};

class StateFileDiskTest : public ::testing::Test {
 protected:
  // What a process that starts now finds; it must be one of the two, whole.
  int64_t LoadRevision() {
    StateFile file(dir_.path());
    const auto loaded = file.Load();
    EXPECT_TRUE(loaded.ok() && loaded->has_value()) << loaded.status();
    if (!loaded.ok() || !loaded->has_value()) return -1;
    const int64_t revision = (*loaded)->revision;
    EXPECT_EQ(Octets(**loaded), Octets(revision == 7 ? old_ : new_));
    return revision;
  }
  // Saves the new state with a fault at each step in turn, the old one on disk before.
  void SaveWithFaultAtEachStep(FaultyDisk::Fault fault, bool lose_power) {
    for (int step = 0;; ++step) {
      SCOPED_TRACE(step);
      ASSERT_TRUE(StateFile(dir_.path()).Save(old_).ok());
      FaultyDisk disk(fault, step);
      const absl::Status saved = StateFile(dir_.path(), &disk).Save(new_);
      if (lose_power) disk.LosePower();
      const int64_t revision = LoadRevision();
      if (saved.ok()) {
        EXPECT_EQ(revision, 8);
      } else {
        EXPECT_THAT(std::string(saved.message()), ::testing::Not(::testing::IsEmpty()));
      }
      // The next process saves over whatever is left.
      EXPECT_TRUE(StateFile(dir_.path()).Save(new_).ok());
      EXPECT_EQ(LoadRevision(), 8);
      if (!disk.hit()) return;
      ASSERT_LT(step, 100);
    }
  }

  testing::TempDir dir_;
  const State old_ = MakeState(7);
  const State new_ = MakeState(8);
};

// The list of steps that the tests below go through.
TEST_F(StateFileDiskTest, SavesInTheseSteps) {
  FaultyDisk disk(FaultyDisk::Fault::kEnd, -1);
  ASSERT_TRUE(StateFile(dir_.path(), &disk).Save(new_).ok());
  EXPECT_THAT(disk.steps(), ElementsAre("make directory", "create", "write", "write", "write",
                                        "sync", "rename", "sync directory"));
}

TEST_F(StateFileDiskTest, AFailureAtAnyStepLeavesAWholeState) {
  SaveWithFaultAtEachStep(FaultyDisk::Fault::kError, false);
}

TEST_F(StateFileDiskTest, ADiskThatIsFullAtAnyWriteLeavesTheOldStateAndNoRest) {
  SaveWithFaultAtEachStep(FaultyDisk::Fault::kShortWrite, false);
  ASSERT_TRUE(StateFile(dir_.path()).Save(old_).ok());
  FaultyDisk disk(FaultyDisk::Fault::kShortWrite, 3);
  const absl::Status saved = StateFile(dir_.path(), &disk).Save(new_);
  EXPECT_TRUE(absl::IsResourceExhausted(saved)) << saved;
  EXPECT_EQ(LoadRevision(), 7);
  EXPECT_FALSE(std::filesystem::exists(absl::StrCat(dir_.path(), "/state.next")));
}

TEST_F(StateFileDiskTest, KilledInFrontOfAnyStepThereIsAWholeState) {
  SaveWithFaultAtEachStep(FaultyDisk::Fault::kEnd, false);
}

TEST_F(StateFileDiskTest, KilledInTheMiddleOfAnyStepThereIsAWholeState) {
  SaveWithFaultAtEachStep(FaultyDisk::Fault::kHalf, false);
}

TEST_F(StateFileDiskTest, WithoutPowerAtAnyStepThereIsAWholeState) {
  SaveWithFaultAtEachStep(FaultyDisk::Fault::kEnd, true);
  SaveWithFaultAtEachStep(FaultyDisk::Fault::kHalf, true);
}

TEST_F(StateFileDiskTest, AStateThatCannotBeSetAsideIsNotUsedEither) {
  ASSERT_TRUE(StateFile(dir_.path()).Save(old_).ok());
  std::ofstream(absl::StrCat(dir_.path(), "/state"), std::ios::app) << "x";
  FaultyDisk disk(FaultyDisk::Fault::kError, 0);
  const auto loaded = StateFile(dir_.path(), &disk).Load();
  EXPECT_TRUE(absl::IsDataLoss(loaded.status())) << loaded.status();
  EXPECT_THAT(std::string(loaded.status().message()), ::testing::Not(HasSubstr("it is kept as")));
}

// A file where the directory should be: no process, not even root's, can write there.
TEST_F(StateFileDiskTest, APlaceThatCannotBeADirectoryIsAnErrorOfTheSystem) {
  std::ofstream(dir_.File("taken")) << "x";
  StateFile file(dir_.File("taken"));
  EXPECT_FALSE(file.Save(old_).ok());
  EXPECT_FALSE(file.Load().ok());
}

TEST_F(StateFileDiskTest, TheWriterTriesAgainUntilTheDiskTakesIt) {
  testing::FakeClock clock;
  // Full for the first state; each failed save takes four steps.
  FaultyDisk disk(FaultyDisk::Fault::kError, 2);
  StateFile file(dir_.path(), &disk);
  absl::Notification failed, written;
  StateFileWriter writer(&file, &clock, [&](int64_t revision, const absl::Status& status) {
    EXPECT_EQ(revision, 8);
    (status.ok() ? written : failed).Notify();
  });
  writer.Write(std::make_shared<const State>(new_));
  failed.WaitForNotification();
  EXPECT_FALSE(written.HasBeenNotified());
  // No newer state came, and none was asked for again. The writer may not wait yet: time goes on.
  while (!written.WaitForNotificationWithTimeout(absl::Milliseconds(1))) {
    clock.Advance(StateFileWriter::kRetryInterval);
  }
  EXPECT_EQ(LoadRevision(), 8);
}

TEST_F(StateFileDiskTest, ANewerStateTakesThePlaceOfOneThatFailed) {
  testing::FakeClock clock;
  FaultyDisk disk(FaultyDisk::Fault::kError, 2);
  StateFile file(dir_.path(), &disk);
  std::vector<std::string> results;
  absl::Notification failed;
  {
    StateFileWriter writer(&file, &clock, [&](int64_t revision, const absl::Status& status) {
      results.push_back(absl::StrCat(revision, status.ok() ? " written" : " failed"));
      if (!status.ok()) failed.Notify();
    });
    writer.Write(std::make_shared<const State>(old_));
    failed.WaitForNotification();
    writer.Write(std::make_shared<const State>(new_));
  }
  EXPECT_THAT(results, ElementsAre("7 failed", "8 written"));
  EXPECT_EQ(LoadRevision(), 8);
}

TEST_F(StateFileDiskTest, AWriterThatStopsOnADiskThatIsFullEnds) {
  testing::FakeClock clock;
  FaultyDisk disk(FaultyDisk::Fault::kShortWrite, 2);
  StateFile file(dir_.path(), &disk);
  int failures = 0;
  {
    StateFileWriter writer(&file, &clock,
                           [&](int64_t, const absl::Status& status) { failures += !status.ok(); });
    writer.Write(std::make_shared<const State>(old_));
    writer.Flush();
  }
  EXPECT_GE(failures, 1);
}

}  // namespace
}  // namespace nave::resolver
