// Targets that answer what a test says, when it says so. One thread.
#ifndef NAVE_TESTS_RESOLVER_FAKE_UPSTREAM_H_
#define NAVE_TESTS_RESOLVER_FAKE_UPSTREAM_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "resolver/forwarder.h"
#include "tests/resolver/resolver_testing.h"

namespace nave::resolver {

class FakeUpstream : public Upstream {
 public:
  struct Asked {
    dns::Question question;
    std::shared_ptr<const TargetGroup> group;
    ForwardOptions options;
    ForwardCallback callback;
  };

  ~FakeUpstream() override {
    for (Asked& one : asked) {
      if (one.callback) Finish(&one, absl::CancelledError("going away"), dns::Message());
    }
  }

  void Forward(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
               const ForwardOptions& options, ForwardCallback callback) override {
    asked.push_back({question, std::move(group), options, std::move(callback)});
  }
  size_t outstanding() const override {
    size_t count = 0;
    for (const Asked& one : asked) count += one.callback ? 1 : 0;
    return count;
  }

  // Answers the question asked as number `index`, with records in presentation form in the answer
  // section, and SOA records among them in the authority section.
  void Answer(size_t index, dns::Rcode rcode, const std::vector<std::string>& records);
  // The same with a whole message.
  void Reply(size_t index, const dns::Message& reply) {
    Finish(&asked.at(index), absl::OkStatus(), reply);
  }
  // Answers as a resolver to which the question came back.
  void AnswerLoop(size_t index);
  void Fail(size_t index, absl::Status status) {
    Finish(&asked.at(index), std::move(status), dns::Message());
  }

  std::vector<Asked> asked;

 private:
  static void Finish(Asked* one, absl::Status status, const dns::Message& reply) {
    // The callback may ask again, which moves `asked`.
    const ForwardCallback callback = std::exchange(one->callback, nullptr);
    ForwardResult result;
    result.status = std::move(status);
    if (result.status.ok()) result.reply = MakeTestReply(one->question, reply);
    ForwardAttempt attempt;
    attempt.endpoint = one->group->targets.at(0).endpoint;
    attempt.outcome = result.status.ok() ? "answered" : "timeout";
    result.attempts.push_back(attempt);
    callback(std::move(result));
  }
};

}  // namespace nave::resolver

#endif  // NAVE_TESTS_RESOLVER_FAKE_UPSTREAM_H_
