// Takes requests to resolvers and their replies back, over the streams that are there anyway.
// Thread-safe.
#ifndef NAVE_CATALOG_PUBLISH_NODE_RELAY_H_
#define NAVE_CATALOG_PUBLISH_NODE_RELAY_H_

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
#include "absl/types/span.h"
#include "catalog/publish/nodes.h"
#include "lib/base/clock.h"
#include "nave/resolver/v1/stream.pb.h"

namespace nave::catalog {

// Requests under way at one time, one for each node that is asked: all nodes can be asked twice.
inline constexpr size_t kMaxNodeRequests = 2 * kMaxNodes;

class NodeRelay {
 public:
  // Puts a request on a node's stream.
  using Send = std::function<absl::Status(const resolver::v1::NodeRequest&)>;

  // The clock outlives this.
  explicit NodeRelay(const Clock& clock) : clock_(clock) {}

  // A node's stream is there, until Detach with the number that this returns; a later stream of the
  // node takes its place. `send` is not called after Detach has returned, and nobody waits any more
  // for what went over the stream.
  int64_t Attach(const std::string& node, Send send);
  void Detach(const std::string& node, int64_t stream);

  // Asks all of the nodes at once and waits for all of them; what each of them answers, in their
  // order. NO_LIVE_NODE for one without a stream, or whose stream ends meanwhile; WAIT_TIMED_OUT at
  // the deadline; INVALID_QUERY when the node cannot do such a thing, with its reason;
  // RESOURCE_EXHAUSTED when too much is under way.
  std::vector<absl::StatusOr<resolver::v1::NodeReply>> AskAll(absl::Span<const std::string> nodes,
                                                              resolver::v1::NodeRequest request,
                                                              absl::Time deadline);
  // The first of the nodes that has a stream.
  absl::StatusOr<resolver::v1::NodeReply> AskFirst(absl::Span<const std::string> nodes,
                                                   const resolver::v1::NodeRequest& request,
                                                   absl::Time deadline);
  // What a node answers. Ignored unless that node was asked.
  void Reply(const std::string& node, resolver::v1::NodeReply reply);

 private:
  struct Stream {
    int64_t number;
    Send send;
  };
  struct Waiting {
    std::string node;
    // The number of the stream that the request went over.
    int64_t stream;
    bool is_gone = false;
    std::optional<resolver::v1::NodeReply> reply;

    bool is_over() const { return is_gone || reply.has_value(); }
  };

  // The id under which the reply is waited for.
  absl::StatusOr<int64_t> SendTo(const std::string& node, resolver::v1::NodeRequest* request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The answer to the request with this id, no longer waited for.
  absl::StatusOr<resolver::v1::NodeReply> Take(int64_t id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock& clock_;
  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::map<std::string, Stream> streams_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  int64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nave::catalog

#endif  // NAVE_CATALOG_PUBLISH_NODE_RELAY_H_
