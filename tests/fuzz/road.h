// The road of a query without sockets, for the fuzz targets: a handler, targets that say nothing
// until they are told to, and answers that are kept.
#ifndef NAVE_TESTS_FUZZ_ROAD_H_
#define NAVE_TESTS_FUZZ_ROAD_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "resolver/query_handler.h"
#include "tests/testing/fake_clock.h"

namespace nave::resolver {

class Road {
 public:
  // A client's question that went to targets.
  struct Asked {
    dns::Question question;
    ForwardCallback callback;
  };

  explicit Road(std::shared_ptr<const Snapshot> snapshot);
  ~Road();

  // Sends a query to the listener with this number, from `peer`. The answer, when it came at once:
  // empty when none is to be sent.
  const std::vector<std::string>& Ask(absl::string_view wire, size_t listener,
                                      const net::Endpoint& peer, bool is_tcp);
  // The same for one of the names, with EDNS.
  void AskName(const dns::Name& name, dns::RRType type, size_t listener, const net::Endpoint& peer);
  // Ends all that was asked, with this reply or, without one, a failure.
  void AnswerAll(const dns::Message* reply);

  const std::vector<Asked>& asked() const { return upstream_->asked; }
  // Each Respond of the handler since the last Forget; "" for one without an answer.
  const std::vector<std::string>& answers() const { return responder_->answers; }
  void Forget() { responder_->answers.clear(); }
  nave::testing::FakeClock& clock() { return clock_; }
  QueryHandler& handler() { return *handler_; }

 private:
  struct Targets : public Upstream {
    ~Targets() override;
    void Forward(const dns::Question& question, std::shared_ptr<const TargetGroup> group,
                 const ForwardOptions& options, ForwardCallback callback) override;
    size_t outstanding() const override { return asked.size(); }
    std::vector<Asked> asked;
  };
  struct Answers : public Responder {
    absl::Span<uint8_t> AnswerBuffer(const ReplyPath& path) override;
    void Respond(const ReplyPath& path, size_t size) override;
    std::vector<uint8_t> buffer;
    std::vector<std::string> answers;
  };

  nave::testing::FakeClock clock_;
  std::unique_ptr<QueryHandler> handler_;
  std::unique_ptr<Targets> upstream_ = std::make_unique<Targets>();
  std::shared_ptr<Answers> responder_ = std::make_shared<Answers>();
};

// A state with every kind of object, and every kind of RRset that the walk treats apart.
std::shared_ptr<const Snapshot> FullSnapshot();

}  // namespace nave::resolver

#endif  // NAVE_TESTS_FUZZ_ROAD_H_
