#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "lib/net/event_loop.h"
#include "resolver/forwarder.h"

namespace nave::resolver {
namespace {

// The first step of some questions, the second one of the same, then their callbacks; and so on.
TEST(ForwarderTogetherTest, SaysWhichCallbacksComeNext) {
  const auto loop = net::EventLoop::Create(&RealClock()).value();
  const auto forwarder = NewForwarder(loop.get()).value();
  const dns::Question question{dns::Name::FromText("www.corp.example.").value()};
  constexpr size_t kQuestions = 40;
  const int asked[kQuestions] = {};
  // What happens in one go, and to which questions.
  std::vector<std::pair<std::string, std::vector<size_t>>> goes;
  const auto saw = [&goes](absl::string_view what, size_t question) {
    if (goes.empty() || goes.back().first != what) goes.push_back({std::string(what), {}});
    goes.back().second.push_back(question);
  };
  forwarder->SetPrefetch([&](const void* subject, int step) {
    saw(absl::StrCat(step), static_cast<const int*>(subject) - asked);
  });
  size_t called_back = 0;
  for (size_t i = 0; i < kQuestions; ++i) {
    ForwardOptions options;
    options.subject = &asked[i];
    // Without a target it is over in the same turn.
    forwarder->Forward(question, std::make_shared<TargetGroup>(), options,
                       [&saw, &called_back, i](ForwardResult) {
                         saw("callback", i);
                         ++called_back;
                       });
  }
  loop->RunOnce(absl::ZeroDuration());
  ASSERT_EQ(called_back, kQuestions);
  ASSERT_EQ(goes.size() % 3, 0u);
  // Not all at once, or what came near would be gone again before its turn.
  EXPECT_GT(goes.size(), 3u);
  EXPECT_GT(goes[0].second.size(), 1u);
  for (size_t i = 0; i < goes.size(); i += 3) {
    EXPECT_EQ(goes[i].first, "0");
    EXPECT_EQ(goes[i + 1], std::make_pair(std::string("1"), goes[i].second));
    EXPECT_EQ(goes[i + 2], std::make_pair(std::string("callback"), goes[i].second));
  }
}

}  // namespace
}  // namespace nave::resolver
