#include "store/lmdb/lmdb_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "tests/testing/temp_dir.h"

namespace nave::store {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Store> OpenAt(const std::string& directory, size_t map_bytes = 1 << 20) {
  LmdbOptions options;
  options.directory = directory;
  options.initial_map_bytes = map_bytes;
  auto store = OpenLmdbStore(options);
  EXPECT_TRUE(store.ok()) << store.status();
  return store.ok() ? std::move(*store) : nullptr;
}

CommitRequest PutOf(const std::string& key, const std::string& value) {
  CommitRequest request;
  request.puts.push_back({Table::kResources, key, value});
  return request;
}

TEST(LmdbStoreTest, TheMapGrowsByItself) {
  testing::TempDir directory;
  auto store = OpenAt(directory.path());
  const std::string value(64 << 10, 'v');
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(store->Commit(PutOf("key" + std::to_string(i), value)).ok()) << i;
  }
  auto entry = (*store->Read())->Get(Table::kResources, "key99");
  EXPECT_EQ((*entry)->value, value);
}

TEST(LmdbStoreTest, TheLargestMapIsABoundAndLosesNothing) {
  testing::TempDir directory;
  LmdbOptions options;
  options.directory = directory.path();
  options.initial_map_bytes = options.max_map_bytes = 1 << 20;
  auto store = *OpenLmdbStore(options);
  const std::string value(64 << 10, 'v');
  absl::Status status;
  Revision last = 0;
  for (int i = 0; i < 100 && status.ok(); ++i) {
    auto revision = store->Commit(PutOf("key" + std::to_string(i), value));
    status = revision.status();
    if (revision.ok()) last = *revision;
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_GT(last, 0);
  EXPECT_EQ(store->current_revision(), last);
  EXPECT_TRUE(store->Commit(PutOf("small", "1")).ok());
}

TEST(LmdbStoreTest, ReopenedItKnowsEverything) {
  testing::TempDir directory;
  {
    auto store = OpenAt(directory.path());
    ASSERT_TRUE(store->Commit(PutOf("a", "1")).ok());
    ASSERT_TRUE(store->Commit(PutOf("a", "2")).ok());
  }
  auto store = OpenAt(directory.path());
  EXPECT_EQ(store->current_revision(), 2);
  EXPECT_EQ((*(*store->Read(1))->Get(Table::kResources, "a"))->value, "1");
  EXPECT_EQ(store->Commit(PutOf("a", "3")).value(), 3);
}

TEST(LmdbStoreTest, ASecondUserOfTheDirectoryIsRefused) {
  testing::TempDir directory;
  auto store = OpenAt(directory.path());
  LmdbOptions options;
  options.directory = directory.path();
  auto second = OpenLmdbStore(options);
  EXPECT_TRUE(absl::IsFailedPrecondition(second.status()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use by another process"));
}

TEST(LmdbStoreTest, ABackupOpensAsAStore) {
  testing::TempDir directory, copy;
  auto store = OpenAt(directory.path());
  ASSERT_TRUE(store->Commit(PutOf("a", "1")).ok());
  ASSERT_EQ(store->Backup(copy.File(kStoreFileName)).value(), 1);
  ASSERT_TRUE(store->Commit(PutOf("a", "2")).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(store->Backup(copy.File(kStoreFileName)).status()));
  auto restored = OpenAt(copy.path());
  EXPECT_EQ(restored->current_revision(), 1);
  EXPECT_EQ((*(*restored->Read())->Get(Table::kResources, "a"))->value, "1");
}

TEST(LmdbStoreTest, AFileThatIsNoStoreIsRefused) {
  testing::TempDir directory;
  std::filesystem::create_directories(directory.path());
  FILE* file = fopen(directory.File(kStoreFileName).c_str(), "w");
  ASSERT_NE(file, nullptr);
  for (int i = 0; i < 10000; ++i) fputs("not a store\n", file);
  fclose(file);
  LmdbOptions options;
  options.directory = directory.path();
  EXPECT_FALSE(OpenLmdbStore(options).ok());
}

// A child commits and tells each revision through a pipe once it is acknowledged; it is killed in
// the middle.
TEST(LmdbStoreTest, NothingAcknowledgedIsLostByAKill) {
  testing::TempDir directory;
  int pipe_fds[2];
  ASSERT_EQ(pipe(pipe_fds), 0);
  pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    LmdbOptions options;
    options.directory = directory.path();
    auto store = OpenLmdbStore(options);
    for (int i = 1; store.ok(); ++i) {
      auto revision = (*store)->Commit(PutOf("key" + std::to_string(i), std::to_string(i)));
      if (!revision.ok() || write(pipe_fds[1], &*revision, sizeof(Revision)) < 0) break;
    }
    _exit(1);
  }
  close(pipe_fds[1]);
  Revision acknowledged = 0;
  while (acknowledged < 50) {
    ASSERT_EQ(read(pipe_fds[0], &acknowledged, sizeof(acknowledged)),
              static_cast<ssize_t>(sizeof(acknowledged)));
  }
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  Revision later = 0;
  while (read(pipe_fds[0], &later, sizeof(later)) == static_cast<ssize_t>(sizeof(later))) {
    acknowledged = later;
  }
  close(pipe_fds[0]);
  auto store = OpenAt(directory.path());
  EXPECT_GE(store->current_revision(), acknowledged);
  auto snapshot = *store->Read();
  for (Revision i = 1; i <= acknowledged; ++i) {
    auto entry = snapshot->Get(Table::kResources, "key" + std::to_string(i));
    ASSERT_TRUE(entry.ok() && entry->has_value()) << i;
    EXPECT_EQ((*entry)->value, std::to_string(i));
  }
}

}  // namespace
}  // namespace nave::store
