// Questions to a resolver from one source address: one at a time, or at a rate. Functions and a
// class of one thread each.
#ifndef NAVE_BENCH_LARGE_CLIENT_H_
#define NAVE_BENCH_LARGE_CLIENT_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/net/endpoint.h"

namespace nave::bench {

// A query for A, without EDNS.
std::string MakeQuery(absl::string_view owner, uint16_t id);

// What an answer is told by: the rcode, or the address of its last record.
std::string SummaryOf(absl::string_view answer);

class LargeClient {
 public:
  LargeClient(const net::Endpoint& resolver, const std::string& source);
  ~LargeClient();
  LargeClient(const LargeClient&) = delete;
  LargeClient& operator=(const LargeClient&) = delete;

  // The summary of the answer; empty after `patience` without one.
  std::string Ask(absl::string_view owner, absl::Duration patience);
  // Asks `owner` at `rate` until `stop`; how long each answer took.
  std::vector<absl::Duration> AskAtRate(absl::string_view owner, int rate,
                                        const std::atomic<bool>& stop, uint64_t* asked);

 private:
  int fd_;
  uint16_t id_ = 0;
};

// Answers each query for A at `fd` with 192.0.2.`last`, until `stop`.
void ServeAnswers(int fd, uint8_t last, const std::atomic<bool>& stop);

}  // namespace nave::bench

#endif  // NAVE_BENCH_LARGE_CLIENT_H_
