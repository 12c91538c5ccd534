// What every engine must do. A second engine joins by a second factory in the list at the end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "store/lmdb/lmdb_store.h"
#include "store/store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/temp_dir.h"

namespace nave::store {
namespace {

using ::testing::HasSubstr;

struct Fixture {
  testing::TempDir directory;
  testing::FakeClock clock;
  std::unique_ptr<Store> store;
};
using Factory = std::function<void(Fixture&)>;

class StoreContractTest : public ::testing::TestWithParam<Factory> {
 protected:
  void SetUp() override { GetParam()(fixture_); }
  Store& store() { return *fixture_.store; }

  Revision Put(const std::string& key, const std::string& value) {
    CommitRequest request;
    request.puts.push_back({Table::kResources, key, value});
    absl::StatusOr<Revision> revision = store().Commit(std::move(request));
    EXPECT_TRUE(revision.ok()) << revision.status();
    return revision.value_or(-1);
  }
  Revision Delete(const std::string& key) {
    CommitRequest request;
    request.deletes.push_back({Table::kResources, key});
    return store().Commit(std::move(request)).value_or(-1);
  }
  // The value of a key at a revision; "-" when it is absent.
  std::string ValueAt(const std::string& key, std::optional<Revision> at = std::nullopt) {
    auto snapshot = store().Read(at);
    EXPECT_TRUE(snapshot.ok()) << snapshot.status();
    auto entry = (*snapshot)->Get(Table::kResources, key);
    EXPECT_TRUE(entry.ok()) << entry.status();
    return entry->has_value() ? (*entry)->value : "-";
  }
  // `key=value` of a scan, joined by spaces.
  std::string ScanAt(const std::string& start, const std::string& end, size_t limit,
                     std::optional<Revision> at = std::nullopt) {
    auto snapshot = store().Read(at);
    auto entries = (*snapshot)->Scan(Table::kResources, start, end, limit);
    EXPECT_TRUE(entries.ok()) << entries.status();
    std::string text;
    for (const Entry& entry : *entries) text += entry.key + "=" + entry.value + " ";
    return text;
  }

  Fixture fixture_;
};

TEST_P(StoreContractTest, RevisionsCountCommitsWithoutGaps) {
  EXPECT_EQ(store().current_revision(), 0);
  EXPECT_EQ(Put("a", "1"), 1);
  EXPECT_EQ(Put("b", "1"), 2);
  EXPECT_EQ(Delete("a"), 3);
  EXPECT_EQ(store().current_revision(), 3);
}

TEST_P(StoreContractTest, ADecisionSeesEveryCommitBeforeIt) {
  constexpr int kThreads = 8, kRounds = 10;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        auto done = store().CommitDecided(
            [](std::unique_ptr<Snapshot> snapshot) -> absl::StatusOr<CommitRequest> {
              auto entry = snapshot->Get(Table::kResources, "n");
              CommitRequest request;
              const int n = (*entry).has_value() ? std::stoi((**entry).value) : 0;
              // Each commit adds one, so that number and revision go together.
              EXPECT_EQ(snapshot->revision(), n);
              request.puts.push_back({Table::kResources, "n", std::to_string(n + 1)});
              return request;
            });
        EXPECT_TRUE(done.ok()) << done.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ValueAt("n"), std::to_string(kThreads * kRounds));
}

TEST_P(StoreContractTest, ADecisionMayRefuseOrChangeNothing) {
  Put("a", "1");
  auto refused = store().CommitDecided(
      [](std::unique_ptr<Snapshot>) { return absl::NotFoundError("not that"); });
  EXPECT_TRUE(absl::IsNotFound(refused.status()));
  auto nothing = store().CommitDecided([](std::unique_ptr<Snapshot>) { return CommitRequest(); });
  EXPECT_EQ(nothing.value(), 1);
  EXPECT_EQ(store().current_revision(), 1);
}

TEST_P(StoreContractTest, EntriesKnowWhatMadeAndChangedThem) {
  Put("a", "1");
  Put("b", "1");
  Put("a", "2");
  auto entry = (*store().Read())->Get(Table::kResources, "a");
  ASSERT_TRUE(entry.ok() && entry->has_value());
  EXPECT_EQ((*entry)->value, "2");
  EXPECT_EQ((*entry)->create_revision, 1);
  EXPECT_EQ((*entry)->modify_revision, 3);
}

TEST_P(StoreContractTest, EarlierRevisionsAreReadAsTheyWere) {
  Put("a", "1");
  Put("b", "1");
  Put("a", "2");
  Delete("a");
  Put("a", "3");
  std::string seen;
  for (Revision at = 0; at <= 5; ++at) seen += ValueAt("a", at);
  EXPECT_EQ(seen, "-112-3");
  EXPECT_EQ(ScanAt("", "", 10, 0), "");
  EXPECT_EQ(ScanAt("", "", 10, 2), "a=1 b=1 ");
  EXPECT_EQ(ScanAt("", "", 10, 4), "b=1 ");
  EXPECT_EQ(ScanAt("", "", 10), "a=3 b=1 ");
}

TEST_P(StoreContractTest, TheFutureCannotBeRead) {
  EXPECT_TRUE(absl::IsOutOfRange(store().Read(7).status()));
}

TEST_P(StoreContractTest, ScansAreOrderedBoundedAndKeepToTheirRange) {
  for (const char* key : {"b", "a", "d", "c"}) Put(key, key);
  Put(std::string("a\0x", 3), "nul");
  EXPECT_EQ(ScanAt("b", "d", 10), "b=b c=c ");
  EXPECT_EQ(ScanAt("", "", 2), std::string("a=a a\0x=nul ", 12));
  EXPECT_EQ(ScanAt("", "", 0), "");
  EXPECT_EQ(ScanAt(std::string("a\0", 2), "b", 5, 5), std::string("a\0x=nul ", 8));
}

TEST_P(StoreContractTest, TablesAreSeparate) {
  Put("a", "1");
  CommitRequest request;
  request.puts.push_back({Table::kTokens, "a", "2"});
  ASSERT_TRUE(store().Commit(std::move(request)).ok());
  EXPECT_EQ(ScanAt("", "", 10), "a=1 ");
}

TEST_P(StoreContractTest, AChangedEntryAbortsTheWholeCommit) {
  Revision first = Put("a", "1");
  Put("a", "2");
  CommitRequest request;
  request.entries.push_back({Table::kResources, "a", first});
  request.puts.push_back({Table::kResources, "b", "x"});
  absl::Status status = store().Commit(std::move(request)).status();
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("'a'"));
  EXPECT_EQ(ValueAt("b"), "-");
}

TEST_P(StoreContractTest, AnEntryThatCameOrWentAborts) {
  Revision empty = store().current_revision();
  Revision made = Put("a", "1");
  Delete("a");
  for (Revision seen : {empty, made}) {
    CommitRequest request;
    request.entries.push_back({Table::kResources, "a", seen});
    request.puts.push_back({Table::kResources, "b", "x"});
    EXPECT_TRUE(absl::IsAborted(store().Commit(std::move(request)).status()));
  }
}

TEST_P(StoreContractTest, ARangeAbortsOnlyForChangesWithinIt) {
  Revision seen = Put("m", "1");
  Put("a", "1");
  CommitRequest outside;
  outside.ranges.push_back({Table::kResources, "b", "z", seen});
  outside.puts.push_back({Table::kResources, "x", "1"});
  EXPECT_TRUE(store().Commit(outside).ok());
  CommitRequest within;
  within.ranges.push_back({Table::kResources, "b", "z", seen});
  EXPECT_TRUE(absl::IsAborted(store().Commit(within).status()));
}

TEST_P(StoreContractTest, WatchersSeeEveryCommitWithItsEvents) {
  CommitRequest request;
  request.puts.push_back({Table::kResources, "a", "1"});
  request.deletes.push_back({Table::kResources, "z"});
  request.events.push_back({"made", "bytes"});
  ASSERT_TRUE(store().Commit(std::move(request)).ok());
  Put("b", "1");
  auto watcher = store().Watch(0);
  ASSERT_TRUE(watcher.ok());
  auto changes = (*watcher)->Next(absl::InfiniteFuture(), 10);
  ASSERT_TRUE(changes.ok());
  ASSERT_EQ(changes->size(), 2u);
  EXPECT_EQ((*changes)[0].revision, 1);
  ASSERT_EQ((*changes)[0].keys.size(), 2u);
  EXPECT_EQ((*changes)[0].keys[0].key, "a");
  EXPECT_TRUE((*changes)[0].keys[1].deleted);
  ASSERT_EQ((*changes)[0].events.size(), 1u);
  EXPECT_EQ((*changes)[0].events[0].bytes, "bytes");
  EXPECT_EQ((*changes)[1].revision, 2);
}

TEST_P(StoreContractTest, AWatcherWaitsForTheNextCommitOrItsCancellation) {
  auto watcher = store().Watch(0);
  ASSERT_TRUE(watcher.ok());
  std::thread writer([&] { Put("a", "1"); });
  auto changes = (*watcher)->Next(absl::InfiniteFuture(), 10);
  writer.join();
  ASSERT_TRUE(changes.ok());
  EXPECT_EQ(changes->size(), 1u);
  std::thread canceller([&] { (*watcher)->Cancel(); });
  changes = (*watcher)->Next(absl::InfiniteFuture(), 10);
  canceller.join();
  ASSERT_TRUE(changes.ok());
  EXPECT_TRUE(changes->empty());
}

TEST_P(StoreContractTest, WhatIsOlderThanTheRetentionIsCompacted) {
  Put("a", "1");
  Put("a", "2");
  fixture_.clock.Advance(absl::Hours(24 * 31));
  Put("a", "3");
  Put("a", "4");
  EXPECT_TRUE(absl::IsOutOfRange(store().Read(1).status()));
  EXPECT_TRUE(absl::IsOutOfRange(store().Watch(0).status()));
  EXPECT_EQ(ValueAt("a", 3), "3");
  EXPECT_EQ(ValueAt("a"), "4");
}

TEST_P(StoreContractTest, BoundsAreRefusedWithAdvice) {
  CommitRequest request;
  request.puts.push_back({Table::kResources, std::string(kMaxKeyBytes + 1, 'x'), ""});
  absl::Status status = store().Commit(std::move(request)).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("shorten"));
}

INSTANTIATE_TEST_SUITE_P(Lmdb, StoreContractTest, ::testing::Values(Factory([](Fixture& fixture) {
                           LmdbOptions options;
                           options.directory = fixture.directory.path();
                           options.initial_map_bytes = 1 << 20;
                           options.clock = &fixture.clock;
                           auto store = OpenLmdbStore(options);
                           ASSERT_TRUE(store.ok()) << store.status();
                           fixture.store = std::move(*store);
                         })));

}  // namespace
}  // namespace nave::store
