// A real resolver under questions from many sources while its state changes all the time, with
// every answer checked.
#ifndef NAVE_TESTS_RESOLVER_ISOLATION_STORM_H_
#define NAVE_TESTS_RESOLVER_ISOLATION_STORM_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/metrics.h"
#include "resolver/resolver_metrics.h"
#include "resolver/resolver_server.h"
#include "tests/resolver/isolation/checker.h"
#include "tests/resolver/isolation/model.h"
#include "tests/resolver/isolation/network.h"

namespace nave::resolver::isolation {

struct StormOptions {
  uint64_t seed = 0;
  int workers = 2;
  int clients = 3;
  // The storm ends after so many answers; a change comes after each `answers_per_change`, none if
  // that is 0.
  size_t answers = 16000;
  size_t answers_per_change = 32;
  bool keep_observations = false;
  // What is served in place of the world that is true: a planted bug.
  std::function<World(World)> lie;
};

class Storm {
 public:
  explicit Storm(StormOptions options);

  // Runs to the end.
  Tally Run();
  int64_t generations() const { return history_.served(); }
  // Questions that reached a name server.
  size_t asked() const { return servers_.asked(); }
  // The resolver's own counts, whole once it has run.
  std::string metrics() const { return registry_.Expose(); }

 private:
  struct Question {
    int listener;
    uint32_t source;
    std::string qname;
    int64_t first;
  };

  void Serve(World world);
  void Change();
  // Until the changes have caught up with the questions.
  bool IsAhead() const;
  void WaitForChanges() ABSL_LOCKS_EXCLUDED(mutex_);
  void AskAll(int client);
  std::string SomeName(Dice* dice) const;
  Question Some(const std::vector<uint32_t>& sources, Dice* dice) const;
  void Take(const Question& question, std::string wire, Tally* tally);

  const StormOptions options_;
  Dice dice_;
  MarkedServers servers_;
  StateBuilder builder_;
  metrics::Registry registry_;
  ResolverMetrics metrics_{&registry_};
  std::unique_ptr<ResolverServer> resolver_;
  std::vector<net::Endpoint> listeners_;
  History history_;
  std::atomic<size_t> answered_{0};
  absl::Mutex mutex_;
  // An answer or a change has come that somebody may wait for.
  absl::CondVar progress_;
  Tally tally_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::resolver::isolation

#endif  // NAVE_TESTS_RESOLVER_ISOLATION_STORM_H_
