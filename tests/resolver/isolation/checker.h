// Says of an answer whether any octet of it is another view's: pure functions over what was seen
// and the model of what was true meanwhile. Any thread.
#ifndef NAVE_TESTS_RESOLVER_ISOLATION_CHECKER_H_
#define NAVE_TESTS_RESOLVER_ISOLATION_CHECKER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "tests/resolver/isolation/model.h"

namespace nave::resolver::isolation {

// The worlds by generation, and which of them can be what a query meets. Thread-safe.
class History {
 public:
  // `world` is about to be served. REQUIRES: generations come one after the other, from 1.
  void Begin(std::shared_ptr<const World> world);
  // Every worker answers by the newest.
  void Served() { served_.store(begun_.load()); }
  int64_t served() const { return served_.load(); }
  int64_t begun() const { return begun_.load(); }
  std::vector<std::shared_ptr<const World>> Between(int64_t first, int64_t last) const;

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::shared_ptr<const World>> worlds_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int64_t> served_{0};
  std::atomic<int64_t> begun_{0};
};

// A question and its answer, with the generations that could be served from send to receipt.
struct Observation {
  int listener = 0;
  uint32_t source = 0;
  std::string qname;
  int64_t first = 0;
  int64_t last = 0;
  std::string wire;
};

// What kind of answer it was.
struct Tally {
  size_t answers = 0, zone = 0, server = 0, chain = 0, egress = 0, nxdomain = 0, refused = 0,
         no_view = 0, servfail = 0, tcp = 0, one_generation = 0, lost = 0;
  // Of the first wrong ones, what is wrong.
  std::vector<std::string> wrong;
  // Kept if the run was told to.
  std::vector<Observation> observations;

  void Add(Tally other);
  std::string ToString() const;
};

// Every mark among the octets, wherever it stands.
std::set<std::string> MarksIn(const std::string& wire);

// Empty, or what is wrong with the answer. `worlds` are those of its generations.
std::string WrongWith(const Observation& seen,
                      const std::vector<std::shared_ptr<const World>>& worlds);
// Counts it, and keeps what is wrong with it.
void Count(const Observation& seen, const std::vector<std::shared_ptr<const World>>& worlds,
           Tally* tally);

}  // namespace nave::resolver::isolation

#endif  // NAVE_TESTS_RESOLVER_ISOLATION_CHECKER_H_
