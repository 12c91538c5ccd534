// Random states, targets and questions for property tests: everything comes from one seed. One
// thread.
#ifndef NAVE_TESTS_RESOLVER_RANDOM_WORLD_H_
#define NAVE_TESTS_RESOLVER_RANDOM_WORLD_H_

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "lib/dns/message.h"
#include "nave/resolver/v1/explain.pb.h"
#include "nave/resolver/v1/snapshot.pb.h"

namespace nave::resolver {

class RandomWorld {
 public:
  static constexpr int kViews = 3;

  explicit RandomWorld(uint64_t seed) : random_(seed) {}

  // Views v0, v1, ... behind 127.0.0.1:1 with networks 10.0.0.0/16, 10.1.0.0/16, ...
  v1::Snapshot MakeState();
  // Of a random view.
  v1::Question MakeQuestion();
  // What the target of a seed says of a question: always the same. `cacheable` is false if nothing
  // of it may be kept. No message: the target does not answer.
  static std::optional<dns::Message> Reply(uint64_t seed, const dns::Question& question,
                                           bool* cacheable);
  int Below(int bound) { return static_cast<int>(random_() % static_cast<uint64_t>(bound)); }
  bool Chance(int percent) { return Below(100) < percent; }

 private:
  std::string MakeName(int labels_max);
  std::string MakeSuffix();
  void AddRecords(v1::Zone* zone);
  void AddRecord(const std::string& owner, v1::Zone* zone);

  std::mt19937_64 random_;
};

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_RANDOM_WORLD_H_
