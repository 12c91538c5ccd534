#include "store/transaction.h"

#include <gtest/gtest.h>

#include <thread>

#include "store/lmdb/lmdb_store.h"
#include "tests/testing/temp_dir.h"

namespace nave::store {
namespace {

class TransactionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    LmdbOptions options;
    options.directory = directory_.path();
    auto store = OpenLmdbStore(options);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = std::move(*store);
  }
  void Put(const std::string& key, const std::string& value) {
    auto done = RunTransaction(*store_, [&](Transaction& transaction) {
      transaction.Put(Table::kResources, key, value);
      return absl::OkStatus();
    });
    ASSERT_TRUE(done.ok()) << done.status();
  }
  testing::TempDir directory_;
  std::unique_ptr<Store> store_;
};

std::string Keys(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) text += entry.key + " ";
  return text;
}

TEST_F(TransactionTest, SeesItsOwnWrites) {
  Put("a", "1");
  Put("b", "1");
  Put("c", "1");
  auto done = RunTransaction(*store_, [&](Transaction& transaction) {
    transaction.Put(Table::kResources, "bb", "2");
    transaction.Delete(Table::kResources, "a");
    transaction.Put(Table::kResources, "c", "2");
    EXPECT_FALSE(transaction.Get(Table::kResources, "a")->has_value());
    EXPECT_EQ((*transaction.Get(Table::kResources, "c"))->value, "2");
    EXPECT_EQ(Keys(*transaction.Scan(Table::kResources, "", "", 10)), "b bb c ");
    EXPECT_EQ(Keys(*transaction.Scan(Table::kResources, "", "", 2)), "b bb ");
    EXPECT_EQ(Keys(*ScanPrefix(transaction, Table::kResources, "b", 10)), "b bb ");
    return absl::OkStatus();
  });
  EXPECT_EQ(done.value(), 4);
}

TEST_F(TransactionTest, AnErrorCommitsNothing) {
  auto done = RunTransaction(*store_, [&](Transaction& transaction) {
    transaction.Put(Table::kResources, "a", "1");
    return absl::InvalidArgumentError("no");
  });
  EXPECT_TRUE(absl::IsInvalidArgument(done.status()));
  EXPECT_EQ(store_->current_revision(), 0);
}

TEST_F(TransactionTest, ReadingAloneCommitsNothing) {
  Put("a", "1");
  auto done = RunTransaction(*store_, [&](Transaction& transaction) {
    return transaction.Get(Table::kResources, "a").status();
  });
  EXPECT_EQ(done.value(), 1);
  EXPECT_EQ(store_->current_revision(), 1);
}

TEST_F(TransactionTest, ItRunsAgainWhenWhatItReadChanged) {
  Put("a", "1");
  int runs = 0;
  auto done = RunTransaction(*store_, [&](Transaction& transaction) {
    auto seen = transaction.Scan(Table::kResources, "", "", 10);
    if (++runs == 1) Put("between", "x");
    transaction.Put(Table::kResources, "count", std::to_string(seen->size()));
    return absl::OkStatus();
  });
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(runs, 2);
  auto entry = (*store_->Read())->Get(Table::kResources, "count");
  EXPECT_EQ((*entry)->value, "2");
}

TEST_F(TransactionTest, ItDecidesOnTheWriterWhenOthersKeepComingBetween) {
  Put("n", "0");
  int runs = 0;
  auto done = RunTransaction(*store_, [&](Transaction& transaction) {
    auto entry = transaction.Get(Table::kResources, "n");
    const int seen = std::stoi((*entry)->value);
    if (++runs <= kMaxHopefulAttempts) Put("n", std::to_string(seen + 10));
    transaction.Put(Table::kResources, "n", std::to_string(seen + 1));
    return absl::OkStatus();
  });
  EXPECT_EQ(done.value(), store_->current_revision());
  EXPECT_EQ(runs, kMaxHopefulAttempts + 1);
  auto entry = (*store_->Read())->Get(Table::kResources, "n");
  EXPECT_EQ((*entry)->value, std::to_string(10 * kMaxHopefulAttempts + 1));
}

TEST_F(TransactionTest, AnErrorOnTheWriterCommitsNothing) {
  Put("n", "0");
  int runs = 0;
  auto done = RunTransaction(*store_, [&](Transaction& transaction) -> absl::Status {
    auto entry = transaction.Get(Table::kResources, "n");
    if (++runs > kMaxHopefulAttempts) return absl::InvalidArgumentError("no");
    Put("n", std::to_string(runs));
    transaction.Put(Table::kResources, "n", "lost");
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsInvalidArgument(done.status()));
  auto entry = (*store_->Read())->Get(Table::kResources, "n");
  EXPECT_EQ((*entry)->value, std::to_string(kMaxHopefulAttempts));
}

TEST_F(TransactionTest, ConcurrentIncrementsAreAllCounted) {
  constexpr int kThreads = 16, kRounds = 20;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        auto done = RunTransaction(*store_, [&](Transaction& transaction) {
          auto entry = transaction.Get(Table::kResources, "n");
          int n = entry->has_value() ? std::stoi((*entry)->value) : 0;
          transaction.Put(Table::kResources, "n", std::to_string(n + 1));
          return absl::OkStatus();
        });
        EXPECT_TRUE(done.ok()) << done.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  auto entry = (*store_->Read())->Get(Table::kResources, "n");
  EXPECT_EQ((*entry)->value, std::to_string(kThreads * kRounds));
}

TEST(PrefixEndTest, IsTheFirstKeyPastThePrefix) {
  EXPECT_EQ(PrefixEnd("a"), "b");
  EXPECT_EQ(PrefixEnd("a\xff"), "b");
  EXPECT_EQ(PrefixEnd("\xff"), "");
  EXPECT_EQ(PrefixEnd(""), "");
}

}  // namespace
}  // namespace nave::store
