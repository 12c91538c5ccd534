#include "lib/net/event_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/testing/fake_clock.h"

namespace nave::net {
namespace {

using ::testing::ElementsAre;

class EventLoopTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto loop = EventLoop::Create(&clock_);
    ASSERT_TRUE(loop.ok());
    loop_ = *std::move(loop);
    ASSERT_EQ(pipe(pipe_), 0);
  }
  void TearDown() override {
    close(pipe_[0]);
    close(pipe_[1]);
  }
  int Turn() { return loop_->RunOnce(absl::ZeroDuration()); }
  void WriteByte() { ASSERT_EQ(write(pipe_[1], "x", 1), 1); }

  nave::testing::FakeClock clock_;
  std::unique_ptr<EventLoop> loop_;
  int pipe_[2];
};

TEST_F(EventLoopTest, TimersRunInOrderOfTimeThenOfMaking) {
  std::vector<int> ran;
  loop_->RunAfter(absl::Seconds(2), [&] { ran.push_back(3); });
  loop_->RunAfter(absl::Seconds(1), [&] { ran.push_back(1); });
  loop_->RunAfter(absl::Seconds(1), [&] { ran.push_back(2); });
  EXPECT_EQ(Turn(), 0);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(Turn(), 2);
  EXPECT_THAT(ran, ElementsAre(1, 2));
  clock_.Advance(absl::Seconds(1));
  Turn();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
  EXPECT_EQ(loop_->timer_count(), 0u);
}

TEST_F(EventLoopTest, APauseLosesNoEvent) {
  int calls = 0;
  ASSERT_TRUE(loop_->Watch(pipe_[0], EPOLLIN, [&](uint32_t) { ++calls; }).ok());
  loop_->Pause(pipe_[0]);
  WriteByte();
  EXPECT_EQ(Turn(), 0);
  loop_->Resume(pipe_[0]);
  EXPECT_EQ(Turn(), 1);
  EXPECT_EQ(calls, 1);
}

TEST_F(EventLoopTest, WhatIsPausedMayBeUnwatched) {
  ASSERT_TRUE(loop_->Watch(pipe_[0], EPOLLIN, [&](uint32_t) { FAIL(); }).ok());
  WriteByte();
  loop_->Pause(pipe_[0]);
  loop_->Unwatch(pipe_[0]);
  loop_->Resume(pipe_[0]);
  EXPECT_EQ(Turn(), 0);
  EXPECT_EQ(loop_->watch_count(), 0u);
}

TEST_F(EventLoopTest, CancelledTimerDoesNotRun) {
  bool ran = false;
  EventLoop::TimerId second = EventLoop::kNoTimer;
  loop_->RunAfter(absl::Seconds(1), [&] { loop_->Cancel(second); });
  second = loop_->RunAfter(absl::Seconds(1), [&] { ran = true; });
  clock_.Advance(absl::Seconds(1));
  Turn();
  EXPECT_FALSE(ran);
  loop_->Cancel(second);
  loop_->Cancel(EventLoop::kNoTimer);
}

TEST_F(EventLoopTest, TimerThatSetsItselfAgainDoesNotHoldTheTurn) {
  int runs = 0;
  std::function<void()> again = [&] {
    ++runs;
    loop_->RunAfter(absl::ZeroDuration(), again);
  };
  loop_->RunAfter(absl::ZeroDuration(), again);
  Turn();
  EXPECT_EQ(runs, 1);
  Turn();
  EXPECT_EQ(runs, 2);
}

TEST_F(EventLoopTest, ClockSetBackDoesNotDelayTimers) {
  bool ran = false;
  loop_->RunAfter(absl::Seconds(1), [&] { ran = true; });
  clock_.Advance(absl::Hours(-1));
  Turn();
  EXPECT_FALSE(ran);
  clock_.Advance(absl::Seconds(1));
  Turn();
  EXPECT_TRUE(ran);
}

TEST_F(EventLoopTest, WatchSaysWhatCame) {
  uint32_t seen = 0;
  ASSERT_TRUE(loop_->Watch(pipe_[0], EPOLLIN, [&](uint32_t events) { seen = events; }).ok());
  EXPECT_EQ(loop_->Watch(pipe_[0], EPOLLIN, [](uint32_t) {}).code(),
            absl::StatusCode::kAlreadyExists);
  Turn();
  EXPECT_EQ(seen, 0u);
  WriteByte();
  Turn();
  EXPECT_EQ(seen, static_cast<uint32_t>(EPOLLIN));
}

TEST_F(EventLoopTest, RewatchPausesAndResumes) {
  int calls = 0;
  ASSERT_TRUE(loop_->Watch(pipe_[0], EPOLLIN, [&](uint32_t) { ++calls; }).ok());
  WriteByte();
  ASSERT_TRUE(loop_->Rewatch(pipe_[0], 0).ok());
  Turn();
  EXPECT_EQ(calls, 0);
  ASSERT_TRUE(loop_->Rewatch(pipe_[0], EPOLLIN).ok());
  Turn();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(loop_->Rewatch(pipe_[1], EPOLLIN).code(), absl::StatusCode::kNotFound);
  loop_->Unwatch(pipe_[0]);
}

TEST_F(EventLoopTest, UnwatchInTheSameTurnHolds) {
  int other[2];
  ASSERT_EQ(pipe(other), 0);
  ASSERT_EQ(write(other[1], "x", 1), 1);
  WriteByte();
  // Whichever comes first takes the other one away.
  int calls = 0;
  const auto take_both = [&](uint32_t) {
    ++calls;
    loop_->Unwatch(pipe_[0]);
    loop_->Unwatch(other[0]);
  };
  ASSERT_TRUE(loop_->Watch(pipe_[0], EPOLLIN, take_both).ok());
  ASSERT_TRUE(loop_->Watch(other[0], EPOLLIN, take_both).ok());
  Turn();
  Turn();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(loop_->watch_count(), 0u);
  close(other[0]);
  close(other[1]);
}

TEST_F(EventLoopTest, TasksOfOtherThreadsRunOnTheLoopsThread) {
  std::thread::id ran_on;
  std::thread runner([&] { loop_->Run(); });
  const std::thread::id runner_id = runner.get_id();
  EXPECT_TRUE(loop_->Post([&] {
    ran_on = std::this_thread::get_id();
    loop_->Stop();
  }));
  runner.join();
  EXPECT_EQ(ran_on, runner_id);
}

TEST_F(EventLoopTest, TasksAreBounded) {
  size_t ran = 0;
  for (size_t i = 0; i < EventLoop::kMaxTasks; ++i) ASSERT_TRUE(loop_->Post([&] { ++ran; }));
  EXPECT_FALSE(loop_->Post([&] { ++ran; }));
  Turn();
  EXPECT_EQ(ran, EventLoop::kMaxTasks);
  EXPECT_TRUE(loop_->Post([] {}));
}

TEST_F(EventLoopTest, TurnEndComesAfterEverythingElse) {
  std::string order;
  loop_->SetTurnEnd([&] { order += "e"; });
  loop_->Post([&] { order += "t"; });
  loop_->RunAfter(absl::ZeroDuration(), [&] { order += "r"; });
  Turn();
  EXPECT_EQ(order, "tre");
}

// However many bulk descriptors are ready, a prompt one gets its turn with the first few of them.
TEST_F(EventLoopTest, TasksAtTheEndOfTheTurnRunInOrderThoseTheyAddIncluded) {
  std::vector<std::string> ran;
  loop_->SetTurnEnd([&] { ran.push_back("flush"); });
  loop_->RunAfter(absl::ZeroDuration(), [&] {
    loop_->RunAtTurnEnd([&] {
      ran.push_back("first");
      loop_->RunAtTurnEnd([&] { ran.push_back("added"); });
    });
    loop_->RunAtTurnEnd([&] { ran.push_back("second"); });
    ran.push_back("timer");
  });
  EXPECT_EQ(Turn(), 4);
  EXPECT_THAT(ran, ElementsAre("timer", "first", "second", "added", "flush"));
  EXPECT_EQ(Turn(), 0);
}

TEST_F(EventLoopTest, TaskForTheEndOfATurnKeepsTheLoopFromSleeping) {
  int ran = 0;
  loop_->RunAtTurnEnd([&] { ++ran; });
  // Nothing else would ever wake it.
  EXPECT_EQ(loop_->RunOnce(absl::InfiniteDuration()), 1);
  EXPECT_EQ(ran, 1);
}

TEST_F(EventLoopTest, CancelledTaskAtTheEndOfTheTurnDoesNotRun) {
  std::vector<int> ran;
  EventLoop::TurnEndId other = EventLoop::kNoTurnEnd;
  const EventLoop::TurnEndId early = loop_->RunAtTurnEnd([&] { ran.push_back(1); });
  loop_->CancelAtTurnEnd(early);
  loop_->RunAtTurnEnd([&] {
    ran.push_back(2);
    loop_->CancelAtTurnEnd(other);
  });
  other = loop_->RunAtTurnEnd([&] { ran.push_back(3); });
  EXPECT_EQ(Turn(), 1);
  EXPECT_THAT(ran, ElementsAre(2));
  // Ids of what is over, and of what never was, are nobody's.
  const EventLoop::TurnEndId late = loop_->RunAtTurnEnd([&] { ran.push_back(4); });
  for (EventLoop::TurnEndId id = 0; id < late; ++id) loop_->CancelAtTurnEnd(id);
  loop_->CancelAtTurnEnd(late + 1);
  EXPECT_EQ(Turn(), 1);
  EXPECT_THAT(ran, ElementsAre(2, 4));
}

TEST_F(EventLoopTest, TaskThatAddsItselfAgainDoesNotHoldTheTurn) {
  size_t ran = 0;
  std::function<void()> again = [&] {
    ++ran;
    loop_->RunAtTurnEnd(again);
  };
  loop_->RunAtTurnEnd(again);
  Turn();
  EXPECT_EQ(ran, EventLoop::kMaxTurnEndTasks);
  Turn();
  EXPECT_EQ(ran, 2 * EventLoop::kMaxTurnEndTasks);
}

TEST_F(EventLoopTest, BulkDescriptorsDoNotStandBeforePromptOnes) {
  constexpr int kBulk = 5 * EventLoop::kMaxBulkEventsPerTurn;
  std::vector<int> fds;
  std::vector<int> bulk_ran(kBulk);
  int prompt_ran = 0;
  for (int i = 0; i < kBulk; ++i) {
    fds.push_back(eventfd(1, EFD_NONBLOCK));
    ASSERT_TRUE(loop_
                    ->Watch(
                        fds.back(), EPOLLIN, [&bulk_ran, i](uint32_t) { ++bulk_ran[i]; },
                        EventLoop::Rank::kBulk)
                    .ok());
  }
  fds.push_back(eventfd(1, EFD_NONBLOCK));
  ASSERT_TRUE(loop_->Watch(fds.back(), EPOLLIN, [&](uint32_t) { ++prompt_ran; }).ok());
  for (int turn = 1; turn <= 5; ++turn) {
    EXPECT_EQ(loop_->RunOnce(absl::ZeroDuration()), EventLoop::kMaxBulkEventsPerTurn + 1);
    EXPECT_EQ(prompt_ran, turn);
  }
  // Each had one turn: those that stay ready wait for the others.
  EXPECT_EQ(bulk_ran, std::vector<int>(kBulk, 1));
  for (int fd : fds) {
    loop_->Unwatch(fd);
    close(fd);
  }
  EXPECT_EQ(loop_->RunOnce(absl::ZeroDuration()), 0);
}

TEST_F(EventLoopTest, ManyTimersDueAtOnceLeaveTimeForOthers) {
  int ran = 0;
  for (int i = 0; i < EventLoop::kMaxTimersPerTurn + 5; ++i) {
    loop_->RunAfter(absl::Seconds(1), [&] { ++ran; });
  }
  clock_.Advance(absl::Seconds(2));
  loop_->RunOnce(absl::InfiniteDuration());
  EXPECT_EQ(ran, EventLoop::kMaxTimersPerTurn);
  loop_->RunOnce(absl::InfiniteDuration());
  EXPECT_EQ(ran, EventLoop::kMaxTimersPerTurn + 5);
}

}  // namespace
}  // namespace nave::net
