// One resolver's stream: a thread that reads what the node says, and the thread of the call, which
// writes what the subscription has for it (control-plane.md section 4). Made and run on the thread
// of the call.
#ifndef NAVE_SERVER_SERVICES_NODE_STREAM_H_
#define NAVE_SERVER_SERVICES_NODE_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "catalog/caller.h"
#include "catalog/publish/subscription.h"
#include "nave/resolver/v1/stream.grpc.pb.h"
#include "server/services/long_call.h"
#include "server/services/services.h"

namespace nave::server {

// A node that does not say who it is within this time is sent away.
inline constexpr absl::Duration kHelloTimeout = absl::Seconds(10);
// How long a stream on which nothing happens waits before it looks for questions and for its end.
inline constexpr absl::Duration kStreamPoll = absl::Milliseconds(100);

class NodeStream {
 public:
  using Stream = grpc::ServerReaderWriter<resolver::v1::ControlMessage, resolver::v1::NodeMessage>;

  // All outlive this.
  NodeStream(const Parts& parts, grpc::ServerContext& context, Stream& stream)
      : parts_(parts), context_(context), stream_(stream) {}

  // Serves until the node goes away (OK), its credential ends, another stream of the same node
  // takes over, or the server stops. PERMISSION_DENIED unless the caller's principal is the node's
  // name.
  absl::Status Run(const catalog::Caller& caller);

 private:
  // Of the reading thread.
  void Read();
  bool ReadHello();
  absl::Status Handle(const resolver::v1::NodeMessage& message);

  absl::Status Serve(const catalog::Caller& caller);
  absl::StatusOr<resolver::v1::Hello> AwaitHello();
  absl::Status Write(LongCall& call);
  // Lets the reading thread go on, or end.
  void Release(bool go_on);
  bool ReadingEnded() const;
  absl::Status ReadingStatus() const;

  const Parts& parts_;
  grpc::ServerContext& context_;
  Stream& stream_;
  // Set before the reading thread goes on.
  std::unique_ptr<catalog::Subscription> subscription_;
  std::string node_;

  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  std::optional<resolver::v1::Hello> hello_ ABSL_GUARDED_BY(mutex_);
  std::optional<bool> go_on_ ABSL_GUARDED_BY(mutex_);
  bool reading_ended_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status reading_status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nave::server

#endif  // NAVE_SERVER_SERVICES_NODE_STREAM_H_
