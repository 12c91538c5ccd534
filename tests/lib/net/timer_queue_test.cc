#include "lib/net/timer_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

namespace nave::net {
namespace {

using ::testing::ElementsAre;

absl::Time At(int second) { return absl::UnixEpoch() + absl::Seconds(second); }

TEST(TimerQueueTest, OnlyWhatWasAddedBeforeTheMarkIsTaken) {
  TimerQueue queue;
  std::vector<int> ran;
  queue.Add(At(1), [&] { ran.push_back(1); });
  const uint64_t mark = queue.added();
  queue.Add(At(1), [&] { ran.push_back(2); });
  queue.Take(At(1), mark)();
  EXPECT_FALSE(queue.Take(At(1), mark));
  queue.Take(At(1), queue.added())();
  EXPECT_THAT(ran, ElementsAre(1, 2));
  EXPECT_EQ(queue.NextDue(), absl::InfiniteFuture());
}

TEST(TimerQueueTest, AnIdIsOfOneTimerAlone) {
  TimerQueue queue;
  const TimerQueue::Id first = queue.Add(At(1), [] {});
  queue.Cancel(first);
  queue.Add(At(2), [] {});
  queue.Cancel(first);
  EXPECT_EQ(queue.size(), 1u);
  EXPECT_EQ(queue.NextDue(), At(2));
}

TEST(TimerQueueTest, ATaskMayCancelOthersOnItsWayOut) {
  TimerQueue queue;
  const TimerQueue::Id second = queue.Add(At(2), [] {});
  std::shared_ptr<int> guard(new int(0), [&](int* value) {
    queue.Cancel(second);
    delete value;
  });
  const TimerQueue::Id first = queue.Add(At(1), [held = std::move(guard)] {});
  queue.Cancel(first);
  EXPECT_EQ(queue.size(), 0u);
}

TEST(TimerQueueTest, MoreThanTheBoundAreDropped) {
  TimerQueue queue;
  TimerQueue::Id last = TimerQueue::kNone;
  for (size_t i = 0; i < TimerQueue::kMaxTimers; ++i) last = queue.Add(At(1), [] {});
  EXPECT_NE(last, TimerQueue::kNone);
  EXPECT_EQ(queue.Add(At(1), [] {}), TimerQueue::kNone);
  queue.Cancel(last);
  EXPECT_NE(queue.Add(At(1), [] {}), TimerQueue::kNone);
}

// Whatever is added, cancelled, shifted and taken: the same as of an ordered map.
TEST(TimerQueueTest, TakesWhatAnOrderedMapWouldGive) {
  std::mt19937 random(20);
  TimerQueue queue;
  std::map<std::pair<absl::Time, TimerQueue::Id>, int> expected;
  std::vector<int> ran, expected_ran;
  int now = 0;
  for (int step = 0; step < 20000; ++step) {
    const int due = now + static_cast<int>(random() % 50);
    const TimerQueue::Id id = queue.Add(At(due), [&ran, step] { ran.push_back(step); });
    expected[{At(due), id}] = step;
    // As in a busy loop, many are cancelled before they are due.
    while (random() % 8 < 4 && !expected.empty()) {
      const auto victim =
          std::next(expected.begin(), random() % std::min<size_t>(expected.size(), 9));
      queue.Cancel(victim->first.second);
      expected.erase(victim);
    }
    if (random() % 16 != 0) continue;
    now += static_cast<int>(random() % 20);
    while (!expected.empty() && expected.begin()->first.first <= At(now)) {
      expected_ran.push_back(expected.begin()->second);
      expected.erase(expected.begin());
    }
    while (const TimerQueue::Task task = queue.Take(At(now), queue.added())) task();
    ASSERT_EQ(ran, expected_ran);
    ASSERT_EQ(queue.size(), expected.size());
    ASSERT_EQ(queue.NextDue(),
              expected.empty() ? absl::InfiniteFuture() : expected.begin()->first.first);
  }
  EXPECT_GT(ran.size(), 100u);
}

}  // namespace
}  // namespace nave::net
