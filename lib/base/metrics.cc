#include "lib/base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace nave::metrics {
namespace {

class PrometheusCounter final : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double by) override { counter_.Increment(by); }

 private:
  prometheus::Counter& counter_;
};

class PrometheusGauge final : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double by) override { gauge_.Increment(by); }

 private:
  prometheus::Gauge& gauge_;
};

class PrometheusHistogram final : public Histogram {
 public:
  explicit PrometheusHistogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
  void Observe(double value) override { histogram_.Observe(value); }

 private:
  prometheus::Histogram& histogram_;
};

// The handle for a name and its labels, made once.
template <typename Handle, typename Make>
Handle& FindOrMake(std::map<std::pair<std::string, Labels>, std::unique_ptr<Handle>>& handles,
                   const Metric& metric, const Labels& labels, const Make& make) {
  std::unique_ptr<Handle>& handle = handles[{metric.name, labels}];
  if (handle == nullptr) handle = make();
  return *handle;
}

}  // namespace

struct Registry::Impl {
  prometheus::Registry registry;
  absl::Mutex mutex;
  std::map<std::pair<std::string, Labels>, std::unique_ptr<Counter>> counters
      ABSL_GUARDED_BY(mutex);
  std::map<std::pair<std::string, Labels>, std::unique_ptr<Gauge>> gauges ABSL_GUARDED_BY(mutex);
  std::map<std::pair<std::string, Labels>, std::unique_ptr<Histogram>> histograms
      ABSL_GUARDED_BY(mutex);
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const Metric& metric, const Labels& labels) {
  absl::MutexLock lock(&impl_->mutex);
  return FindOrMake(impl_->counters, metric, labels, [&] {
    auto& family =
        prometheus::BuildCounter().Name(metric.name).Help(metric.help).Register(impl_->registry);
    return std::make_unique<PrometheusCounter>(family.Add(labels));
  });
}

Gauge& Registry::gauge(const Metric& metric, const Labels& labels) {
  absl::MutexLock lock(&impl_->mutex);
  return FindOrMake(impl_->gauges, metric, labels, [&] {
    auto& family =
        prometheus::BuildGauge().Name(metric.name).Help(metric.help).Register(impl_->registry);
    return std::make_unique<PrometheusGauge>(family.Add(labels));
  });
}

Histogram& Registry::histogram(const Metric& metric, const std::vector<double>& bounds,
                               const Labels& labels) {
  absl::MutexLock lock(&impl_->mutex);
  return FindOrMake(impl_->histograms, metric, labels, [&] {
    auto& family =
        prometheus::BuildHistogram().Name(metric.name).Help(metric.help).Register(impl_->registry);
    return std::make_unique<PrometheusHistogram>(family.Add(labels, bounds));
  });
}

std::string Registry::Expose() const {
  return prometheus::TextSerializer().Serialize(impl_->registry.Collect());
}

}  // namespace nave::metrics
