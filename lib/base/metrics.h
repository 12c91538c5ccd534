// Counters, gauges and histograms, and their text for Prometheus. Every metric is declared once, as
// a constant of its user
// (`constexpr metrics::Metric kQueries{name, help}`), and documented in
// docs/reference/metrics.md. Thread-safe; updating is lock-free once the handle is held.
#ifndef NAVE_LIB_BASE_METRICS_H_
#define NAVE_LIB_BASE_METRICS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nave::metrics {

struct Metric {
  const char* name;  // with its unit last, such as `_seconds` or `_total`
  const char* help;
};

using Labels = std::map<std::string, std::string>;

// Handles live as long as their registry.
class Counter {
 public:
  virtual ~Counter() = default;
  virtual void Add(double by = 1) = 0;  // REQUIRES: by >= 0
};
class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double by) = 0;
};
class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(double value) = 0;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The same metric with the same labels gives the same handle. Labels must come from a bounded
  // set.
  Counter& counter(const Metric& metric, const Labels& labels = {});
  Gauge& gauge(const Metric& metric, const Labels& labels = {});
  Histogram& histogram(const Metric& metric, const std::vector<double>& bounds,
                       const Labels& labels = {});
  // All of it in the text format of Prometheus 0.0.4.
  std::string Expose() const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace nave::metrics

#endif  // NAVE_LIB_BASE_METRICS_H_
