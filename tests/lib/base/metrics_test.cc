#include "lib/base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nave::metrics {
namespace {

using ::testing::HasSubstr;

constexpr Metric kThings{"nave_test_things_total", "Things that happened."};
constexpr Metric kLevel{"nave_test_level", "How high."};
constexpr Metric kTime{"nave_test_time_seconds", "How long."};

TEST(MetricsTest, SameNameAndLabelsShareOneHandle) {
  Registry registry;
  registry.counter(kThings, {{"kind", "a"}}).Add();
  registry.counter(kThings, {{"kind", "a"}}).Add(2);
  registry.counter(kThings, {{"kind", "b"}}).Add();
  std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("# HELP nave_test_things_total Things that happened."));
  EXPECT_THAT(text, HasSubstr("nave_test_things_total{kind=\"a\"} 3"));
  EXPECT_THAT(text, HasSubstr("nave_test_things_total{kind=\"b\"} 1"));
}

TEST(MetricsTest, GaugesGoUpAndDownAndHistogramsCount) {
  Registry registry;
  registry.gauge(kLevel).Set(5);
  registry.gauge(kLevel).Add(-2);
  registry.histogram(kTime, {0.1, 1}).Observe(0.5);
  std::string text = registry.Expose();
  EXPECT_THAT(text, HasSubstr("nave_test_level 3"));
  EXPECT_THAT(text, HasSubstr("nave_test_time_seconds_bucket{le=\"1\"} 1"));
}

}  // namespace
}  // namespace nave::metrics
