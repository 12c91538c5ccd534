// The steps of one walk, for `explain` (data-plane.md section 5). One thread at a time.
#ifndef NAVE_RESOLVER_TRACE_H_
#define NAVE_RESOLVER_TRACE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lib/dns/name.h"
#include "lib/net/endpoint.h"
#include "resolver/target_group.h"

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

// What could have decided a name.
struct Candidate {
  std::string resource;  // A zone's or a rule's; the view's for its recursive resolvers.
  dns::Name suffix;
  bool chosen = false;
  std::string reason;  // Why it decides or does not; for people.
};

// A look into the cache.
struct CacheLook {
  bool hit = false;
  // Of a hit: since when it is there, and for how long it still holds.
  absl::Duration age;
  absl::Duration remaining;
  net::Endpoint target;
};

struct TraceStep {
  StepKind kind;
  dns::Name qname;       // What was being resolved.
  std::string resource;  // A resource name or an address; may be empty.
  std::string text;      // For people.
  // Of a step that decides; else empty.
  std::vector<Candidate> candidates;
  // Of kCache.
  std::optional<CacheLook> cache;
  // Of kTarget: who would be asked.
  std::shared_ptr<const TargetGroup> group;
};

class Trace {
 public:
  // Steps of one walk; more are left out.
  static constexpr size_t kMaxSteps = 256;

  void Add(TraceStep step) {
    if (steps_.size() < kMaxSteps) steps_.push_back(std::move(step));
  }
  const std::vector<TraceStep>& steps() const { return steps_; }

 private:
  std::vector<TraceStep> steps_;
};

}  // namespace nave::resolver

#endif  // NAVE_RESOLVER_TRACE_H_
