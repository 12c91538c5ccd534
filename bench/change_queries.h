// A steady load of DNS queries, every answer checked, and the two name servers behind the rules.
// Each on a thread of its own.
#ifndef NAVE_BENCH_CHANGE_QUERIES_H_
#define NAVE_BENCH_CHANGE_QUERIES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "bench/change_subjects.h"
#include "lib/net/endpoint.h"

namespace nave::bench {

struct QueryResult {
  uint64_t queries = 0, answers = 0, lost = 0, wrong = 0, servfail = 0;
  // The first wrong answer, for people.
  std::string first_wrong;
  // From query to answer.
  std::vector<absl::Duration> delays;
};

// Asks `rate` queries a second, each subject in turn, until `*stop`; what is unanswered for three
// seconds is lost. One socket is always answered by one worker of the resolver, so what it sees of
// a subject never goes back.
QueryResult RunQueries(const net::Endpoint& resolver, uint64_t rate, const Subjects& subjects,
                       const std::atomic<bool>* stop);

// Two name servers on 127.0.0.1 that answer every query with their ServerAddress.
class TwoServers {
 public:
  TwoServers();
  ~TwoServers();
  uint16_t port(int server) const { return ports_[server]; }

 private:
  void Run();

  int fds_[2];
  uint16_t ports_[2];
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace nave::bench

#endif  // NAVE_BENCH_CHANGE_QUERIES_H_
