// Takes questions to resolvers and their explanations back, over the streams that are there anyway.
// Thread-safe.
#ifndef NAVE_CATALOG_PUBLISH_EXPLAIN_RELAY_H_
#define NAVE_CATALOG_PUBLISH_EXPLAIN_RELAY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "nave/resolver/v1/explain.pb.h"
#include "nave/resolver/v1/stream.pb.h"

namespace nave::catalog {

// Questions under way at one time.
inline constexpr size_t kMaxExplains = 256;

class ExplainRelay {
 public:
  // Puts a question on a node's stream.
  using Ask = std::function<absl::Status(const resolver::v1::ExplainRequest&)>;

  // The clock outlives this.
  explicit ExplainRelay(const Clock& clock) : clock_(clock) {}

  // A node's stream is there, until Detach with the number that this returns; a later stream of the
  // node takes its place. `ask` is not called after Detach has returned.
  int64_t Attach(const std::string& node, Ask ask);
  void Detach(const std::string& node, int64_t stream);

  // Asks the first of the nodes that has a stream, and waits. NO_LIVE_NODE when none has;
  // WAIT_TIMED_OUT at the deadline; INVALID_QUERY when the node cannot answer such a question.
  absl::StatusOr<resolver::v1::Explanation> Explain(const std::vector<std::string>& nodes,
                                                    const resolver::v1::Question& question,
                                                    absl::Time deadline);
  // What a node answers. Ignored unless that node was asked.
  void Reply(const std::string& node, const resolver::v1::ExplainReply& reply);

 private:
  struct Stream {
    int64_t number;
    Ask ask;
  };
  struct Waiting {
    std::string node;
    std::optional<resolver::v1::ExplainReply> reply;
  };

  const Clock& clock_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::map<std::string, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_EXPLAIN_RELAY_H_
