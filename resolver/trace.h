// The steps of one walk, for `explain` (data-plane.md section 5). One thread at a time.
#ifndef NAVE_RESOLVER_TRACE_H_
#define NAVE_RESOLVER_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lib/dns/name.h"

namespace nave::resolver {

enum class StepKind : uint8_t {
  kView,
  kZone,
  kRule,
  kRecursive,
  kCache,
  kTarget,
  kFollow,
  kOutcome,
};

struct TraceStep {
  StepKind kind;
  dns::Name qname;       // What was being resolved.
  std::string resource;  // A resource name or an address; may be empty.
  std::string text;      // For people.
};

class Trace {
 public:
  // Steps of one walk; more are left out.
  static constexpr size_t kMaxSteps = 256;

  void Add(StepKind kind, const dns::Name& qname, std::string resource, std::string text) {
    if (steps_.size() < kMaxSteps) {
      steps_.push_back({kind, qname, std::move(resource), std::move(text)});
    }
  }
  const std::vector<TraceStep>& steps() const { return steps_; }

 private:
  std::vector<TraceStep> steps_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_TRACE_H_
